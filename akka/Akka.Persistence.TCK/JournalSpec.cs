using Akka.Actor;
using Akka.Actor.Setup;
using Akka.TestKit;
using Xunit;
using Xunit.Abstractions;

namespace Akka.Persistence.TCK.Journal;

/// <summary>What every journal must do. Events are texts. A subclass calls <see cref="Initialize"/> in its constructor.</summary>
public abstract class JournalSpec : PluginSpec
{
    private readonly TestProbe _receiver;

    /// <summary>Starts a system.</summary>
    protected JournalSpec(ActorSystemSetup setup, string? actorSystemName = null, ITestOutputHelper? output = null)
        : base(setup, actorSystemName ?? "JournalSpec", output) => _receiver = CreateTestProbe();

    /// <summary>False for a journal that can store anything.</summary>
    protected virtual bool SupportsRejectingNonSerializableObjects => true;

    /// <summary>The journal under test.</summary>
    protected IActorRef Journal => Extension.JournalFor(null);

    [Fact]
    public virtual void Journal_should_replay_all_messages() => ExpectReplay(1, long.MaxValue, long.MaxValue, [1, 2, 3, 4, 5]);

    [Fact]
    public virtual void Journal_should_replay_messages_using_a_lower_sequence_number_bound() =>
        ExpectReplay(3, long.MaxValue, long.MaxValue, [3, 4, 5]);

    [Fact]
    public virtual void Journal_should_replay_messages_using_an_upper_sequence_number_bound() =>
        ExpectReplay(1, 3, long.MaxValue, [1, 2, 3]);

    [Fact]
    public virtual void Journal_should_replay_messages_using_a_count_limit() => ExpectReplay(1, long.MaxValue, 3, [1, 2, 3]);

    [Fact]
    public virtual void Journal_should_replay_messages_using_lower_and_upper_sequence_number_bound() =>
        ExpectReplay(2, 3, long.MaxValue, [2, 3]);

    [Fact]
    public virtual void Journal_should_replay_messages_using_lower_and_upper_sequence_number_bound_and_count_limit() =>
        ExpectReplay(2, 5, 2, [2, 3]);

    [Fact]
    public virtual void Journal_should_replay_a_single_if_lower_sequence_number_bound_equals_upper_sequence_number_bound() =>
        ExpectReplay(2, 2, long.MaxValue, [2]);

    [Fact]
    public virtual void Journal_should_replay_a_single_message_if_count_limit_is_equal_one() => ExpectReplay(2, 4, 1, [2]);

    [Fact]
    public virtual void Journal_should_not_replay_messages_if_count_limit_equals_zero() => ExpectReplay(2, 4, 0, []);

    [Fact]
    public virtual void Journal_should_not_replay_messages_if_lower_bound_is_greater_than_upper_bound() =>
        ExpectReplay(3, 2, long.MaxValue, []);

    [Fact]
    public virtual void Journal_should_not_replay_messages_if_the_persistent_actor_has_not_yet_written_messages()
    {
        Journal.Tell(new ReplayMessages(0, long.MaxValue, long.MaxValue, "non-existing-" + Pid, _receiver.Ref));
        _receiver.ExpectMsg<RecoverySuccess>(m => m.HighestSequenceNr == 0L);
    }

    [Fact]
    public virtual void Journal_should_not_replay_permanently_deleted_messages_on_range_deletion()
    {
        var (deleter, subscriber) = (CreateTestProbe(), CreateTestProbe());
        Subscribe<DeleteMessagesTo>(subscriber.Ref);
        Journal.Tell(new DeleteMessagesTo(Pid, 3, deleter.Ref));
        subscriber.ExpectMsg<DeleteMessagesTo>(m => m.PersistenceId == Pid && m.ToSequenceNr == 3);
        deleter.ExpectMsg<DeleteMessagesSuccess>(m => m.ToSequenceNr == 3);
        ExpectReplay(1, long.MaxValue, long.MaxValue, [4, 5]);
    }

    [Fact]
    public virtual void Journal_should_not_reset_HighestSequenceNr_after_journal_cleanup()
    {
        var deleter = CreateTestProbe();
        Journal.Tell(new DeleteMessagesTo(Pid, long.MaxValue, deleter.Ref));
        deleter.ExpectMsg<DeleteMessagesSuccess>(m => m.ToSequenceNr == long.MaxValue);
        ExpectReplay(0, long.MaxValue, long.MaxValue, []);
    }

    [Fact]
    public virtual void Journal_should_go_on_with_the_next_number_after_journal_cleanup()
    {
        var deleter = CreateTestProbe();
        Journal.Tell(new DeleteMessagesTo(Pid, long.MaxValue, deleter.Ref));
        deleter.ExpectMsg<DeleteMessagesSuccess>();
        ExpectStored([new AtomicWrite(Event(6))], [6]);
        Journal.Tell(new ReplayMessages(0, long.MaxValue, long.MaxValue, Pid, _receiver.Ref));
        _receiver.ExpectMsg<ReplayedMessage>(m => IsEvent(m.Persistent, 6));
        _receiver.ExpectMsg<RecoverySuccess>(m => m.HighestSequenceNr == 6L);
    }

    [Fact]
    public virtual void Journal_should_keep_the_writer_and_not_the_sender()
    {
        Journal.Tell(new ReplayMessages(1, 1, long.MaxValue, Pid, _receiver.Ref));
        var persistent = _receiver.ExpectMsg<ReplayedMessage>().Persistent;
        Assert.Equal(WriterGuid, persistent.WriterGuid);
        Assert.True(persistent.Sender is null || persistent.Sender.Equals(Sys.DeadLetters));
    }

    [Fact]
    public virtual void Journal_should_keep_several_ids_apart()
    {
        var other = "other-" + Pid;
        var probe = CreateTestProbe();
        Journal.Tell(new WriteMessages(
            [new AtomicWrite(new Persistent("o-1", 1, other, writerGuid: WriterGuid))], probe.Ref, ActorInstanceId));
        probe.ExpectMsg<WriteMessagesSuccessful>();
        probe.ExpectMsg<WriteMessageSuccess>();
        ExpectReplay(1, long.MaxValue, long.MaxValue, [1, 2, 3, 4, 5]);
        Journal.Tell(new ReplayMessages(1, long.MaxValue, long.MaxValue, other, _receiver.Ref));
        _receiver.ExpectMsg<ReplayedMessage>(m => m.Persistent.Payload is "o-1");
        _receiver.ExpectMsg<RecoverySuccess>(m => m.HighestSequenceNr == 1L);
    }

    [Fact]
    public virtual void Journal_optionally_may_reject_non_serializable_events()
    {
        var probe = CreateTestProbe();
        IEnumerable<object> payloads = ["b-6", new NotSerializable(), "b-8"];
        Journal.Tell(new WriteMessages(
            payloads.Select((p, i) => new AtomicWrite(new Persistent(p, i + 6, Pid, writerGuid: WriterGuid))).ToList(),
            probe.Ref,
            ActorInstanceId));
        probe.ExpectMsg<WriteMessagesSuccessful>();
        probe.ExpectMsg<WriteMessageSuccess>(m => m.Persistent is { SequenceNr: 6, Payload: "b-6" });
        if (SupportsRejectingNonSerializableObjects)
        {
            probe.ExpectMsg<WriteMessageRejected>(m => m.Persistent is { SequenceNr: 7, Payload: NotSerializable });
        }
        else
        {
            probe.ExpectMsg<WriteMessageSuccess>(m => m.Persistent is { SequenceNr: 7 });
        }

        probe.ExpectMsg<WriteMessageSuccess>(m => m.Persistent is { SequenceNr: 8, Payload: "b-8" });
        Journal.Tell(new ReplayMessages(6, long.MaxValue, long.MaxValue, Pid, _receiver.Ref));
        _receiver.ExpectMsg<ReplayedMessage>(m => m.Persistent.Payload is "b-6");
        if (!SupportsRejectingNonSerializableObjects)
        {
            _receiver.ExpectMsg<ReplayedMessage>();
        }

        _receiver.ExpectMsg<ReplayedMessage>(m => m.Persistent.Payload is "b-8");
        _receiver.ExpectMsg<RecoverySuccess>(m => m.HighestSequenceNr == 8L);
    }

    /// <summary>Writes five events, the last two as one.</summary>
    protected IEnumerable<AtomicWrite> Initialize()
    {
        AtomicWrite[] writes =
            [new(Event(1)), new(Event(2)), new(Event(3)), new([Event(4), Event(5)])];
        ExpectStored(writes, [1, 2, 3, 4, 5]);
        return writes;
    }

    private Persistent Event(int number) =>
        new("a-" + number, number, Pid, sender: TestActor, writerGuid: WriterGuid);

    private bool IsEvent(IPersistentRepresentation persistent, int number) =>
        persistent.PersistenceId == Pid && persistent.SequenceNr == number && !persistent.IsDeleted
        && persistent.Payload.Equals("a-" + number);

    private void ExpectStored(IEnumerable<AtomicWrite> writes, IEnumerable<int> numbers)
    {
        var probe = CreateTestProbe();
        Journal.Tell(new WriteMessages(writes, probe.Ref, ActorInstanceId));
        probe.ExpectMsg<WriteMessagesSuccessful>();
        foreach (var number in numbers)
        {
            probe.ExpectMsg<WriteMessageSuccess>(m => IsEvent(m.Persistent, number) && m.ActorInstanceId == ActorInstanceId);
        }
    }

    private void ExpectReplay(long from, long to, long max, IEnumerable<int> numbers)
    {
        Journal.Tell(new ReplayMessages(from, to, max, Pid, _receiver.Ref));
        foreach (var number in numbers)
        {
            _receiver.ExpectMsg<ReplayedMessage>(m => IsEvent(m.Persistent, number));
        }

        _receiver.ExpectMsg<RecoverySuccess>(m => m.HighestSequenceNr == 5L);
    }

    private sealed class NotSerializable;
}
