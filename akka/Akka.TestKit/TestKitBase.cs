using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Event;
using Akka.TestKit.Configs;
using Akka.TestKit.Internal;
using Akka.Util.Internal;

namespace Akka.TestKit;

/// <summary>
/// An actor system with an actor that keeps what it is told, and expectations on that. Every waiting method has a twin
/// that is awaited. A failed expectation says what did not come, and what came instead.
/// </summary>
public abstract partial class TestKitBase
{
    private static readonly AtomicCounter TestActorId = new(0);

    private readonly ITestKitAssertions _assertions;
    private readonly WaitQueue<MessageEnvelope> _queue = new();
    private readonly ReceivedHistory _history = new();
    private MessageEnvelope _lastMessage = NullMessageEnvelope.Instance;
    private bool _lastWasNoMsg;
    private TimeSpan? _end;

    protected TestKitBase(ITestKitAssertions assertions, ActorSystem? system = null, string? testActorName = null)
        : this(assertions, system, ActorSystemSetup.Empty, null, testActorName)
    {
    }

    protected TestKitBase(
        ITestKitAssertions assertions,
        ActorSystemSetup setup,
        string? actorSystemName = null,
        string? testActorName = null)
        : this(assertions, null, setup, actorSystemName, testActorName)
    {
    }

    protected TestKitBase(
        ITestKitAssertions assertions, Config config, string? actorSystemName = null, string? testActorName = null)
        : this(assertions, null, SetupOf(config), actorSystemName, testActorName)
    {
    }

    private TestKitBase(
        ITestKitAssertions assertions,
        ActorSystem? system,
        ActorSystemSetup config,
        string? actorSystemName,
        string? testActorName)
    {
        ArgumentNullException.ThrowIfNull(assertions);
        _assertions = assertions;
        Sys = system ?? ActorSystem.Create(actorSystemName ?? "test", WithTestDefaults(config));
        if (system is not null)
        {
            Sys.Settings.InjectTopLevelFallback(DefaultConfig);
        }
        TestKitSettings = TestKitExtension.For(Sys);
        Log = Logging.GetLogger(Sys, GetType());
        EventFilter = new EventFilterFactory(this);
        TestActor = CreateTestActor(
            Sys, testActorName ?? $"testActor{TestActorId.IncrementAndGet()}", _queue);
        if (this is not TestProbe)
        {
            // A probe is made inside a test, whose sender it must leave alone.
            ImplicitSender.Set(this is INoImplicitSender ? null : ((LocalActorRef)TestActor).Cell);
        }
    }

    /// <summary>What every test's system is configured with, below the test's own settings.</summary>
    public static Config DefaultConfig { get; } = TestConfigs.DefaultConfig;

    /// <summary>Logs all there is.</summary>
    public static Config FullDebugConfig { get; } = ConfigurationFactory.ParseString("""
        akka {
          loglevel = DEBUG
          stdout-loglevel = DEBUG
          log-dead-letters = on
          actor.debug {
            receive = on
            autoreceive = on
            lifecycle = on
            event-stream = on
            unhandled = on
            fsm = on
          }
        }
        """);

    /// <summary>A clock that only goes forward; only differences mean something.</summary>
    public static TimeSpan Now => TimeProvider.System.GetElapsedTime(0);

    public ActorSystem Sys { get; }

    /// <summary>Keeps what it is told for the expectations.</summary>
    public IActorRef TestActor { get; }

    public TestKitSettings TestKitSettings { get; }

    public ILoggingAdapter Log { get; }

    /// <summary>Expectations on what is logged.</summary>
    public EventFilterFactory EventFilter { get; }

    /// <summary>The last message an expectation took; null if it found none.</summary>
    public object? LastMessage => _lastMessage.Message;

    /// <summary>The sender of <see cref="LastMessage"/>.</summary>
    public IActorRef LastSender => _lastMessage.Sender!;

    /// <summary>Whether a message waits to be taken.</summary>
    public bool HasMessages => _queue.Count > 0;

    public EventFilterFactory CreateEventFilter(ActorSystem system) => new(this, system);

    /// <summary>From now on such messages are thrown away.</summary>
    public void IgnoreMessages(Func<object, bool> shouldIgnoreMessage) =>
        TestActor.Tell(new TestActor.SetIgnore(m => shouldIgnoreMessage(m)), ActorRefs.NoSender);

    public void IgnoreMessages<TMsg>(Func<TMsg, bool> shouldIgnoreMessage) =>
        IgnoreMessages(m => m is TMsg message && shouldIgnoreMessage(message));

    public void IgnoreMessages<TMsg>() => IgnoreMessages(m => m is TMsg);

    public void IgnoreNoMessages() => TestActor.Tell(new TestActor.SetIgnore(null), ActorRefs.NoSender);

    /// <summary>The test actor gets the <see cref="Terminated"/> of that actor.</summary>
    public IActorRef Watch(IActorRef actorToWatch)
    {
        TestActor.Tell(new TestActor.Watch(actorToWatch), ActorRefs.NoSender);
        return actorToWatch;
    }

    public Task<IActorRef> WatchAsync(IActorRef actorToWatch) => Task.FromResult(Watch(actorToWatch));

    public IActorRef Unwatch(IActorRef actorToUnwatch)
    {
        TestActor.Tell(new TestActor.Unwatch(actorToUnwatch), ActorRefs.NoSender);
        return actorToUnwatch;
    }

    public Task<IActorRef> UnwatchAsync(IActorRef actorToUnwatch) => Task.FromResult(Unwatch(actorToUnwatch));

    /// <summary>Sees every message first and may answer it.</summary>
    public void SetAutoPilot(AutoPilot pilot) =>
        TestActor.Tell(new TestActor.SetAutoPilot(pilot), ActorRefs.NoSender);

    /// <summary>The time on slow machines: multiplied by <c>akka.test.timefactor</c>.</summary>
    public TimeSpan Dilated(TimeSpan duration) => duration < TimeSpan.Zero
        ? throw new ArgumentException($"{duration} is negative", nameof(duration))
        : duration * TestKitSettings.TestTimeFactor;

    public TimeSpan GetTimeoutOrDefault(TimeSpan? timeout) => timeout ?? TestKitSettings.SingleExpectDefault;

    /// <summary>Ends the system and waits for that.</summary>
    /// <exception cref="TimeoutException">
    /// It did not end in time, with <paramref name="verifySystemShutdown"/>.
    /// </exception>
    public virtual void Shutdown(TimeSpan? duration = null, bool verifySystemShutdown = false) =>
        Shutdown(Sys, duration, verifySystemShutdown);

    public virtual TestProbe CreateTestProbe(string? name = null) => new(Sys, _assertions, name);

    public virtual TestProbe CreateTestProbe(ActorSystem system, string? name = null) =>
        new(system, _assertions, name);

    public virtual TestLatch CreateTestLatch(int count = 1) => new(Dilated, TestKitSettings.DefaultTimeout, count);

    public TestBarrier CreateTestBarrier(int count) => new(this, count, TestKitSettings.DefaultTimeout);

    /// <summary>Another actor that keeps messages; nothing looks at them.</summary>
    public IActorRef CreateTestActor(string name) => CreateTestActor(Sys, name, new WaitQueue<MessageEnvelope>());

    protected virtual void Shutdown(
        ActorSystem? system, TimeSpan? duration = null, bool verifySystemShutdown = false)
    {
        var ending = system ?? Sys;
        var wait = duration ?? Dilated(TimeSpan.FromSeconds(5)).Min(TimeSpan.FromSeconds(10));
        if (ActorCell.Current is { } cell && ReferenceEquals(cell.System, ending))
        {
            ImplicitSender.Set(null);
        }
        if (Blocking.Wait(ending.Terminate(), wait))
        {
            return;
        }
        ((ExtendedActorSystem)ending).Guardian.Stop();
        var message = $"{ending.Name} has not ended within {wait}";
        if (verifySystemShutdown)
        {
            throw new TimeoutException(message);
        }
        ending.Log.Warning(message);
    }

    private static ActorSystemSetup SetupOf(Config? config) =>
        config is null ? ActorSystemSetup.Empty : ActorSystemSetup.Create(BootstrapSetup.Create().WithConfig(config));

    private static ActorSystemSetup WithTestDefaults(ActorSystemSetup setup)
    {
        var config = setup.Get<BootstrapSetup>() is { Value.Config: { } own }
            ? own.WithFallback(DefaultConfig)
            : DefaultConfig;
        return setup.And(BootstrapSetup.Create().WithConfig(config));
    }

    internal ITestKitAssertions FailWith => _assertions;

    private static IActorRef CreateTestActor(ActorSystem system, string name, WaitQueue<MessageEnvelope> queue) =>
        ((ExtendedActorSystem)system).SystemActorOf(
            Props.Create(() => new InternalTestActor(queue)).WithDispatcher("akka.test.test-actor.dispatcher"), name);
}
