using Akka.Actor;
using Akka.Configuration;
using Akka.Event;

namespace Akka.Persistence.Journal;

/// <summary>What a replay does with events of writers that overlapped.</summary>
public enum ReplayFilterMode
{
    /// <summary>Fails.</summary>
    Fail,

    /// <summary>Logs, and hands on every event.</summary>
    Warn,

    /// <summary>Logs, and drops the events of the older writer.</summary>
    RepairByDiscardOld,

    /// <summary>Does not look.</summary>
    Disabled,
}

internal sealed record ReplayFilterSettings(ReplayFilterMode Mode, int WindowSize, int MaxOldWriters)
{
    internal static ReplayFilterSettings Read(Config config)
    {
        var text = config.GetString("replay-filter.mode", "");
        ReplayFilterMode? mode = text switch
        {
            "off" => ReplayFilterMode.Disabled,
            "repair-by-discard-old" => ReplayFilterMode.RepairByDiscardOld,
            "fail" => ReplayFilterMode.Fail,
            "warn" => ReplayFilterMode.Warn,
            _ => null,
        };
        return new ReplayFilterSettings(
            mode ?? throw new ConfigurationException(
                $"Invalid replay-filter.mode [{text}], supported values [off, repair-by-discard-old, fail, warn]"),
            config.GetInt("replay-filter.window-size", 100),
            config.GetInt("replay-filter.max-old-writers", 10));
    }

    internal ReplayFilter Make(Action<IPersistentRepresentation> next, ILoggingAdapter log) => new(this, next, log);
}

/// <summary>
/// Finds events that two incarnations wrote under the same numbers. It holds back a window of events, because only a
/// newer writer's first event shows that the older one's last events do not count.
/// </summary>
internal sealed class ReplayFilter(ReplayFilterSettings settings, Action<IPersistentRepresentation> next, ILoggingAdapter log)
{
    private readonly LinkedList<IPersistentRepresentation> _held = [];
    private readonly LinkedList<string> _oldWriters = [];
    private string _writer = "";
    private long _sequenceNr;

    internal void Take(IPersistentRepresentation persistent)
    {
        if (settings.Mode == ReplayFilterMode.Disabled)
        {
            next(persistent);
            return;
        }

        if (_held.Count == settings.WindowSize)
        {
            Release();
        }

        if (persistent.WriterGuid == _writer)
        {
            if (persistent.SequenceNr >= _sequenceNr)
            {
                _sequenceNr = persistent.SequenceNr;
                _held.AddLast(persistent);
            }
            else if (!IsDiscarded(persistent, "its writer had already written a later one"))
            {
                _held.AddLast(persistent);
            }
        }
        else if (_oldWriters.Contains(persistent.WriterGuid))
        {
            if (!IsDiscarded(persistent, "a newer writer had already written"))
            {
                _held.AddLast(persistent);
            }
        }
        else
        {
            BeginWriter(persistent);
            _held.AddLast(persistent);
        }
    }

    internal void Complete()
    {
        while (_held.Count > 0)
        {
            Release();
        }
    }

    private void BeginWriter(IPersistentRepresentation first)
    {
        if (_writer.Length > 0)
        {
            _oldWriters.AddLast(_writer);
        }

        if (_oldWriters.Count > settings.MaxOldWriters)
        {
            _oldWriters.RemoveFirst();
        }

        (_writer, _sequenceNr) = (first.WriterGuid, first.SequenceNr);
        for (var node = _held.First; node is not null;)
        {
            var (held, following) = (node.Value, node.Next);
            if (held.SequenceNr >= first.SequenceNr && IsDiscarded(held, "a newer writer wrote over it"))
            {
                _held.Remove(node);
            }

            node = following;
        }
    }

    private void Release()
    {
        var first = _held.First!.Value;
        _held.RemoveFirst();
        next(first);
    }

    /// <summary>Logs an event that overlaps; false when it is handed on all the same.</summary>
    /// <exception cref="IllegalActorStateException">The mode is to fail.</exception>
    private bool IsDiscarded(IPersistentRepresentation persistent, string why)
    {
        var text = $"Invalid replayed event [sequenceNr={persistent.SequenceNr}, writerUUID={persistent.WriterGuid}] of " +
            $"persistenceId [{persistent.PersistenceId}]: {why}. Perhaps two actors have the same persistenceId?";
        if (settings.Mode == ReplayFilterMode.Fail)
        {
            log.Error("{0}", text);
            throw new IllegalActorStateException(text);
        }

        log.Warning("{0}", text);
        return settings.Mode == ReplayFilterMode.RepairByDiscardOld;
    }
}
