using Akka.Actor;
using Akka.Event;
using Trader.Messages;

namespace Trader.Actors.Disk;

/// <summary>The emergency stop's latch: watched from the first question on, by a thread of its own.</summary>
public sealed partial class DiskGateway
{
    private sealed record EssLooked(DiskProtocol.EssFilesSeen Files);

    private sealed record EssAnswered(IActorRef Asker, object Reply);

    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly EssLatchSettings _essSettings;
    private readonly TimeProvider _time;
    private readonly EssWatchers _watchers;
    private EssLatchWatch? _ess;
    private DiskProtocol.EssFilesSeen? _files;

    private void ReceiveEss()
    {
        Receive<EssLooked>(looked => HandleLooked(looked.Files));
        // Through this mailbox and not straight to the asker: what was seen before an answer arrives before it.
        Receive<EssAnswered>(answered => answered.Asker.Tell(answered.Reply));
        Receive<DiskProtocol.WatchEssLatch>(_ => Watch(_watchers.Latch, files => new DiskProtocol.EssLatchSeen(files.Latch)));
        Receive<DiskProtocol.WatchEssFiles>(_ => HandleWatchFiles());
        Receive<EssLatchWatch.Prepared>(HandlePrepared);
        Receive<DiskProtocol.ReadEssLatch>(PostEss);
        Receive<DiskProtocol.RaiseEssLatch>(PostEss);
        Receive<DiskProtocol.LowerEssLatch>(PostEss);
        Receive<Terminated>(gone => _watchers.Remove(gone.ActorRef));
    }

    protected override void PreStart()
    {
        // After a restart the watchers do not ask again: to them a gateway that forgot them looks like a latch that never changes.
        foreach (var watcher in _watchers.All)
        {
            Context.Watch(watcher);
            StartEss();
        }
    }

    private void Watch(HashSet<IActorRef> watchers, Func<DiskProtocol.EssFilesSeen, object> wrap)
    {
        watchers.Add(Sender);
        Context.Watch(Sender);
        StartEss();
        if (_files is not null)
        {
            Sender.Tell(wrap(_files));
        }
    }

    /// <summary>The stop's owner is here: a person must be able to touch the file.</summary>
    private void HandleWatchFiles()
    {
        Watch(_watchers.Files, files => files);
        var self = Self;
        StartEss().Post(new EssLatchWatch.Prepare(), reply => self.Tell(reply));
    }

    private void HandlePrepared(EssLatchWatch.Prepared prepared)
    {
        if (prepared.Why is { } why)
        {
            _log.Warning(
                "{0} cannot be made ({1}): nobody can touch {2} there, and a stop would have no latch; make it, writable for this user, or set "
                + "QUANTUM_RUN_DIR", _essSettings.RunDir, why, EssLatchFiles.Latch);
        }
    }

    private void PostEss(object command)
    {
        var (sender, self) = (Sender, Self);
        StartEss().Post(command, reply => self.Tell(new EssAnswered(sender, reply)));
    }

    private EssLatchWatch StartEss()
    {
        var self = Self;
        return _ess ??= new EssLatchWatch(
            new EssLatchFiles(_essSettings.RunDir, _time), _essSettings, _time, files => self.Tell(new EssLooked(files)));
    }

    private void HandleLooked(DiskProtocol.EssFilesSeen files)
    {
        var before = _files;
        _files = files;
        foreach (var watcher in _watchers.Files)
        {
            watcher.Tell(files);
        }

        if (before?.Latch == files.Latch)
        {
            return;
        }

        if (files.Latch.Doubt.Length > 0)
        {
            _log.Warning("ESS latch {0} cannot be read and counts as present: {1}", files.Latch.Path, files.Latch.Doubt);
        }
        else if (files.Oddity.Length > 0)
        {
            _log.Warning("ESS latch {0} is {1}; it counts as present", files.Latch.Path, files.Oddity);
        }

        foreach (var watcher in _watchers.Latch)
        {
            watcher.Tell(new DiskProtocol.EssLatchSeen(files.Latch));
        }
    }
}
