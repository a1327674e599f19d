using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Simulation;
using Xunit;

namespace Akka.Tests.Actor;

/// <summary>Base of tests that run actors on the test's own thread under virtual time: nothing to wait for.</summary>
public abstract class SimulatedTest
{
    private const string Quiet = "akka.loggers = [], akka.loglevel = OFF, akka.stdout-loglevel = OFF";

    protected SimulatedTest()
        : this("")
    {
    }

    private protected SimulatedTest(string config)
    {
        World = new SimulationWorld(seed: 1);
        System = NewSystem("test", config);
        Run();
    }

    private protected SimulationWorld World { get; }

    private protected ActorSystem System { get; }

    /// <summary>What the actors of a test noted, in order.</summary>
    private protected List<object> Log { get; } = [];

    private protected ActorSystem NewSystem(string name, string config = "") => ActorSystem.Create(
        name,
        ActorSystemSetup.Create(
            BootstrapSetup.Create().WithConfig(ConfigurationFactory.ParseString(config).WithFallback(Quiet)),
            new SimulationSetup(World)));

    private protected void Run() => World.RunUntilIdle(100_000);

    private protected void RunFor(double milliseconds) => World.RunFor(TimeSpan.FromMilliseconds(milliseconds));

    private protected IActorRef Start(Script script, string? name = null) =>
        System.ActorOf(Props.Create(() => new Scripted(script)), name);

    /// <summary>An actor that notes every message it gets.</summary>
    private protected IActorRef Probe(string? name = null) =>
        Start(new Script { OnMessage = (_, message) => Log.Add(message) }, name);

    private protected T Last<T>() => Assert.IsType<T>(Log[^1]);
}

/// <summary>What a <see cref="Scripted"/> actor does.</summary>
public sealed class Script
{
    public Action<IUntypedActorContext, object>? OnMessage { get; init; }

    public Action<IUntypedActorContext>? OnStart { get; init; }

    public Action<IUntypedActorContext>? OnStop { get; init; }

    public SupervisorStrategy? Strategy { get; init; }

    public bool KeepsChildren { get; init; }

    /// <summary>Life cycle notes go here.</summary>
    public List<object>? Life { get; init; }

    public string Name { get; init; } = "";

    public Props Props => Props.Create(() => new Scripted(this));
}

/// <summary>An actor that does what a script says.</summary>
public sealed class Scripted(Script script) : UntypedActor
{
    protected override void PreStart()
    {
        script.Life?.Add(script.Name + "start");
        script.OnStart?.Invoke(Context);
    }

    protected override void PostStop()
    {
        script.Life?.Add(script.Name + "stop");
        script.OnStop?.Invoke(Context);
    }

    protected override void PreRestart(Exception reason, object message)
    {
        script.Life?.Add($"{script.Name}preRestart {reason.Message} {message}");
        if (!script.KeepsChildren)
        {
            base.PreRestart(reason, message);
        }
    }

    protected override void PostRestart(Exception reason)
    {
        script.Life?.Add($"{script.Name}postRestart {reason.Message}");
        base.PostRestart(reason);
    }

    protected override SupervisorStrategy SupervisorStrategy() => script.Strategy ?? base.SupervisorStrategy();

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Exception failure:
                throw failure;
            case Props props:
                Sender.Tell(Context.ActorOf(props), Self);
                break;
            case Func<IUntypedActorContext, object> question:
                Sender.Tell(question(Context), Self);
                break;
            case Action<IUntypedActorContext> action:
                action(Context);
                break;
            default:
                if (script.OnMessage is null)
                {
                    Unhandled(message);
                }
                else
                {
                    script.OnMessage(Context, message);
                }

                break;
        }
    }
}
