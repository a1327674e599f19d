using Akka.Actor;
using Akka.Event;
using Trader.Actors.Ports;
using Trader.Messages;

namespace Trader.Actors.Watchdog;

/// <summary>What the watchdog tells: signs of life, alarms, the journal.</summary>
public sealed partial class WatchdogActor
{
    /// <summary>Field of the beat: host and port of the workers that refuse this node's token, empty when none does.</summary>
    public const string RefusedByField = "panic_refused_by";

    private string refusedBy = "";

    /// <summary>Why a watchdog is not ready that could not hand over a panic.</summary>
    public static string TokenRefused(string workers) => $"the panic-close worker at {workers} refuses this node's link token";

    /// <summary>A refused token would cost the panic its second way (S2); it is known now, not when the panic is out (S11).</summary>
    private void OnPanicAccess(LinkProtocol.PanicAccess access)
    {
        var before = refusedBy;
        refusedBy = string.Join(", ", access.RefusedBy);
        if (refusedBy == before)
        {
            return;
        }

        if (refusedBy.Length == 0)
        {
            log.Info("No panic-close worker refuses this node's link token any more");
            return;
        }

        var text = TokenRefused(refusedBy);
        log.Error("NOT READY: {0}", text);
        around.Meter.Count("trader_alarms_total", 1, ("code", "LINK_TOKEN_REFUSED"));
        around.Redis.Tell(new RedisProtocol.PublishAlarm(new Alarm("LINK_TOKEN_REFUSED", text, around.NowMs)));
    }

    private void OnJournalled(long seq)
    {
        if (seq == firedSeq)
        {
            SendRaised();
        }
    }

    private void Beat()
    {
        var phase = campaign is not null ? "fired" : standingBy ? "standing_by" : "armed";
        around.Link.Tell(new LinkProtocol.Announce(LinkPeer.Watchdog, LinkProtocol.HeartbeatEvent,
            [.. WatchdogRecords.Beat(around.Node, phase, around.NowMs), new(RefusedByField, refusedBy)]));
        around.Redis.Tell(new RedisProtocol.PublishLiveness(
            Roles.Watchdog, around.Node, (int)(2 * settings.BeatEvery).TotalMilliseconds));
        around.Meter.Gauge("trader_watchdog_heartbeat_age_seconds", watch.Age(Now).TotalSeconds);
        around.Meter.Gauge("trader_watchdog_armed", phase == "armed" ? 1 : 0);
        if (phase != "armed")
        {
            around.Redis.Tell(new RedisProtocol.GetHalt(null));
        }
    }

    private void Alarm(string code, string text)
    {
        log.Error(LogText.Critical + "WATCHDOG FAILED TO TRIGGER PANIC CLOSE: {0}", text);
        log.Error(LogText.Critical + "MANUAL INTERVENTION REQUIRED IMMEDIATELY");
        around.Redis.Tell(new RedisProtocol.PublishAlarm(new Alarm(code, text, around.NowMs)));
        Journal(WatchdogRecords.Alarmed(code, text));
    }

    private void OnJournalFailure(DiskProtocol.NotAppended failed)
    {
        OnJournalled(failed.Seq);
        log.Error("Journal write failed: {0}", failed.Why);
        around.Redis.Tell(new RedisProtocol.PublishAlarm(new Alarm("JOURNAL_WRITE_FAILED", failed.Why, around.NowMs)));
    }

    private long Journal((string Kind, IReadOnlyList<KeyValuePair<string, string>> Fields) record)
    {
        around.Disk.Tell(new DiskProtocol.Append(
            ++journalSeq, new JournalRecord(record.Kind, around.NowMs, record.Fields)));
        return journalSeq;
    }

    /// <summary>Answers that change nothing here: what failed is repeated by the judge and the beat.</summary>
    private void Ignore(object message)
    {
        if (message is not (RedisProtocol.Done or LinkProtocol.NoAnswer))
        {
            Unhandled(message);
        }
    }
}
