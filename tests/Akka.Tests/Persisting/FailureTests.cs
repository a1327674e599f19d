using Akka.Actor;
using Akka.Event;
using Akka.Pattern;
using Akka.Persistence;
using Xunit;

namespace Akka.Tests.Persisting;

/// <summary>What happens when a journal, a handler or a recovery fails.</summary>
public sealed class FailureTests() : PersistingTest(
    JournalClass<FaultyJournal>() + "\n" + """
    akka.persistence.journal.inmem {
      recovery-event-timeout = 5s
      circuit-breaker { max-failures = 2, call-timeout = 2s, reset-timeout = 10s }
    }
    akka.persistence.journal.unfiltered = ${akka.persistence.journal.inmem} { replay-filter.mode = off }
    """)
{
    [Fact]
    public void A_failed_write_stops_the_actor_and_what_waited_becomes_dead_letters()
    {
        var probe = Probe("dead");
        System.EventStream.Subscribe(probe, typeof(DeadLetter));
        var actor = Begin(new PersistingScript());
        Watch(actor);
        actor.Tell("wrong");
        actor.Tell("b");
        Run();
        Assert.Contains("failure:wrong-1 Simulated Store failure", Log);
        Assert.Contains(Log, m => m is Terminated);
        Assert.Contains(Log, m => m is DeadLetter { Message: "b" });
        Assert.DoesNotContain("s:wrong", Log);
    }

    [Fact]
    public void A_failed_write_cannot_be_resumed()
    {
        var actor = Supervised(Directive.Resume, new PersistingScript());
        Watch(actor);
        actor.Tell("wrong");
        actor.Tell("b");
        Run();
        Assert.Contains(Log, m => m is Terminated);
        Assert.DoesNotContain("s:b", Log);
    }

    [Fact]
    public void A_rejected_event_is_told_to_the_actor_its_handler_does_not_run_and_the_actor_goes_on()
    {
        var actor = Begin(new PersistingScript());
        actor.Tell("bad");
        actor.Tell("b");
        Run();
        Assert.Equal(["replayed", "recovered", "rejected:bad-1 not serializable", "s:b"], Log);
        Log.Clear();
        Begin(new PersistingScript()).Tell((Action<ScriptedPersistent>)(a => a.Note(a.Last)));
        Run();
        Assert.Equal(["r:b", "replayed", "recovered", 2L], Log);
    }

    [Fact]
    public void A_journal_that_hangs_is_a_failed_write_after_the_call_timeout()
    {
        var actor = Begin(new PersistingScript());
        Watch(actor);
        actor.Tell("hang");
        RunFor(1_999);
        Assert.Equal(["replayed", "recovered"], Log);
        RunFor(1);
        Assert.Equal("failure:hang-1 Execution did not complete within the time allotted 2000 ms", Log[2]);
        Assert.IsType<Terminated>(Log[^1]);
    }

    [Fact]
    public void After_so_many_failures_calls_fail_at_once_until_one_is_let_through_and_succeeds()
    {
        FailTwice();
        Begin(new PersistingScript());
        Run();
        Assert.Equal(["recovery-failure:Circuit Breaker is open; calls are failing fast ", "stop"], Log);
        Log.Clear();
        RunFor(10_000);
        Begin(new PersistingScript()).Tell("a");
        Run();
        Assert.Equal(["replayed", "recovered", "s:a"], Log);
    }

    [Fact]
    public void A_failure_of_the_call_that_is_let_through_closes_the_way_again()
    {
        FailTwice();
        RunFor(10_000);
        var probe = Probe();
        Journal().Tell(Write(probe, "wrong"));
        Run();
        Assert.Equal("Simulated Store failure", Assert.IsType<WriteMessagesFailed>(Log[0]).Cause.Message);
        Log.Clear();
        RunFor(9_999);
        Journal().Tell(Write(probe, "a"));
        Run();
        Assert.IsType<OpenCircuitException>(Assert.IsType<WriteMessagesFailed>(Log[0]).Cause);
        Log.Clear();
        RunFor(1);
        Journal().Tell(Write(probe, "a"));
        Run();
        Assert.IsType<WriteMessagesSuccessful>(Log[0]);
    }

    [Fact]
    public void A_journal_that_restarts_fails_the_writes_it_was_about()
    {
        var actor = Begin(new PersistingScript());
        Watch(actor);
        actor.Tell("hang");
        Run();
        Journal().Tell("boom");
        Run();
        Assert.Contains("failure:hang-1 The persistence plugin was stopped or restarted.", Log);
        Assert.Contains(Log, m => m is Terminated);
    }

    [Fact]
    public void Answers_of_the_journal_keep_the_order_of_the_writes()
    {
        var probe = Probe();
        Journal().Tell(Write(probe, "slow"));
        Journal().Tell(Write(probe, "quick"));
        Run();
        Assert.Empty(Log);
        RunFor(1_000);
        Assert.Equal(["slow", "quick"], Log.OfType<WriteMessageSuccess>().Select(m => m.Persistent.Payload));
    }

    [Fact]
    public void A_failed_replay_is_told_to_the_actor_and_stops_it()
    {
        Begin(new PersistingScript()).Tell("corrupt");
        Run();
        Log.Clear();
        Watch(Begin(new PersistingScript()));
        Run();
        Assert.Equal(["recovery-failure:blahonga 1 1 ", "stop"], Log.Take(2));
        Assert.IsType<Terminated>(Log[^1]);
    }

    [Fact]
    public void A_handler_that_throws_in_recovery_stops_the_actor_and_no_command_is_handled()
    {
        Begin(new PersistingScript()).Tell("a");
        Run();
        Log.Clear();
        var actor = Supervised(Directive.Restart, new PersistingScript
        {
            OnRecover = (_, m) => throw (m is "a" ? new InvalidDataException("no a") : new InvalidOperationException("later")),
        });
        Watch(actor);
        actor.Tell("b");
        Run();
        Assert.Equal(["r:a", "recovery-failure:no a a", "stop"], Log.Take(3));
        Assert.IsType<Terminated>(Log[^1]);
    }

    [Theory]
    [InlineData("akka.persistence.journal.inmem", 5, 0)] // The filter holds the first events back.
    [InlineData("akka.persistence.journal.unfiltered", 10, 1)]
    public void A_journal_that_falls_silent_in_recovery_is_given_up(string journal, int seconds, int seen)
    {
        var writer = Begin(new PersistingScript { Journal = journal });
        writer.Tell("a");
        writer.Tell("silent");
        Run();
        Log.Clear();
        Watch(Begin(new PersistingScript { Journal = journal }));
        RunFor((seconds * 1_000) - 1);
        Assert.DoesNotContain(Log, m => m is Terminated);
        RunFor(1);
        Assert.Contains(
            $"recovery-failure:Recovery timed out, didn't get event within 5s, highest sequence number seen {seen}. ", Log);
        Assert.Contains(Log, m => m is Terminated);
    }

    [Fact]
    public void Persisting_before_the_recovery_is_over_is_refused()
    {
        Begin(new PersistingScript()).Tell("a");
        Run();
        Log.Clear();
        Begin(new PersistingScript
        {
            OnRecover = (a, m) =>
            {
                if (m is "a")
                {
                    a.Persist("b", a.Stored);
                }
            },
        });
        Run();
        Assert.Equal(
            "recovery-failure:Cannot persist during replay. Events can be persisted when receiving RecoveryCompleted or later. a",
            Log[1]);
    }

    [Theory]
    [InlineData(Directive.Resume)]
    [InlineData(Directive.Restart)]
    public void An_event_persisted_before_its_command_threw_is_stored(Directive directive)
    {
        var actor = Supervised(directive, new PersistingScript
        {
            OnCommand = (a, m) =>
            {
                a.Persist((string)m, a.Stored);
                if (m is "err")
                {
                    throw new InvalidOperationException("thrown");
                }
            },
        });
        foreach (var m in new[] { "a", "err", "b" })
        {
            actor.Tell(m);
        }

        Run();
        Assert.Contains("s:b", Log);
        Log.Clear();
        Begin(new PersistingScript());
        Run();
        Assert.Equal(["r:a", "r:err", "r:b", "replayed", "recovered"], Log);
    }

    [Theory]
    [InlineData(Directive.Resume, "s:a s:b s:c")]
    [InlineData(Directive.Restart, "s:a s:b stop r:a r:b r:err replayed recovered s:c")]
    public void A_handler_that_threw_has_its_event_stored(Directive directive, string expected)
    {
        var actor = Supervised(directive, new PersistingScript
        {
            OnCommand = (a, m) => a.Persist((string)m, e =>
            {
                if (e == "err")
                {
                    throw new InvalidOperationException("thrown");
                }

                a.Stored(e);
            }),
        });
        foreach (var m in new[] { "a", "b", "err", "c" })
        {
            actor.Tell(m);
        }

        Run();
        Assert.Equal("replayed recovered " + expected, string.Join(' ', Log));
    }

    [Fact]
    public void Overlapping_writers_are_found_in_the_replay_and_the_older_ones_events_dropped()
    {
        var old = Begin(new PersistingScript());
        old.Tell("a");
        Run();
        var young = Begin(new PersistingScript());
        Run();
        old.Tell("b");
        Run();
        young.Tell("c");
        Run();
        Log.Clear();
        Begin(new PersistingScript());
        Run();
        Assert.Equal(["r:a", "r:c", "replayed", "recovered"], Log);
    }

    [Fact]
    public void An_actor_without_a_persistence_id_or_with_an_unknown_journal_does_not_start()
    {
        var nameless = Begin(new PersistingScript { Id = null! });
        var lost = Begin(new PersistingScript { Journal = "akka.persistence.journal.none" });
        Watch(nameless);
        Watch(lost);
        Run();
        Assert.Equal([nameless, lost], Log.OfType<Terminated>().Select(t => t.ActorRef).OrderBy(a => a.Equals(lost)));
        Assert.DoesNotContain("recovered", Log);
    }

    private static WriteMessages Write(IActorRef asker, string payload) =>
        new([new AtomicWrite(new Persistent(payload, 1, "raw"))], asker, 1);

    private IActorRef Journal() => Akka.Persistence.Persistence.Instance.Apply(System).JournalFor(null);

    private void FailTwice()
    {
        var (one, other) = (Begin(new PersistingScript { Id = "one" }), Begin(new PersistingScript { Id = "other" }));
        Run();
        one.Tell("wrong");
        other.Tell("wrong");
        Run();
        Log.Clear();
    }

    private void Watch(IActorRef actor) =>
        Start(new Actor.Script { OnStart = c => c.Watch(actor), OnMessage = (_, m) => Log.Add(m) });

    private IActorRef Supervised(Directive directive, PersistingScript script)
    {
        IActorRef? child = null;
        Start(new Actor.Script
        {
            Strategy = new OneForOneStrategy(_ => directive),
            OnStart = c => child = c.ActorOf(Props.Create(() => new ScriptedPersistent(script, Log))),
        });
        Run();
        return child!;
    }
}
