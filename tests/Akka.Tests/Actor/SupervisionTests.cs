using Akka.Actor;
using Xunit;

namespace Akka.Tests.Actor;

public sealed class SupervisionTests : SimulatedTest
{
    private static readonly InvalidOperationException Boom = new("boom");

    [Fact]
    public void A_restart_calls_the_hooks_in_order_and_drops_the_failing_message_only()
    {
        var actor = Start(new Script
        {
            Life = Log,
            OnMessage = (_, m) =>
            {
                Log.Add(m);
                if (m is "bad")
                {
                    throw Boom;
                }
            },
        });
        actor.Tell("bad");
        actor.Tell("next");
        actor.Tell("last");
        Run();
        Assert.Equal(
            ["start", "bad", "preRestart boom bad", "stop", "postRestart boom", "start", "next", "last"], Log);
    }

    [Fact]
    public void A_restart_keeps_the_reference_and_makes_a_new_instance_with_its_first_behaviour()
    {
        var actor = Start(new Script
        {
            OnMessage = (c, m) =>
            {
                Log.Add("first " + m);
                c.BecomeStacked(n =>
                {
                    Log.Add("second " + n);
                    throw Boom;
                });
            },
        });
        actor.Tell(1);
        actor.Tell(2);
        actor.Tell(3);
        Run();
        Assert.Equal(["first 1", "second 2", "first 3"], Log);
    }

    [Fact]
    public void By_default_children_are_stopped_before_the_new_instance_starts()
    {
        var child = new Script { Life = Log, Name = "child " };
        var actor = Start(new Script { Life = Log, OnStart = c => c.ActorOf(child.Props, "child") });
        Run();
        actor.Tell(Boom);
        Run();
        Assert.Equal(
            ["start", "child start", "preRestart boom " + Boom, "stop", "child stop", "postRestart boom", "start", "child start"],
            Log);
    }

    [Fact]
    public void Children_that_are_kept_are_restarted()
    {
        var child = new Script { Life = Log, Name = "child " };
        var started = false;
        var actor = Start(new Script
        {
            KeepsChildren = true,
            OnStart = c =>
            {
                if (!started)
                {
                    started = true;
                    c.ActorOf(child.Props, "child");
                }
            },
        });
        Run();
        actor.Tell(Boom);
        Run();
        Assert.Equal(
            ["child start", "child preRestart boom ", "child stop", "child postRestart boom", "child start"], Log);
    }

    [Theory]
    [InlineData(Directive.Resume, "same 1, same 2")]
    [InlineData(Directive.Restart, "same 1, stop, start, same 1")]
    [InlineData(Directive.Stop, "same 1, stop")]
    public void The_directive_decides(Directive directive, string expected)
    {
        IActorRef child = ActorRefs.Nobody;
        var script = new Func<Props>(() => Props.Create(() => new Counting(Log)));
        Start(new Script
        {
            Strategy = new OneForOneStrategy(_ => directive),
            OnStart = c => child = c.ActorOf(script()),
        });
        Run();
        Log.Clear();
        child.Tell("count");
        child.Tell(Boom);
        child.Tell("count");
        Run();
        Assert.Equal(expected, string.Join(", ", Log));
    }

    [Fact]
    public void AllForOne_restarts_the_siblings_too()
    {
        var children = new List<IActorRef>();
        Start(new Script
        {
            Strategy = new AllForOneStrategy(_ => Directive.Restart),
            OnStart = c =>
            {
                children.Add(c.ActorOf(new Script { Life = Log, Name = "a " }.Props));
                children.Add(c.ActorOf(new Script { Life = Log, Name = "b " }.Props));
            },
        });
        Run();
        Log.Clear();
        children[0].Tell(Boom);
        Run();
        Assert.Equal(2, Log.Count(note => note is "a start" or "b start"));
        Assert.Contains("b preRestart boom ", Log);
    }

    [Fact]
    public void Escalate_fails_the_supervisor_with_the_same_cause()
    {
        IActorRef child = ActorRefs.Nobody;
        var seen = new List<(string, Exception)>();
        var middle = new Script
        {
            Life = Log,
            Name = "middle ",
            Strategy = new OneForOneStrategy(_ => Directive.Escalate),
            OnStart = c => child = c.ActorOf(new Script { Life = Log, Name = "child " }.Props),
        };
        Start(new Script
        {
            Strategy = new OneForOneStrategy(e =>
            {
                seen.Add(("top", e));
                return Directive.Restart;
            }),
            OnStart = c => c.ActorOf(middle.Props),
        });
        Run();
        Log.Clear();
        child.Tell(Boom);
        Run();
        Assert.Equal(("top", (Exception)Boom), Assert.Single(seen));
        Assert.Equal(
            ["middle preRestart boom ", "middle stop", "child stop", "middle postRestart boom", "middle start", "child start"],
            Log);
    }

    [Fact]
    public void Children_are_suspended_while_the_decision_is_taken_and_resumed_after()
    {
        IActorRef child = ActorRefs.Nobody;
        var deciding = false;
        IActorRef failing = ActorRefs.Nobody;
        Start(new Script
        {
            Strategy = new OneForOneStrategy(_ =>
            {
                deciding = true;
                return Directive.Resume;
            }),
            OnStart = c => failing = c.ActorOf(new Script
            {
                OnStart = d => child = d.ActorOf(new Script { OnMessage = (_, m) => Log.Add($"{m} {deciding}") }.Props),
                OnMessage = (_, _) =>
                {
                    child.Tell("while suspended");
                    throw Boom;
                },
            }.Props),
        });
        Run();
        failing.Tell("fail");
        Run();
        Assert.Equal(["while suspended True"], Log);
    }

    [Fact]
    public void A_limit_of_retries_in_a_window_stops_the_child_at_the_next_failure()
    {
        var child = Child(new OneForOneStrategy(2, TimeSpan.FromSeconds(1), _ => Directive.Restart));
        Assert.Equal([true, true, false], FailRepeatedly(child, 3, pauseMs: 10));
    }

    [Fact]
    public void Retries_outside_of_the_window_are_forgotten()
    {
        var child = Child(new OneForOneStrategy(2, TimeSpan.FromSeconds(1), _ => Directive.Restart));
        Assert.Equal([true, true, true, true, true], FailRepeatedly(child, 5, pauseMs: 700));
    }

    [Fact]
    public void No_limit_together_with_a_window_means_one_retry_per_window()
    {
        var child = Child(new OneForOneStrategy(-1, TimeSpan.FromSeconds(1), _ => Directive.Restart));
        Assert.Equal([true, false], FailRepeatedly(child, 2, pauseMs: 10));
    }

    [Fact]
    public void No_retries_means_the_first_failure_stops() =>
        Assert.Equal([false], FailRepeatedly(
            Child(new OneForOneStrategy(0, TimeSpan.FromSeconds(1), _ => Directive.Restart)), 1, pauseMs: 10));

    [Fact]
    public void A_constructor_that_throws_goes_to_the_supervisor_which_stops_the_child()
    {
        var causes = new List<Exception>();
        IActorRef child = ActorRefs.Nobody;
        Start(new Script
        {
            Strategy = new OneForOneStrategy(e =>
            {
                causes.Add(e);
                return SupervisorStrategy.DefaultDecider.Decide(e);
            }),
            OnStart = c => child = c.ActorOf(Props.Create(() => new Unborn())),
        });
        Run();
        var cause = Assert.IsType<ActorInitializationException>(Assert.Single(causes));
        Assert.Equal("unborn", cause.InnerException!.Message);
        Assert.True(((IInternalActorRef)child).IsTerminated);
    }

    [Fact]
    public void A_PreStart_that_throws_is_tried_again_when_the_supervisor_says_restart()
    {
        var tries = 0;
        Start(new Script
        {
            Strategy = new OneForOneStrategy(_ => Directive.Restart),
            OnStart = c => c.ActorOf(new Script
            {
                Life = Log,
                OnStart = _ =>
                {
                    if (++tries < 3)
                    {
                        throw Boom;
                    }
                },
            }.Props),
        });
        Run();
        Assert.Equal(3, tries);
        Assert.Equal(["start", "start", "start"], Log);
    }

    [Fact]
    public void A_failing_PostRestart_stops_the_child_by_default()
    {
        var starts = 0;
        var actor = Start(new Script
        {
            OnStart = _ =>
            {
                if (++starts > 1)
                {
                    throw Boom;
                }
            },
        });
        actor.Tell(new InvalidOperationException("first"));
        Run();
        Assert.True(((IInternalActorRef)actor).IsTerminated);
    }

    [Fact]
    public void A_failing_PreRestart_does_not_keep_the_actor_from_restarting()
    {
        var fail = true;
        var actor = Start(new Script
        {
            OnStop = _ =>
            {
                if (fail)
                {
                    fail = false;
                    throw new InvalidOperationException("in PreRestart");
                }
            },
            OnMessage = (_, m) => Log.Add(m),
        });
        actor.Tell(Boom);
        actor.Tell("alive");
        Run();
        Assert.Equal(["alive"], Log);
    }

    [Fact]
    public void What_reaches_the_user_guardian_is_restarted_by_default()
    {
        var actor = Start(new Script { Life = Log, Strategy = new OneForOneStrategy(_ => Directive.Escalate) });
        actor.Tell((Action<IUntypedActorContext>)(c => c.ActorOf(new Script().Props).Tell(Boom)));
        Run();
        Assert.Contains("postRestart boom", Log);
        Assert.False(System.WhenTerminated.IsCompleted);
    }

    [Fact]
    public void A_strategy_given_by_Props_wins()
    {
        IActorRef child = ActorRefs.Nobody;
        var parent = new Script { OnStart = c => child = c.ActorOf(new Script().Props) };
        System.ActorOf(parent.Props.WithSupervisorStrategy(SupervisorStrategy.StoppingStrategy));
        Run();
        child.Tell(Boom);
        Run();
        Assert.True(((IInternalActorRef)child).IsTerminated);
    }

    [Fact]
    public void A_decider_takes_the_first_type_that_fits()
    {
        var decider = Decider.From(
            Directive.Escalate,
            new KeyValuePair<Type, Directive>(typeof(ArgumentNullException), Directive.Resume),
            new KeyValuePair<Type, Directive>(typeof(ArgumentException), Directive.Stop));
        Assert.Equal(Directive.Resume, decider.Decide(new ArgumentNullException()));
        Assert.Equal(Directive.Stop, decider.Decide(new ArgumentOutOfRangeException()));
        Assert.Equal(Directive.Escalate, decider.Decide(Boom));
    }

    [Fact]
    public void Stop_while_waiting_for_a_decision_ends_the_actor()
    {
        var actor = Start(new Script { Life = Log });
        Run();
        actor.Tell(Boom);
        System.Stop(actor);
        Run();
        Assert.Equal("stop", Log[^1]);
        Assert.True(((IInternalActorRef)actor).IsTerminated);
    }

    private IActorRef Child(SupervisorStrategy strategy)
    {
        IActorRef child = ActorRefs.Nobody;
        Start(new Script { Strategy = strategy, OnStart = c => child = c.ActorOf(new Script().Props) });
        Run();
        return child;
    }

    /// <summary>Fails a child some times; says after each whether it lives.</summary>
    private List<bool> FailRepeatedly(IActorRef child, int times, double pauseMs)
    {
        var lives = new List<bool>();
        for (var i = 0; i < times; i++)
        {
            child.Tell(Boom);
            RunFor(pauseMs);
            lives.Add(!((IInternalActorRef)child).IsTerminated);
        }

        return lives;
    }

    private sealed class Counting(List<object> log) : UntypedActor
    {
        private int _count;

        protected override void PreStart() => log.Add("start");

        protected override void PostStop() => log.Add("stop");

        protected override void OnReceive(object message)
        {
            if (message is Exception e)
            {
                throw e;
            }

            log.Add($"same {++_count}");
        }
    }

    private sealed class Unborn : UntypedActor
    {
        public Unborn() => throw new InvalidOperationException("unborn");

        protected override void OnReceive(object message) => Unhandled(message);
    }
}
