using System.Globalization;
using Akka.Actor;
using Akka.Event;
using Trader.Actors.Ports;
using Trader.Messages;

namespace Trader.Actors.Governor;

/// <summary>
/// What goes on beside the plans: positions and prices are asked for again and again and waited for by nobody, so a stalled exchange stops
/// opens and nothing else; the stop's latch, the disarm, the sign of life.
/// </summary>
public sealed partial class GovernorActor
{
    private static readonly TimeSpan DisarmLookEvery = TimeSpan.FromSeconds(60);

    /// <summary>A question without an answer for this long is asked again.</summary>
    private static readonly TimeSpan ReadOverdue = TimeSpan.FromSeconds(5);

    private EssLatch? latch;
    private bool redisUp;
    private string? journalTrouble;
    private string? positionsTrouble = "not read yet";
    private (long Id, TimeSpan At)? positionsAsked;
    private (long Id, TimeSpan At)? pricesAsked;

    /// <summary>Null while an answer is awaited.</summary>
    private TimeSpan? positionsDue = TimeSpan.Zero;

    /// <summary>Null while an answer is awaited.</summary>
    private TimeSpan? pricesDue = TimeSpan.Zero;
    private long lastRead;
    private int errors;
    private TimeSpan disarmLookedAt;
    private RedisProtocol.DisarmGovernor? disarming;
    private string disarmedDay = "";

    private void ReceiveMinding()
    {
        Receive<Beat>(_ => OnBeat());
        Receive<ReadPositions>(_ => AskPositions());
        Receive<ExchangeProtocol.PositionsRead>(OnPositions);
        Receive<ExchangeProtocol.PositionsNotRead>(OnNoPositions);
        Receive<ExchangeProtocol.MarkPricesRead>(OnPrices);
        Receive<ExchangeProtocol.MarkPricesNotRead>(failed => OnNoPrices(failed.ReadId));
        Receive<DiskProtocol.EssLatchSeen>(OnLatch);
        Receive<RedisProtocol.Connected>(_ => redisUp = true);
        Receive<RedisProtocol.Disconnected>(OnRedisDown);
        Receive<RedisProtocol.GovernorDisarmed>(OnDisarmed);
    }

    private sealed record ReadPositions;

    private void SayStart()
    {
        log.Info("P3.2 Governor starting (mode={0})", GovernorLines.Text(settings.Mode));
        var testnet = settings.Mode == GovernorMode.Testnet && settings.TestnetAllocation;
        log.Info(testnet ? "Testnet P2.9 gate ENABLED (GOV_TESTNET_ENABLE_P29=true)" : "Testnet P2.9 gate disabled");
        around.Meter.Gauge("gov_testnet_p29_enabled", testnet ? 1 : 0);
        if (settings.Risk.Use == RiskGuardUse.Off
            || (settings.Risk.Use == RiskGuardUse.Production && settings.Mode != GovernorMode.Production))
        {
            log.Warning("Risk guard is off: equity, losses, spread and volatility do not decide on opens");
        }

        Timers.StartPeriodicTimer(nameof(ReadPositions), new ReadPositions(), TimeSpan.Zero, settings.PositionsEvery);
    }

    private void AskPositions()
    {
        if (positionsDue is not null || Now - positionsAsked!.Value.At > ReadOverdue)
        {
            (positionsAsked, positionsDue) = ((++lastRead, Now), null);
            around.Exchange.Tell(new ExchangeProtocol.GetPositions(lastRead, Routine: true));
        }

        if (pricesDue is { } due ? Now >= due : Now - pricesAsked!.Value.At > ReadOverdue)
        {
            (pricesAsked, pricesDue) = ((++lastRead, Now), null);
            around.Exchange.Tell(new ExchangeProtocol.GetMarkPrices(lastRead));
        }
    }

    private void OnPositions(ExchangeProtocol.PositionsRead read)
    {
        if (positionsAsked is { } asked && asked.Id == read.ReadId)
        {
            exposure.Take(read, asked.At);
            positionsDue = Now;
            SetPositionsTrouble(read.Unreadable.Count == 0 ? null : $"{read.Unreadable.Count} rows cannot be understood");
        }
    }

    private void OnNoPositions(ExchangeProtocol.PositionsNotRead failed)
    {
        if (positionsAsked is { } asked && asked.Id == failed.ReadId)
        {
            positionsDue = Now;
            SetPositionsTrouble(failed.Fault.ToString());
        }
    }

    private void OnPrices(ExchangeProtocol.MarkPricesRead read)
    {
        if (pricesAsked is { } asked && asked.Id == read.ReadId)
        {
            exposure.Take(read, asked.At);
            pricesDue = Now + settings.PricesEvery;
        }
    }

    private void OnNoPrices(long readId)
    {
        if (pricesAsked is { } asked && asked.Id == readId)
        {
            pricesDue = Now + settings.PricesEvery;
        }
    }

    private void SetPositionsTrouble(string? trouble)
    {
        if (trouble is not null && trouble != positionsTrouble)
        {
            log.Warning("Positions cannot be read: {0}; opens get no permit, closes do", trouble);
        }
        else if (trouble is null && positionsTrouble is not null)
        {
            log.Info("Positions are read");
        }

        positionsTrouble = trouble;
    }

    private void OnLatch(DiskProtocol.EssLatchSeen seen)
    {
        if (seen.Latch.Engaged && latch is not { Engaged: true })
        {
            log.Warning("ESS latch {0}: opens get no permit{1}", seen.Latch.Path, seen.Latch.Doubt.Length > 0 ? ": " + seen.Latch.Doubt : "");
        }
        else if (!seen.Latch.Engaged && latch is { Engaged: true })
        {
            log.Info("ESS latch {0} is gone", seen.Latch.Path);
        }

        latch = seen.Latch;
    }

    private void OnRedisDown(RedisProtocol.Disconnected down)
    {
        if (redisUp)
        {
            log.Warning("Redis connection lost: {0}; no permits until it is back", down.Why);
        }

        redisUp = false;
    }

    private void SetJournalTrouble(string? trouble)
    {
        if (trouble is not null && journalTrouble is null)
        {
            log.Error("Journal write failed: {0}; opens get no permit, closes do", trouble);
            around.Redis.Tell(new RedisProtocol.PublishAlarm(new Alarm("JOURNAL_WRITE_FAILED", trouble, around.NowMs)));
        }

        journalTrouble = trouble;
    }

    private void OnBeat()
    {
        var trouble = Trouble();
        around.Link.Tell(new LinkProtocol.Announce(LinkPeer.Governor, LinkProtocol.HeartbeatEvent,
        [
            new("ts", around.NowMs.ToString(CultureInfo.InvariantCulture)),
            new("mode", GovernorLines.Text(settings.Mode)),
            new("trouble", trouble),
        ]));
        if (trouble.Length == 0)
        {
            around.Redis.Tell(new RedisProtocol.PublishLiveness(
                Roles.Governor, around.Node, (int)(2 * BeatEvery).TotalMilliseconds));
        }

        figures.Refresh(Now);
        if (disarming is { } waiting)
        {
            around.Redis.Tell(waiting);
        }

        if (Now - disarmLookedAt >= DisarmLookEvery)
        {
            disarmLookedAt = Now;
            if (settings.Disarm.Enabled && errors >= settings.Disarm.OnErrors)
            {
                Disarm("repeated_errors", [new("error_count", Text(errors))]);
                errors = 0;
            }
        }
    }

    private string Trouble() => string.Join("; ", new[]
    {
        redisUp ? "" : "Redis is not connected",
        exposure.KnowsPositions(Now) ? "" : $"positions are unknown ({positionsTrouble ?? "too old"})",
        latch is null ? "the ESS latch was not looked at yet" : "",
        journalTrouble is null ? "" : $"journal: {journalTrouble}",
    }.Where(text => text.Length > 0));

    private void Guard(RiskFinding guard, TimeSpan length)
    {
        log.Error("RISK_GUARD_TRIGGERED type={0} reason={1} duration={2}s", guard.Type, guard.Reason, (long)length.TotalSeconds);
        around.Redis.Tell(new RedisProtocol.ActivateRiskGuard(
            guard.Type, GovernorRecords.GuardValue(guard, length, NowSeconds), (int)length.TotalSeconds,
            GovernorRecords.GuardEvent(guard, length, NowSeconds)));
        if (guard.Type == RiskRules.EmergencyFlatten)
        {
            // What a drawdown of this size calls for is a person's decision: the panic close is theirs to order (D-G13).
            around.Redis.Tell(new RedisProtocol.PublishAlarm(new Alarm("RISK_EMERGENCY", guard.Reason, around.NowMs)));
        }
    }

    /// <summary>
    /// Once per UTC day. It stops opens here and in every governor that reads the key; it edits no file and restarts nothing (D-G10). A
    /// person re-arms by deleting the key (S14).
    /// </summary>
    private void Disarm(string reason, IReadOnlyList<KeyValuePair<string, string>> context)
    {
        if (disarmedDay == Day)
        {
            return;
        }

        disarmedDay = Day;
        log.Error(LogText.Critical + "AUTO-DISARM TRIGGERED: {0}", reason);
        disarming = new RedisProtocol.DisarmGovernor(
            Day, GovernorRecords.DisarmValue(reason, context, NowSeconds), DisarmSeconds,
            GovernorRecords.AutoDisarm(reason, context, NowSeconds));
        around.Redis.Tell(disarming);
        around.Meter.Count("quantum_govern_disarm_total", 1, ("reason", reason));
        around.Redis.Tell(new RedisProtocol.PublishAlarm(new Alarm("GOVERNOR_DISARMED", reason, around.NowMs)));
    }

    private void OnDisarmed(RedisProtocol.GovernorDisarmed disarmed)
    {
        if (disarming?.Day != disarmed.Day)
        {
            return;
        }

        disarming = null;
        log.Error(
            LogText.Critical + "AUTO-DISARM COMPLETE - System is now in dry_run mode for opens: no permits for them on {0} (UTC); "
            + "closes get theirs{1}", disarmed.Day, disarmed.First ? "" : "; another governor had disarmed before");
    }

    private const int DisarmSeconds = 86_400;

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
