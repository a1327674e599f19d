using Trader.Messages;

namespace Trader.Actors.Disk;

/// <summary>
/// The one thread that touches the node's disk. An fsync takes milliseconds on a good disk and minutes on a dying one;
/// here it holds up nobody but those who asked for it. Whatever queued up during one fsync shares the next (group
/// commit), in the order it came.
/// </summary>
public sealed class DiskWriter : IDisposable
{
    /// <summary>Appends waiting for the disk; the next one is refused at once.</summary>
    public const int MaxQueuedAppends = 4096;

    /// <summary>Commands of any kind: a halt finds room behind any number of appends.</summary>
    public const int MaxQueued = MaxQueuedAppends + 1024;

    private const int MaxBatchRecords = 256;
    private const int MaxBatchCharacters = 1024 * 1024;
    private const string Busy = "the disk does not keep up, its queue is full";
    private readonly WorkQueue<Item> _queue = new(MaxQueued);
    private readonly List<Item> _batch = new(MaxBatchRecords);
    private readonly string _stateDir;
    private readonly string _node;
    private readonly TimeProvider _time;
    private readonly JournalIo _io;
    private readonly HaltLatch _latch;
    private readonly Thread _thread;
    private JournalFile? _journal;
    private string _closed = "the journal is not open yet";
    private int _batchCharacters;

    /// <summary>Starts the thread, which opens the journal first.</summary>
    /// <exception cref="ArgumentException">Not a node name.</exception>
    public DiskWriter(string stateDir, string node, TimeProvider time, JournalIo? io = null)
    {
        _ = JournalPaths.Node(stateDir, node);
        (_stateDir, _node, _time, _io) = (stateDir, node, time, io ?? new JournalIo());
        _latch = new HaltLatch(stateDir, node, time);

        // Background: what was not acknowledged may be lost, and a hanging disk must not keep a stopped process alive.
        _thread = new Thread(Run) { IsBackground = true, Name = $"disk {node}" };
        _thread.Start();
    }

    /// <summary>
    /// Queues one command of <see cref="DiskProtocol"/>. Calls <paramref name="reply"/> exactly once, from the writer's
    /// thread or at once.
    /// </summary>
    /// <exception cref="InvalidOperationException">After <see cref="Dispose"/>.</exception>
    public void Post(object command, Action<object> reply)
    {
        ArgumentNullException.ThrowIfNull(command);
        ArgumentNullException.ThrowIfNull(reply);
        if ((command is DiskProtocol.Append && _queue.Count >= MaxQueuedAppends)
            || !_queue.TryAdd(new Item(command, reply)))
        {
            reply(Refusal(command, Busy));
        }
    }

    /// <summary>
    /// Takes no more; what is queued is still done, then the journal is closed. Does not wait for it.
    /// </summary>
    public void Dispose() => _queue.CompleteAdding();

    private void Run()
    {
        OpenJournal();
        while (_queue.TryTake(out var item, Timeout.InfiniteTimeSpan))
        {
            Handle(item);
            while (_batch.Count > 0)
            {
                if (_batch.Count < MaxBatchRecords && _batchCharacters < MaxBatchCharacters
                    && _queue.TryTake(out var next))
                {
                    Handle(next);
                }
                else
                {
                    Commit();
                }
            }
        }

        _journal?.Dispose();
    }

    private void Handle(Item item)
    {
        if (item.Command is DiskProtocol.Append append)
        {
            _batch.Add(item);
            _batchCharacters += JournalPayload.Characters(append.Record);
            return;
        }

        // Order holds between all commands: what came before is on disk before anything else happens.
        Commit();
        item.Reply(item.Command switch
        {
            DiskProtocol.Recover recover => Recover(recover),
            DiskProtocol.SetLatch set => Set(set),
            DiskProtocol.ClearLatch clear => Clear(clear),
            _ => throw new InvalidOperationException($"Not a disk command: {item.Command.GetType()}"),
        });
    }

    private void Commit()
    {
        if (_batch.Count == 0)
        {
            return;
        }

        var result = Append([.. _batch.Select(i => ((DiskProtocol.Append)i.Command).Record)]);
        foreach (var item in _batch)
        {
            var seq = ((DiskProtocol.Append)item.Command).Seq;
            item.Reply(result switch
            {
                AppendResult.Written => new DiskProtocol.Appended(seq),
                AppendResult.Failed failed => new DiskProtocol.NotAppended(seq, failed.Why),
                _ => throw new InvalidOperationException($"Not an append result: {result}"),
            });
        }

        _batch.Clear();
        _batchCharacters = 0;
    }

    private AppendResult Append(IReadOnlyList<JournalRecord> records)
    {
        OpenJournal();
        return _journal?.Append(records) ?? new AppendResult.Failed(_closed);
    }

    /// <summary>
    /// Tried again before every use: the process that held the journal may have ended, the disk may have been mounted.
    /// </summary>
    private void OpenJournal()
    {
        if (_journal is not null)
        {
            return;
        }

        var opening = JournalFile.Open(_stateDir, _node, _time, _io);
        _journal = (opening as JournalOpening.Opened)?.Journal;
        _closed = (opening as JournalOpening.Refused)?.Why ?? string.Empty;
    }

    private DiskProtocol.Recovered Recover(DiskProtocol.Recover command)
    {
        OpenJournal();
        var damage = _closed;
        var records = _journal?.Newest(command.KindPrefix, out damage) ?? [];
        return new DiskProtocol.Recovered(records, _latch.Read(), damage);
    }

    private object Set(DiskProtocol.SetLatch command)
    {
        var why = _latch.Set(command.Halt);

        // The latch is what halts; that it was set is worth a record, and no reason to keep the first close order
        // waiting.
        var id = command.Halt.EventId;
        Note(why is null ? "disk.latch_set" : "disk.latch_not_set", command.Halt, why ?? string.Empty);
        return why is null ? new DiskProtocol.LatchSet(id) : new DiskProtocol.LatchNotSet(id, why);
    }

    private object Clear(DiskProtocol.ClearLatch command)
    {
        var id = command.EventId;
        var standing = _latch.Read();
        if (standing is null)
        {
            return new DiskProtocol.LatchCleared(id);
        }

        if (standing.EventId != id)
        {
            return new DiskProtocol.LatchNotCleared(id, $"the latch was set by event {standing.EventId}");
        }

        // S12: that the halt ends is on disk before it ends.
        var noted = Append([Record("disk.latch_clear", standing, string.Empty)]);
        var why = noted is AppendResult.Failed failed ? failed.Why : _latch.Clear();
        return why is null ? new DiskProtocol.LatchCleared(id) : new DiskProtocol.LatchNotCleared(id, why);
    }

    private void Note(string kind, HaltRecord halt, string why)
    {
        var append = new DiskProtocol.Append(0, Record(kind, halt, why));

        // Nobody waits for this reply; when the disk refuses the record, everyone else's appends say so.
        _batch.Add(new Item(append, _ => { }));
    }

    private JournalRecord Record(string kind, HaltRecord halt, string why) => new(
        kind, _time.GetUtcNow().ToUnixTimeMilliseconds(), [.. PanicWire.Write(halt), new("why", why)]);

    private object Refusal(object command, string why) => command switch
    {
        DiskProtocol.Append append => new DiskProtocol.NotAppended(append.Seq, why),
        DiskProtocol.SetLatch set => new DiskProtocol.LatchNotSet(set.Halt.EventId, why),
        DiskProtocol.ClearLatch clear => new DiskProtocol.LatchNotCleared(clear.EventId, why),

        // S1: not having looked is not "no latch".
        DiskProtocol.Recover => new DiskProtocol.Recovered([], _latch.Unreadable(why), why),
        _ => throw new InvalidOperationException($"Not a disk command: {command.GetType()}"),
    };

    private sealed record Item(object Command, Action<object> Reply);
}
