using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Xunit;

namespace Akka.Tests.Event;

public class LoggingSpec : Akka.TestKit.Xunit2.TestKit
{
    private readonly EventStream _bus = new(false);

    [Fact]
    public void An_event_says_who_what_and_why()
    {
        _bus.Subscribe(TestActor, typeof(LogEvent));
        var log = Logging.GetLogger(_bus, "me");
        var cause = new InvalidOperationException("because");
        log.Error(cause, "{0} of {1}", 1, 2);
        var error = ExpectMsg<Error>();
        Assert.Equal(
            ("me", "1 of 2", LogLevel.ErrorLevel),
            (error.LogSource, error.Message.ToString(), error.LogLevel()));
        Assert.Same(cause, error.Cause);
        Assert.Contains("[ERROR]", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("because", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Below_the_level_nothing_is_published_and_no_text_is_made()
    {
        _bus.Subscribe(TestActor, typeof(LogEvent));
        _bus.SetLogLevel(LogLevel.WarningLevel);
        var log = Logging.GetLogger(_bus, "me");
        var costly = new Costly();
        log.Debug("{0}", costly);
        log.Info("{0} {1}", costly, 1);
        log.Log(LogLevel.InfoLevel, "{0}", costly);
        Assert.False(log.IsInfoEnabled);
        log.Warning("{0}", "w");
        Assert.Equal("w", ExpectMsg<Warning>().Message.ToString());
        Assert.Equal(0, costly.Formatted);
    }

    [Fact]
    public void Below_the_level_a_call_allocates_nothing()
    {
        _bus.SetLogLevel(LogLevel.ErrorLevel);
        var log = Logging.GetLogger(_bus, "me");
        log.Debug("{0} {1}", 1, 2.0);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            log.Debug("{0} {1}", i, 2.0);
        }
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void A_template_that_does_not_fit_is_logged_as_it_is()
    {
        _bus.Subscribe(TestActor, typeof(LogEvent));
        Logging.GetLogger(_bus, "me").Info("{0} {1}", "only one");
        Assert.Contains("{0} {1} [only one]", ExpectMsg<Info>().Message.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("debug", LogLevel.DebugLevel)]
    [InlineData("INFO", LogLevel.InfoLevel)]
    [InlineData("Warning", LogLevel.WarningLevel)]
    [InlineData("ERROR", LogLevel.ErrorLevel)]
    public void Levels_have_names(string name, LogLevel level) => Assert.Equal(level, Logging.LogLevelFor(name));

    [Fact]
    public void An_unknown_level_or_logger_stops_the_start()
    {
        Assert.Throws<ArgumentException>(() => Logging.LogLevelFor("LOUD"));
        var level = Assert.Throws<ConfigurationException>(() => ActorSystem.Create("wrong", "akka.loglevel = LOUD"));
        Assert.Contains("akka.loglevel", level.Message, StringComparison.Ordinal);
        var logger = Assert.Throws<ConfigurationException>(
            () => ActorSystem.Create("wrong", "akka.loggers = [\"No.Such, Thing\"]"));
        Assert.Contains("No.Such", logger.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Dead_letters_are_logged_up_to_the_limit_and_then_no_more()
    {
        var system = ActorSystem.Create("letters", ConfigurationFactory.ParseString(
            "akka { stdout-loglevel = OFF, log-dead-letters = 2 }").WithFallback(DefaultConfig));
        system.EventStream.Subscribe(TestActor, typeof(Info));
        foreach (var i in Enumerable.Range(1, 4))
        {
            system.DeadLetters.Tell(i, ActorRefs.NoSender);
        }
        ExpectMsg<Info>(i => i.Message.ToString()!.Contains("[1] dead letters encountered.", StringComparison.Ordinal));
        ExpectMsg<Info>(i => i.Message.ToString()!.Contains("no more dead letters will be logged", StringComparison.Ordinal));
        ExpectNoMsg(TimeSpan.FromMilliseconds(50));
        Shutdown(system);
    }

    [Fact]
    public async Task The_end_of_a_system_is_told_in_three_debug_lines()
    {
        var system = ActorSystem.Create("ending", "akka.stdout-loglevel = OFF");
        system.EventStream.Subscribe(TestActor, typeof(Debug));
        await system.Terminate();
        string[] lines =
            ["System shutdown initiated", "Shutting down: StandardOutLogger started", "All default loggers stopped"];
        foreach (var line in lines)
        {
            FishForMessage<Debug>(d => Equals(d.Message, line));
        }
        ExpectNoMsg(TimeSpan.FromMilliseconds(50));
    }

    [Fact]
    public void The_formatter_of_the_configuration_makes_the_text_and_a_wrong_one_is_refused()
    {
        var system = ActorSystem.Create("formatted",
            "akka { stdout-loglevel = OFF, loggers = [], "
            + $"logger-formatter = \"{typeof(Shouting).AssemblyQualifiedName}\" }}");
        system.EventStream.Subscribe(TestActor, typeof(Info));
        system.Log.Info("{0} here", "x");
        ExpectMsg<Info>(i => i.Message.ToString() == "X HERE!");
        Shutdown(system);
        Assert.Throws<ConfigurationException>(() => ActorSystem.Create("wrong", "akka.logger-formatter = Nowhere"));
    }

    [Fact]
    public void The_start_of_a_timer_is_logged_on_demand()
    {
        var system = ActorSystem.Create("timers",
            "akka { loglevel = DEBUG, stdout-loglevel = OFF, loggers = [], actor.debug.log-timers = on }");
        system.EventStream.Subscribe(TestActor, typeof(Debug));
        system.ActorOf(Props.Create(() => new Timed()));
        FishForMessage<Debug>(d => d.Message.ToString() == "Start timer [k] with generation [1]");
        Shutdown(system);
    }

    [Fact]
    public async Task What_an_actor_says_last_is_said_although_the_system_ends()
    {
        var seen = new System.Collections.Concurrent.ConcurrentQueue<string>();
        Collecting.Seen = seen;
        var system = ActorSystem.Create("leaving",
            "akka { loglevel = WARNING, stdout-loglevel = OFF, "
            + $"loggers = [\"{typeof(Collecting).AssemblyQualifiedName}\"] }}");
        system.ActorOf(Props.Create(() => new Leaving()));
        await system.Terminate();
        Assert.Equal(Leaving.Words, seen.Count(word => word.StartsWith("leaving", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_logger_of_ones_own_gets_what_its_level_lets_through()
    {
        var seen = new System.Collections.Concurrent.ConcurrentQueue<string>();
        Collecting.Seen = seen;
        var system = ActorSystem.Create("collecting",
            "akka { loglevel = WARNING, stdout-loglevel = OFF, "
            + $"loggers = [\"{typeof(Collecting).AssemblyQualifiedName}\"] }}");
        system.Log.Info("no");
        system.Log.Warning("yes");
        AwaitAssert(() => Assert.Contains("yes", seen));
        Assert.DoesNotContain("no", seen);
        Shutdown(system);
    }

    private sealed class Shouting : ILogMessageFormatter
    {
        public string Format(string format, params object?[] args) =>
            string.Format(System.Globalization.CultureInfo.InvariantCulture, format, args).ToUpperInvariant() + "!";

        public string Format(string format, IEnumerable<object?> args) => Format(format, [.. args]);
    }

    private sealed class Timed : UntypedActor, IWithTimers
    {
        public ITimerScheduler Timers { get; set; } = null!;

        protected override void PreStart() => Timers.StartSingleTimer("k", "tick", TimeSpan.FromHours(1));

        protected override void OnReceive(object message) => Unhandled(message);
    }

    private sealed class Costly
    {
        public int Formatted { get; private set; }

        public override string ToString() => $"{++Formatted}";
    }

    private sealed class Leaving : UntypedActor
    {
        public const int Words = 20_000;

        protected override void PostStop()
        {
            var log = Context.GetLogger();
            for (var word = 0; word < Words; word++)
            {
                log.Warning("leaving {0}", word);
            }
        }

        protected override void OnReceive(object message)
        {
        }
    }

    private sealed class Collecting : ActorBase
    {
        public static System.Collections.Concurrent.ConcurrentQueue<string> Seen { get; set; } = new();

        protected override bool Receive(object message)
        {
            if (message is InitializeLogger)
            {
                Sender.Tell(new LoggerInitialized());
            }
            else if (message is LogEvent logEvent)
            {
                Seen.Enqueue(logEvent.Message.ToString()!);
            }
            return true;
        }
    }
}
