using Akka.Actor;
using Akka.Event;
using Xunit;

namespace Akka.Tests.Actor;

public sealed class StashTests : SimulatedTest
{
    [Fact]
    public void UnstashAll_puts_the_mail_in_front_in_its_order()
    {
        var actor = Stashing();
        foreach (var m in new[] { "a", "b", "open", "c" })
        {
            actor.Tell(m);
        }

        Run();
        Assert.Equal(["open", "a", "b", "c"], Log);
    }

    [Fact]
    public void Unstash_gives_back_the_oldest_one()
    {
        var actor = Stashing();
        actor.Tell("a");
        actor.Tell("b");
        actor.Tell((Action<Stasher>)(s => s.OpenOne()));
        Run();
        Assert.Equal(["a"], Log);
    }

    [Fact]
    public void Stashing_one_message_twice_is_refused()
    {
        Stashing().Tell((Action<Stasher>)(s =>
        {
            s.Stash.Stash();
            Log.Add(Record.Exception(s.Stash.Stash)!.GetType());
            s.Stash.ClearStash();
        }));
        Run();
        Assert.Equal([typeof(IllegalActorStateException)], Log);
    }

    [Fact]
    public void One_object_told_twice_can_be_stashed_twice()
    {
        var actor = Stashing();
        actor.Tell("a");
        actor.Tell("a");
        actor.Tell("open");
        Run();
        Assert.Equal(["open", "a", "a"], Log);
    }

    [Fact]
    public void A_restart_puts_stashed_mail_back()
    {
        var actor = Stashing();
        actor.Tell("a");
        actor.Tell((Action<Stasher>)(_ => throw new InvalidOperationException("restart")));
        actor.Tell("open");
        Run();
        Assert.Equal(["open", "a"], Log);
    }

    [Fact]
    public void What_is_stashed_when_the_actor_stops_goes_to_dead_letters()
    {
        var probe = Probe();
        System.EventStream.Subscribe(probe, typeof(DeadLetter));
        var actor = Stashing();
        actor.Tell("a", probe);
        Run();
        System.Stop(actor);
        Run();
        Assert.Equal(("a", probe), (Last<DeadLetter>().Message, Last<DeadLetter>().Sender));
    }

    [Fact]
    public void An_unbounded_stash_has_no_capacity_whatever_the_props_say()
    {
        System.ActorOf(Props.Create(() => new Unbounded(Log)).WithStashCapacity(1)).Tell("a");
        Run();
        Assert.Equal([-1, false], Log);
    }

    [Fact]
    public void A_full_stash_throws()
    {
        Exception? failure = null;
        Start(new Script
        {
            Strategy = new OneForOneStrategy(e =>
            {
                failure = e;
                return Directive.Stop;
            }),
            OnStart = c =>
            {
                var actor = c.ActorOf(Props.Create(() => new Stasher(Log)).WithStashCapacity(1));
                actor.Tell("a");
                actor.Tell("b");
            },
        });
        Run();
        Assert.IsType<StashOverflowException>(failure);
    }

    [Fact]
    public void The_sender_of_stashed_mail_is_kept()
    {
        var probe = Probe();
        var actor = Stashing();
        actor.Tell("who", probe);
        actor.Tell("open");
        Run();
        Assert.Equal(["open", "who", "reply"], Log);
    }

    private IActorRef Stashing() => System.ActorOf(Props.Create(() => new Stasher(Log)));

    private sealed class Unbounded(List<object> log) : UntypedActorWithUnboundedStash
    {
        protected override void OnReceive(object message)
        {
            Stash.Stash();
            log.Add(Stash.Capacity);
            log.Add(Stash.IsFull);
        }
    }

    private sealed class Stasher(List<object> log) : UntypedActor, IWithStash
    {
        private bool _open;

        public IStash Stash { get; set; } = null!;

        public void OpenOne()
        {
            _open = true;
            Stash.Unstash();
        }

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case Action<Stasher> action:
                    action(this);
                    break;
                case "open":
                    _open = true;
                    log.Add(message);
                    Stash.UnstashAll();
                    break;
                case var _ when !_open:
                    Stash.Stash();
                    break;
                default:
                    log.Add(message);
                    if (message is "who")
                    {
                        Sender.Tell("reply");
                    }

                    break;
            }
        }
    }
}
