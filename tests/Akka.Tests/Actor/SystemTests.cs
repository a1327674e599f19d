using Akka.Actor;
using Akka.Configuration;
using Xunit;

namespace Akka.Tests.Actor;

public sealed class SystemTests : SimulatedTest
{
    [Fact]
    public void Terminate_stops_user_actors_then_completes()
    {
        var watched = new List<bool>();
        Start(new Script { Life = Log, Name = "a ", OnStop = _ => watched.Add(System.WhenTerminated.IsCompleted) });
        Run();
        System.RegisterOnTermination(() => Log.Add("first registered"));
        System.RegisterOnTermination(() => Log.Add("second registered"));
        var ended = System.Terminate();
        Assert.False(ended.IsCompleted);
        RunFor(1);
        Assert.True(ended.IsCompletedSuccessfully);
        Assert.Equal(["a start", "a stop", "second registered", "first registered"], Log);
        Assert.Equal([false], watched);
        Assert.Null(World.NextTimer);
    }

    [Fact]
    public void After_the_end_no_actor_can_be_made()
    {
        System.Terminate();
        RunFor(1);
        Assert.Throws<InvalidOperationException>(() => Start(new Script()));
        Assert.Throws<InvalidOperationException>(() => System.RegisterOnTermination(() => { }));
    }

    [Fact]
    public void A_user_guardian_that_stops_ends_the_system()
    {
        System.ActorSelection("/user").Tell(PoisonPill.Instance);
        Run();
        Assert.True(System.WhenTerminated.IsCompletedSuccessfully);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-a")]
    [InlineData("a b")]
    public void A_bad_name_is_refused(string name) => Assert.Throws<ArgumentException>(() => ActorSystem.Create(name));

    [Fact]
    public void Extensions_are_made_once()
    {
        Assert.False(System.HasExtension<Extension>());
        var first = System.WithExtension<Extension, ExtensionId>();
        Assert.Same(first, System.WithExtension<Extension>(typeof(ExtensionId)));
        Assert.Same(first, System.GetExtension<Extension>());
        Assert.True(System.TryGetExtension<Extension>(out var found) && ReferenceEquals(found, first));
        Assert.Same(System, first.System);
    }

    [Fact]
    public void System_actors_live_under_their_own_guardian()
    {
        var actor = ((ExtendedActorSystem)System).SystemActorOf(new Script().Props, "s");
        Assert.Equal("akka://test/system/s", actor.Path.ToString());
    }

    [Fact]
    public void The_ignore_reference_swallows_everything_without_dead_letters()
    {
        System.EventStream.Subscribe(Probe(), typeof(Akka.Event.AllDeadLetters));
        System.IgnoreRef.Tell("x");
        Run();
        Assert.Empty(Log);
        Assert.False(System.IgnoreRef.IsNobody());
        Assert.True(ActorRefs.Nobody.IsNobody());
        Assert.True(ActorRefs.NoSender.IsNobody());
    }

    [Fact]
    public void Settings_come_from_the_given_configuration_over_the_reference()
    {
        var system = NewSystem("other", "akka.actor.ask-timeout = 7s");
        Assert.Equal(TimeSpan.FromSeconds(7), system.Settings.AskTimeout);
        Assert.Equal(30, system.Settings.Config.GetInt("akka.actor.default-dispatcher.throughput"));
    }

    [Fact]
    public void A_priority_mailbox_orders_what_is_waiting()
    {
        var type = typeof(IntegersFirst);
        var system = NewSystem("prio", ConfigurationFactory.ParseString(
            $"my.mailbox.mailbox-type = \"{type.FullName}, {type.Assembly.GetName().Name}\"").ToString());
        var script = new Script { OnMessage = (_, m) => Log.Add(m) };
        var actor = system.ActorOf(script.Props.WithMailbox("my.mailbox"));
        foreach (object m in new object[] { "a", 1, "b", 2 })
        {
            actor.Tell(m);
        }

        Run();
        Assert.Equal([1, 2, "a", "b"], Log);
    }

    public sealed class IntegersFirst(Settings settings, Config config)
        : Akka.Dispatch.UnboundedPriorityMailbox(settings, config)
    {
        protected override int PriorityGenerator(object message) => message is int ? 0 : 1;
    }

    public sealed class Extension(ActorSystem system) : IExtension
    {
        public ActorSystem System { get; } = system;
    }

    public sealed class ExtensionId : ExtensionIdProvider<Extension>
    {
        public override Extension CreateExtension(ExtendedActorSystem system) => new(system);
    }
}
