using Akka.Actor;
using Akka.Event;
using Trader.Actors.Ports;
using Trader.Messages;

namespace Trader.Actors.Watchdog;

/// <summary>What the watchdog tells: signs of life, alarms, the journal.</summary>
public sealed partial class WatchdogActor
{
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
            WatchdogRecords.Beat(around.Node, phase, around.NowMs)));
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
