using Akka.Actor;
using Xunit;

namespace Akka.Tests.Actor;

public sealed class PropsTests : SimulatedTest
{
    [Fact]
    public void Arguments_of_the_expression_are_evaluated_once()
    {
        var evaluated = 0;
        Func<string> next = () => $"argument {++evaluated}";
        var props = Props.Create(() => new Noting(Log, next()));
        var actor = System.ActorOf(props);
        System.ActorOf(props);
        actor.Tell("restart");
        Run();
        Assert.Equal(1, evaluated);
        Assert.Equal(["argument 1", "argument 1", "argument 1"], Log);
    }

    [Fact]
    public void Only_new_expressions_are_accepted() =>
        Assert.Throws<ArgumentException>(() => Props.Create<Noting>(() => Make()));

    [Fact]
    public void Props_by_type_find_the_constructor_by_its_arguments()
    {
        var type = typeof(Noting);
        System.ActorOf(Props.Create<Noting>(Log, "by type"));
        System.ActorOf(Props.Create(type, Log, "by Type"));
        System.ActorOf(Props.Create<Noting>(Log));
        Run();
        Assert.Equal(["by Type", "by type", "default"], Log.Cast<string>().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_is_no_actor_is_refused() => Assert.Throws<ArgumentException>(() => Props.Create(typeof(string)));

    [Fact]
    public void A_producer_makes_and_takes_back_every_incarnation()
    {
        var producer = new Producer(Log);
        var actor = System.ActorOf(Props.CreateBy(producer));
        actor.Tell("restart");
        Run();
        System.Stop(actor);
        Run();
        Assert.Equal((2, 2), (producer.Produced, producer.Released));
    }

    [Fact]
    public void An_unknown_dispatcher_is_refused()
    {
        var failure = Record.Exception(() => System.ActorOf(new Script().Props.WithDispatcher("no.such")));
        Assert.Equal("ConfigurationException", failure?.GetType().Name);
    }

    [Fact]
    public void A_deployment_is_completed_from_the_one_it_replaces()
    {
        var props = Props.Empty.WithDispatcher("d").WithMailbox("m").WithDeploy(Deploy.Local);
        Assert.Equal(("d", "m", LocalScope.Instance), (props.Dispatcher, props.Mailbox, props.Deploy.Scope));
    }

    private static Noting Make() => throw new InvalidOperationException();

    private sealed class Noting : UntypedActor
    {
        public Noting(List<object> log, string note = "default") => log.Add(note);

        protected override void OnReceive(object message) => throw new InvalidOperationException("restart");
    }

    private sealed class Producer(List<object> log) : IIndirectActorProducer
    {
        public int Produced { get; private set; }

        public int Released { get; private set; }

        public Type ActorType => typeof(Noting);

        public ActorBase Produce()
        {
            Produced++;
            return new Noting(log);
        }

        public void Release(ActorBase actor) => Released++;
    }
}
