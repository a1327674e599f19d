using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using Xunit;

namespace Akka.Tests.Persisting;

/// <summary>When handlers run, and what waits for them.</summary>
public sealed class PersistTests() : PersistingTest(JournalClass<FaultyJournal>())
{
    [Fact]
    public void A_handler_runs_after_its_event_is_stored_and_later_commands_wait_for_it()
    {
        var actor = Begin(Noting((a, m) => a.Persist(m, a.Stored)));
        actor.Tell("slow-a");
        actor.Tell("b");
        RunFor(999);
        Assert.Equal(["slow-a"], Recovered());
        RunFor(1);
        Assert.Equal(["slow-a", "s:slow-a", "b", "s:b"], Recovered());
    }

    [Fact]
    public void Events_of_several_calls_of_one_command_are_stored_in_order_before_the_next_command()
    {
        var actor = Begin(Noting((a, m) =>
        {
            a.Persist($"{m}-1", a.Stored);
            a.PersistAll([$"{m}-2", $"{m}-3"], a.Stored);
            a.Persist($"{m}-4", a.Stored);
        }));
        actor.Tell("a");
        actor.Tell("b");
        Run();
        Assert.Equal(
            ["a", "s:a-1", "s:a-2", "s:a-3", "s:a-4", "b", "s:b-1", "s:b-2", "s:b-3", "s:b-4"], Recovered());
    }

    [Fact]
    public void PersistAll_of_nothing_stores_nothing_and_the_actor_goes_on()
    {
        var actor = Begin(Noting((a, m) =>
        {
            a.PersistAll<string>(null, a.Stored);
            a.PersistAll(Array.Empty<string>(), a.Stored);
            a.Persist(m, a.Stored);
        }));
        actor.Tell("a");
        Run();
        Assert.Equal(["a", "s:a"], Recovered());
        actor.Tell((Action<ScriptedPersistent>)(a => a.Note(a.Last)));
        Run();
        Assert.Equal(1L, Log[^1]);
    }

    [Fact]
    public void The_sender_of_the_command_is_the_sender_in_its_handler()
    {
        var (one, other) = (Probe("one"), Probe("other"));
        var actor = Begin(new PersistingScript { OnCommand = (a, m) => a.Persist(m, e => a.From.Tell(e)) });
        var asyncActor = Begin(new PersistingScript
        {
            Id = "q",
            OnCommand = (a, m) =>
            {
                a.PersistAsync(m, e => a.Note((a.From, (string)e)));
                a.DeferAsync("d", e => a.Note((a.From, e)));
            },
        });
        Run();
        Log.Clear();
        actor.Tell("a", one);
        Run();
        Assert.Equal(["a"], Log);
        Log.Clear();
        asyncActor.Tell("b", one);
        asyncActor.Tell("c", other);
        Run();
        Assert.Equal([(one, "b"), (one, "d"), (other, "c"), (other, "d")], Log.Cast<(IActorRef, string)>());
    }

    [Fact]
    public void PersistAsync_does_not_hold_back_commands_and_its_handlers_keep_their_order()
    {
        var actor = Begin(Noting((a, m) => a.PersistAsync(m, a.Stored)));
        actor.Tell("slow-x");
        actor.Tell("y");
        Run();
        Assert.Equal(["slow-x", "y"], Recovered());
        RunFor(1_000);
        Assert.Equal(["slow-x", "y", "s:slow-x", "s:y"], Recovered());
    }

    [Fact]
    public void PersistAllAsync_stores_all_or_nothing()
    {
        var actor = Begin(Noting((a, m) => a.PersistAllAsync([$"{m}-1", $"{m}-2"], a.Stored)));
        actor.Tell("bad");
        actor.Tell("y");
        Run();
        Assert.Equal(
            ["rejected:bad-1-1 not serializable", "rejected:bad-2-2 not serializable", "s:y-1", "s:y-2"],
            Recovered().Where(m => m is not ("bad" or "y")));
    }

    [Fact]
    public void A_Persist_after_a_PersistAsync_makes_commands_wait_for_both()
    {
        var actor = Begin(Noting((a, m) =>
        {
            a.Persist($"{m}-1", a.Stored);
            a.PersistAsync($"{m}-2", a.Stored);
            a.Persist($"{m}-3", a.Stored);
        }));
        actor.Tell("a");
        actor.Tell("b");
        Run();
        Assert.Equal(["a", "s:a-1", "s:a-2", "s:a-3", "b", "s:b-1", "s:b-2", "s:b-3"], Recovered());
    }

    [Fact]
    public void DeferAsync_takes_its_turn_and_runs_at_once_when_nothing_is_before_it()
    {
        var actor = Begin(Noting((a, m) =>
        {
            a.DeferAsync($"{m}-1", e => a.Note("d:" + e));
            a.Persist($"{m}-2", a.Stored);
            a.DeferAsync($"{m}-3", e => a.Note("d:" + e));
            a.DeferAsync($"{m}-4", e => a.Note("d:" + e));
        }));
        actor.Tell("a");
        Run();
        Assert.Equal(["a", "d:a-1", "s:a-2", "d:a-3", "d:a-4"], Recovered());
    }

    [Fact]
    public void A_deferred_handler_does_not_run_when_an_event_before_it_could_not_be_stored()
    {
        var actor = Begin(Noting((a, m) =>
        {
            a.Persist(m, a.Stored);
            a.DeferAsync("later", e => a.Note("d:" + e));
        }));
        actor.Tell("wrong");
        Run();
        Assert.Equal(["wrong", "failure:wrong-1 Simulated Store failure", "stop"], Recovered());
    }

    [Fact]
    public void Nested_Persist_calls_come_before_the_next_command()
    {
        void Nest(ScriptedPersistent a, object m, int left)
        {
            if (left > 0)
            {
                a.Persist($"{m}-{left}", e =>
                {
                    a.Stored(e);
                    Nest(a, m, left - 1);
                });
            }
        }

        var actor = Begin(Noting((a, m) => Nest(a, m, 3)));
        actor.Tell("a");
        actor.Tell("b");
        Run();
        Assert.Equal(["a", "s:a-3", "s:a-2", "s:a-1", "b", "s:b-3", "s:b-2", "s:b-1"], Recovered());
    }

    [Fact]
    public void A_Persist_in_the_handler_of_a_PersistAsync_makes_commands_wait_and_then_go_on()
    {
        var actor = Begin(Noting((a, m) =>
        {
            if (m is "a")
            {
                a.PersistAsync("outer", e =>
                {
                    a.Stored(e);
                    a.Persist("slow-inner", a.Stored);
                    a.From.Tell("now");
                });
            }
        }));
        var asker = Start(new Actor.Script { OnMessage = (_, _) => actor.Tell("b") });
        actor.Tell("a", asker);
        RunFor(500);
        Assert.Equal(["a", "s:outer"], Recovered());
        RunFor(500);
        Assert.Equal(["a", "s:outer", "s:slow-inner", "b"], Recovered());
        actor.Tell("c");
        Run();
        Assert.Equal("c", Log[^1]);
    }

    [Fact]
    public void A_behaviour_changed_in_a_handler_holds_for_the_next_command()
    {
        var actor = Begin(Noting((a, m) => a.Persist(m, e =>
        {
            a.Stored(e);
            a.Turn(other => a.Persist($"turned-{other}", x =>
            {
                a.Stored(x);
                a.TurnBack();
            }));
        })));
        foreach (var m in new[] { "b", "c", "d", "e" })
        {
            actor.Tell(m);
        }

        Run();
        Assert.Equal(["b", "s:b", "s:turned-c", "d", "s:d", "s:turned-e"], Recovered());
    }

    [Fact]
    public void The_users_stash_keeps_its_order_beside_the_one_that_persisting_needs()
    {
        var actor = Begin(Noting((a, m) =>
        {
            if (m is "a" or "b" && !a.Opened)
            {
                a.Stash.Stash();
                return;
            }

            a.Persist(m, e =>
            {
                a.Stored(e);
                if (m is "slow-open")
                {
                    a.Opened = true;
                    a.Stash.UnstashAll();
                }
            });
        }));
        foreach (var m in new[] { "a", "b", "slow-open", "c", "d" })
        {
            actor.Tell(m);
        }

        RunFor(1_000);
        Assert.Equal(["s:slow-open", "s:a", "s:b", "s:c", "s:d"], Recovered().Where(m => m is string s && s.StartsWith("s:", StringComparison.Ordinal)));
    }

    [Fact]
    public void Asynchronous_work_of_a_command_holds_back_others_until_its_events_are_stored()
    {
        var gate = new TaskCompletionSource();
        var actor = Begin(Noting((a, m) =>
        {
            if (m is "a")
            {
                a.Run(async () =>
                {
                    a.Persist("a-1", a.Stored);
                    await gate.Task;
                    a.Persist("a-2", a.Stored);
                });
            }
        }));
        actor.Tell("a");
        actor.Tell("b");
        Run();
        Assert.Equal(["a"], Recovered());
        gate.SetResult();
        Run();
        Assert.Equal(["a", "s:a-1", "s:a-2", "b"], Recovered());
    }

    [Fact]
    public void A_command_waits_for_the_recovery_to_end()
    {
        var actor = Begin(Noting((a, m) => a.Note(a.Recovering)));
        actor.Tell("a");
        Run();
        Assert.Equal(["replayed", "recovered", "a", false], Log);
    }

    [Fact]
    public void Events_deleted_up_to_a_number_are_not_replayed_and_numbers_go_on()
    {
        var actor = Begin(new PersistingScript());
        foreach (var m in new[] { "a", "b", "c" })
        {
            actor.Tell(m);
        }

        actor.Tell((Action<ScriptedPersistent>)(a => a.DeleteMessages(2)));
        Run();
        Assert.Equal(new DeleteMessagesSuccess(2), Log[^1]);
        Log.Clear();
        var next = Begin(new PersistingScript());
        next.Tell((Action<ScriptedPersistent>)(a => a.Note(a.Last)));
        next.Tell((Action<ScriptedPersistent>)(a => a.DeleteMessages(long.MaxValue)));
        Run();
        Assert.Equal(["r:c", "replayed", "recovered", 3L, new DeleteMessagesSuccess(3)], Log);
        Log.Clear();
        Begin(new PersistingScript()).Tell((Action<ScriptedPersistent>)(a => a.Note(a.Last)));
        Run();
        Assert.Equal(["replayed", "recovered", 3L], Log);
    }

    [Fact]
    public void Deleting_beyond_the_last_event_is_refused()
    {
        var actor = Begin(new PersistingScript());
        actor.Tell("a");
        actor.Tell((Action<ScriptedPersistent>)(a => a.DeleteMessages(2)));
        Run();
        Assert.Equal(2, Assert.IsType<DeleteMessagesFailure>(Log[^1]).ToSequenceNr);
    }

    [Fact]
    public void A_stash_that_is_full_refuses_as_its_strategy_says()
    {
        var probe = Probe();
        System.EventStream.Subscribe(probe, typeof(DeadLetter));
        var script = new PersistingScript { StashOverflow = new ReplyToStrategy("full") };
        var actor = System.ActorOf(
            Props.Create(() => new ScriptedPersistent(script, Log)).WithStashCapacity(1));
        Run();
        actor.Tell("slow-a", probe);
        actor.Tell("b", probe);
        actor.Tell("c", probe);
        Run();
        Assert.Equal(["full"], Recovered());
        RunFor(1_000);
        Assert.Equal(["full", "s:slow-a", "s:b"], Recovered());
    }

    private static PersistingScript Noting(Action<ScriptedPersistent, object> command) => new()
    {
        OnCommand = (a, m) =>
        {
            a.Note(m);
            command(a, m);
        },
    };

    private IEnumerable<object> Recovered() => Log.SkipWhile(m => m is not "recovered").Skip(1);
}
