using Trader.Actors.Ess;
using Trader.Messages;

namespace Trader.Actors.Tests.Ess;

/// <summary>Disk, Redis and people around one <see cref="EssControl"/>, each as simple as its contract, each able to fail.</summary>
internal sealed class EssWorld
{
    public static readonly EssSettings Settings = new(
        5m, 10m, 5, TimeSpan.FromMinutes(15), 1m, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(1),
        TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(5));

    private const string Path = "/run/quantum/ESS_ON";

    private long ms = 1_763_719_200_000;
    private TimeSpan since;
    private long asks;

    public EssControl Control { get; private set; } = new(Settings, Path);

    /// <summary>What survives everything but a wiped disk.</summary>
    public List<EssEvent> Disk { get; } = [];

    /// <summary>What survives a wiped disk.</summary>
    public List<EssEvent> Store { get; } = [];

    public bool Latch { get; private set; }

    public EssNote? Made { get; private set; }

    public EssNote? Release { get; private set; }

    public string? Marker { get; private set; }

    public long MarkerExpiryMs { get; set; } = -1;

    public bool Witness { get; private set; }

    public string StateKey { get; private set; } = "";

    public List<string> Announced { get; } = [];

    public List<string> Said { get; } = [];

    public List<string> Alarms { get; } = [];

    public Dictionary<long, object> Answers { get; } = [];

    public bool RedisUp { get; set; } = true;

    public bool DiskWrites { get; set; } = true;

    public bool LatchWrites { get; set; } = true;

    /// <summary>Answers nothing at all while set.</summary>
    public bool DiskHangs { get; set; }

    /// <summary>Latch and notes work, but no record is ever answered while set.</summary>
    public bool JournalHangs { get; set; }

    /// <summary>Somebody touches the latch after the last look and before a release reaches the disk.</summary>
    public bool TouchedBeforeLower { get; set; }

    public EssNow Now => new(ms, since);

    public static EssWorld Clear()
    {
        var world = new EssWorld();
        world.Start();
        return world;
    }

    public void Start(string? damage = null)
    {
        Play(Control.Recovered([.. Disk], damage, Now));
        if (RedisUp)
        {
            Play(Control.Recalled([.. Store], Now));
        }

        Look();
        Seconds(1);
    }

    /// <summary>kill -9 and a new process; with a reboot the run directory is empty too.</summary>
    public void NewLife(bool reboot, string? damage = null, bool askFirst = false)
    {
        if (reboot)
        {
            (Latch, Made, Release) = (false, null, null);
        }

        Control = new EssControl(Settings, Path);
        since = TimeSpan.Zero;
        if (askFirst)
        {
            Activate();
        }

        Start(damage);
    }

    public void Touch()
    {
        Latch = true;
        Look();
    }

    public void Remove()
    {
        Latch = false;
        Look();
    }

    /// <summary>As the controller script: note first, then the latch.</summary>
    public void ScriptReleases(string by = "ann", long? atMs = null)
    {
        Release = EssNote.Of(atMs ?? ms, by, "drill over");
        Latch = false;
        Look();
    }

    public void LeaveReleaseNote(long atMs) => Release = EssNote.Of(atMs, "old", "old");

    public void SetMarker(string value = "2025-11-21T10:00:00Z", long expiryMs = -1) => (Marker, MarkerExpiryMs) = (value, expiryMs);

    public void DeleteMarker() => Marker = null;

    public void Flush() => (Marker, Witness, StateKey) = (null, false, "");

    public void Look() => Play(Control.Files(
        new DiskProtocol.EssFilesSeen(new EssLatch(Path, Latch, ""), "", Latch ? Made : null, Latch ? null : Release), Now));

    public void Doubt(string why) => Play(Control.Files(new DiskProtocol.EssFilesSeen(new EssLatch(Path, false, why), "", null, null), Now));

    public void Seconds(int count)
    {
        for (var i = 0; i < count; i++)
        {
            ms += 1000;
            since += TimeSpan.FromSeconds(1);
            Play(Control.Tick(Now));
        }
    }

    public void ClockSteps(TimeSpan by) => ms += (long)by.TotalMilliseconds;

    public void Account(decimal wallet, decimal unrealized = 0) =>
        Play(Control.Figures(new ExchangeProtocol.AccountFiguresRead(1, wallet, unrealized), Now));

    public long Activate(string reason = "API says so")
    {
        var ask = ++asks;
        Play(Control.Activate(ask, new EssProtocol.Activate(EssVia.Api, "bob", reason), Now));
        return ask;
    }

    public long Deactivate()
    {
        var ask = ++asks;
        Play(Control.Deactivate(ask, new EssProtocol.Deactivate(EssVia.Cli, "ann", "looked at"), Now));
        return ask;
    }

    public void Play(IReadOnlyList<EssEffect> effects)
    {
        foreach (var effect in effects)
        {
            Play(effect);
        }
    }

    private void Play(EssEffect effect)
    {
        switch (effect)
        {
            case EssEffect.Write when DiskHangs || JournalHangs:
            case EssEffect.Raise when DiskHangs:
            case EssEffect.Lower when DiskHangs:
                break;
            case EssEffect.Write write when DiskWrites:
                Disk.Add(write.Event);
                Play(Control.Written(write.Event.Number, Now));
                break;
            case EssEffect.Write write:
                Play(Control.NotWritten(write.Event.Number, "disk full", Now));
                break;
            case EssEffect.Share share when RedisUp:
                Store.Add(share.Event);
                break;
            case EssEffect.Raise raise when LatchWrites:
                (Latch, Made, Release) = (true, raise.Note, null);
                Look();
                Play(Control.Raised(raise.Id, Now));
                break;
            case EssEffect.Raise raise:
                Play(Control.NotRaised(raise.Id, "read-only", Now));
                break;
            case EssEffect.Lower lower when LatchWrites:
                (Latch, TouchedBeforeLower) = (Latch || TouchedBeforeLower, false);
                (Latch, Made, Release) = (Latch && lower.NotesOnly, null, null);
                Look();
                Play(Control.Lowered(lower.Id, Now));
                break;
            case EssEffect.Lower lower:
                Play(Control.NotLowered(lower.Id, "read-only", Now));
                break;
            case EssEffect.Sync sync when RedisUp:
                Play(Control.Synced(Redis(sync.Command), Now));
                break;
            case EssEffect.Sync sync:
                Control.NotSynced(sync.Command.Id);
                break;
            case EssEffect.Say say:
                Said.Add($"{say.Level}: {say.Text}");
                break;
            case EssEffect.RaiseAlarm alarm:
                Alarms.Add(alarm.Code);
                break;
            case EssEffect.Answer answer:
                Answers.Add(answer.Ask, answer.Reply);
                break;
        }
    }

    /// <summary>The Lua script's meaning; the script itself is tested against a real Redis.</summary>
    private RedisProtocol.EssSynced Redis(RedisProtocol.SyncEss sync)
    {
        var (before, expiry, witnessed) = (Marker, MarkerExpiryMs, Witness);
        var named = sync.Release == RedisProtocol.NoTextMarker ? Marker is "" : sync.Release.Length > 0 && sync.Release == Marker;
        if (sync.Wish == EssWish.Clear && named)
        {
            Marker = null;
        }

        if (sync.Wish == EssWish.Own)
        {
            (Marker, Witness, MarkerExpiryMs) = (Marker ?? sync.Stamp, true, 86_400_000);
        }

        if (sync.Wish == EssWish.Follow && Marker is not null)
        {
            (Witness, MarkerExpiryMs) = (true, -1);
        }

        StateKey = sync.Wish == EssWish.Clear && Marker is null ? RedisKeys.EssClear : sync.State;
        if (sync.Announce.Length > 0)
        {
            Announced.Add(sync.Announce);
        }

        return new RedisProtocol.EssSynced(sync.Id, before, before is null ? -2 : expiry, witnessed, Marker is not null);
    }
}
