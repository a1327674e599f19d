using Akka.Actor;
using Akka.Event;
using Xunit;

namespace Akka.Tests.Actor;

public sealed class LifecycleTests : SimulatedTest
{
    [Fact]
    public void An_actor_starts_before_its_first_message_and_stops_after_its_last()
    {
        var actor = Start(new Script { Life = Log, OnMessage = (_, m) => Log.Add(m) });
        actor.Tell("a");
        actor.Tell("b");
        actor.Tell(PoisonPill.Instance);
        actor.Tell("late");
        Run();
        Assert.Equal(["start", "a", "b", "stop"], Log);
    }

    [Fact]
    public void Mail_after_the_end_goes_to_dead_letters_with_sender_and_recipient()
    {
        var probe = Probe();
        System.EventStream.Subscribe(probe, typeof(DeadLetter));
        var actor = Start(new Script());
        actor.Tell(PoisonPill.Instance);
        actor.Tell("behind the pill", probe);
        Run();
        actor.Tell("after the end", probe);
        Run();
        Assert.Equal(["behind the pill", "after the end"], Log.Cast<DeadLetter>().Select(d => d.Message));
        Assert.All(Log.Cast<DeadLetter>(), d => Assert.Equal((probe, actor), (d.Sender, d.Recipient)));
    }

    [Fact]
    public void Stop_lets_the_current_message_finish_and_overtakes_the_others()
    {
        var actor = Start(new Script
        {
            Life = Log,
            OnMessage = (context, m) =>
            {
                context.Stop(context.Self);
                Log.Add(m);
            },
        });
        actor.Tell("current");
        actor.Tell("never");
        Run();
        Assert.Equal(["start", "current", "stop"], Log);
    }

    [Fact]
    public void Stop_ends_children_first_and_their_children_before_them()
    {
        var leaf = new Script { Life = Log, Name = "leaf " };
        var middle = new Script { Life = Log, Name = "middle ", OnStart = c => c.ActorOf(leaf.Props) };
        var top = Start(new Script { Life = Log, Name = "top ", OnStart = c => c.ActorOf(middle.Props) });
        Run();
        System.Stop(top);
        Run();
        Assert.Equal(["leaf stop", "middle stop", "top stop"], Log.TakeLast(3));
    }

    [Fact]
    public void A_name_is_free_again_once_its_actor_has_stopped_and_not_before()
    {
        var first = Start(new Script(), "name");
        Assert.Throws<InvalidActorNameException>(() => Start(new Script(), "name"));
        System.Stop(first);
        Assert.Throws<InvalidActorNameException>(() => Start(new Script(), "name"));
        Run();
        var second = Start(new Script(), "name");
        Assert.Equal(first.Path, second.Path);
        Assert.NotEqual(first, second);
    }

    [Theory]
    [InlineData("")]
    [InlineData("$a")]
    [InlineData("a/b")]
    [InlineData("a b")]
    [InlineData("å")]
    public void A_name_that_cannot_be_a_path_element_is_refused(string name) =>
        Assert.Throws<InvalidActorNameException>(() => Start(new Script(), name));

    [Fact]
    public void Kill_fails_the_target_and_its_supervisor_stops_it_by_default()
    {
        var actor = Start(new Script { Life = Log });
        actor.Tell(Kill.Instance);
        Run();
        Assert.Equal(["start", "stop"], Log);
    }

    [Fact]
    public void An_unhandled_message_is_published()
    {
        var probe = Probe();
        System.EventStream.Subscribe(probe, typeof(UnhandledMessage));
        var actor = Start(new Script());
        actor.Tell("what?", probe);
        Run();
        var unhandled = Last<UnhandledMessage>();
        Assert.Equal(("what?", probe, actor), (unhandled.Message, unhandled.Sender, unhandled.Recipient));
    }

    [Fact]
    public void System_messages_overtake_user_messages()
    {
        var actor = Start(new Script { OnMessage = (_, m) => Log.Add(m), Life = Log });
        Run();
        actor.Tell("behind");
        System.Stop(actor);
        Run();
        Assert.Equal(["start", "stop"], Log);
    }

    [Fact]
    public void Without_a_sender_the_sender_is_dead_letters_and_forward_keeps_the_sender()
    {
        var probe = Probe();
        var senders = new List<IActorRef>();
        var target = Start(new Script { OnMessage = (c, _) => senders.Add(c.Sender) });
        var relay = Start(new Script { OnMessage = (_, m) => target.Forward(m) });
        target.Tell("x", ActorRefs.NoSender);
        Run();
        relay.Tell("y", probe);
        Run();
        Assert.Equal([System.DeadLetters, probe], senders);
    }

    [Fact]
    public void A_null_message_is_refused() =>
        Assert.Throws<InvalidMessageException>(() => Probe().Tell(null!));

    [Fact]
    public void An_actor_cannot_be_made_by_new() =>
        Assert.Throws<ActorInitializationException>(() => new Scripted(new Script()));

    [Fact]
    public void Children_are_found_by_name_and_absent_ones_are_nobody()
    {
        var found = new List<object>();
        Start(new Script
        {
            OnStart = c =>
            {
                var child = c.ActorOf(new Script().Props, "child");
                found.Add(ReferenceEquals(child, c.Child("child")));
                found.Add(c.Child("other").IsNobody());
                found.Add(c.GetChildren().Single().Equals(child));
                found.Add(child.Path.Parent.Equals(c.Self.Path));
            },
        });
        Run();
        Assert.Equal([true, true, true, true], found);
    }

    [Fact]
    public void Become_replaces_and_stacked_behaviours_come_back_in_turn()
    {
        var actor = Start(new Script
        {
            OnMessage = (c, m) =>
            {
                Log.Add("first " + m);
                c.BecomeStacked(n =>
                {
                    Log.Add("second " + n);
                    c.Become(o =>
                    {
                        Log.Add("third " + o);
                        c.UnbecomeStacked();
                        c.UnbecomeStacked();
                    });
                });
            },
        });
        foreach (var i in Enumerable.Range(1, 4))
        {
            actor.Tell(i);
        }

        Run();
        Assert.Equal(["first 1", "second 2", "third 3", "first 4"], Log);
    }

    [Fact]
    public void A_failing_PostStop_does_not_keep_the_end_from_being_known()
    {
        var probe = Start(new Script { OnMessage = (_, m) => Log.Add(m) });
        var actor = Start(new Script { OnStop = _ => throw new InvalidOperationException("stop") });
        probe.Tell((Action<IUntypedActorContext>)(c => c.Watch(actor)));
        Run();
        System.Stop(actor);
        Run();
        Assert.Equal(actor, Last<Terminated>().ActorRef);
    }
}
