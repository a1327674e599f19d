namespace Akka.Actor;

/// <summary>Keeps messages for later.</summary>
public interface IStash
{
    /// <summary>How many messages are kept.</summary>
    int Count { get; }

    /// <summary>True when none is kept.</summary>
    bool IsEmpty { get; }

    /// <summary>True when some are kept.</summary>
    bool NonEmpty { get; }

    /// <summary>True when no more fit.</summary>
    bool IsFull { get; }

    /// <summary>How many fit; -1: no limit.</summary>
    int Capacity { get; }

    /// <summary>Keeps the message being handled.</summary>
    /// <exception cref="IllegalActorStateException">It is kept already.</exception>
    /// <exception cref="StashOverflowException">The stash is full.</exception>
    void Stash();

    /// <summary>Puts the oldest message in front of the mailbox.</summary>
    void Unstash();

    /// <summary>Puts all messages in front of the mailbox, in their order.</summary>
    void UnstashAll();

    /// <summary>Puts the messages that fit in front of the mailbox and forgets the others.</summary>
    void UnstashAll(Func<Envelope, bool> predicate);

    /// <summary>Empties the stash and gives what was in it.</summary>
    IEnumerable<Envelope> ClearStash();

    /// <summary>Puts messages in front of those kept.</summary>
    void Prepend(IEnumerable<Envelope> envelopes);
}

/// <summary>An actor with a stash; the engine sets it.</summary>
public interface IActorStash
{
    /// <summary>The stash.</summary>
    IStash Stash { get; set; }
}

/// <summary>An actor with a stash.</summary>
public interface IWithStash : IWithUnrestrictedStash;

/// <summary>An actor with an unbounded stash.</summary>
public interface IWithUnboundedStash : IActorStash;

/// <summary>An actor with a stash on whatever mailbox it has.</summary>
public interface IWithUnrestrictedStash : IActorStash;

internal sealed class StashOfCell(ActorCell cell, bool isBounded) : IStash
{
    private List<Envelope>? _kept;
    private int _lastKept = -1;

    public int Count => _kept?.Count ?? 0;

    public bool IsEmpty => Count == 0;

    public bool NonEmpty => Count > 0;

    public bool IsFull => Capacity >= 0 && Count >= Capacity;

    public int Capacity => isBounded ? cell.Props.Deploy.StashCapacity : -1;

    public void Stash()
    {
        var message = cell.CurrentMessage ??
            throw new IllegalActorStateException("There is no message to stash: none is being handled.");
        if (_lastKept == cell.CurrentEnvelopeId)
        {
            throw new IllegalActorStateException($"Can't stash the same message {message} more than once");
        }

        if (IsFull)
        {
            throw new StashOverflowException(
                $"Couldn't enqueue message {message.GetType()} from {cell.Sender} to stash of {cell.Self}");
        }

        _lastKept = cell.CurrentEnvelopeId;
        (_kept ??= []).Add(new Envelope(message, cell.RawSender!));
    }

    public void Unstash()
    {
        if (Count > 0)
        {
            var oldest = _kept![0];
            _kept.RemoveAt(0);
            ToMailbox([oldest]);
        }
    }

    public void UnstashAll() => UnstashAll(static _ => true);

    public void UnstashAll(Func<Envelope, bool> predicate)
    {
        if (Count > 0)
        {
            var kept = _kept!;
            _kept = null;
            ToMailbox(kept.Where(predicate).ToList());
        }
    }

    public IEnumerable<Envelope> ClearStash()
    {
        var kept = _kept;
        _kept = null;
        return kept ?? [];
    }

    public void Prepend(IEnumerable<Envelope> envelopes)
    {
        // What is in the stash already, for example the current message, is not put in twice.
        var others = envelopes.Where(e => _kept is null || !_kept.Contains(e)).ToList();
        (_kept ??= []).InsertRange(0, others);
    }

    private void ToMailbox(List<Envelope> envelopes)
    {
        foreach (var envelope in envelopes)
        {
            if (envelope.Message is Terminated terminated)
            {
                cell.AwaitAgain(terminated);
            }
        }

        cell.Mailbox.Prepend(envelopes);
    }
}
