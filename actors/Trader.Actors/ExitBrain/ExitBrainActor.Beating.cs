using Akka.Actor;
using Akka.Event;
using Trader.Messages;

namespace Trader.Actors.ExitBrain;

/// <summary>What the brain says of itself: heartbeats, its status, and the gate to entries.</summary>
public sealed partial class ExitBrainActor
{
    private const string Unreadable = "positions unreadable";

    private const string SlowLoop = "loop";

    private static readonly Trouble NoWatchdog = Named("no watchdog heard");

    /// <summary>Its text has no figures that change by themselves.</summary>
    private static Trouble Named(string text) => new(text, text);

    /// <param name="loop">This turn is, or was, slow; null when it was not.</param>
    private void Beat(Trouble? loop)
    {
        var now = Now;
        var noWorker = guards.IsSilent(Roles.PanicClose, now);
        Trouble?[] known = [turnTrouble, ExitTrouble(), loop, guards.IsSilent(Roles.Watchdog, now) ? NoWatchdog : null];
        List<Trouble> why = [.. known.OfType<Trouble>()];
        SetStatus(why);
        SetGate((why.Count > 0 ? Degradation.Text(why) : null) ?? HaltTrouble(now) ?? (noWorker ? "no panic-close worker heard"
            : !guards.AllHeard(now) ? "guards not heard yet"
            : book.OverdueExits(now) is { Count: > 0 } overdue ? $"exits not executed: {string.Join(",", overdue.Take(5))}" : null));
        var heartbeat = new Heartbeat(settings.ServiceId, status, book.OpenPositions, lastDecisionMs,
            (int)(now - turnStartedAt).TotalMilliseconds, book.PendingExits, around.NowMs);
        around.Link.Tell(new LinkProtocol.Announce(
            LinkPeer.ExitBrain, LinkProtocol.HeartbeatEvent,
            [.. HeartbeatWire.Write(heartbeat), new(DegradedField, RoleReport.Line([.. why.Select(trouble => trouble.Text)]))]));
        around.Redis.Tell(new RedisProtocol.PublishHeartbeat(heartbeat));
        around.Redis.Tell(new RedisProtocol.PublishEntriesGate(
            gateReason is null, gateReason ?? "", (int)(3 * settings.LoopEvery).TotalMilliseconds));
        around.Meter.Gauge("trader_exit_brain_positions", book.OpenPositions);
        around.Meter.Gauge("trader_exit_brain_degraded", status == BrainStatus.Degraded ? 1 : 0);
        around.Meter.Count("trader_exit_brain_heartbeats_total", 1);
    }

    /// <summary>Nothing is entered under a halt, nor while nobody can say whether there is one (S1, S4, E19).</summary>
    private string? HaltTrouble(TimeSpan now) =>
        haltReadAt is not { } at || now - at > 3 * settings.LoopEvery ? "halt unknown" : halted ? "trading halted" : null;

    /// <summary>As old as the question, not as the answer's reading: a brain that stood still finds old answers in its mailbox.</summary>
    private void OnHaltRead(RedisProtocol.HaltRead read)
    {
        halted = read.Halted;
        haltReadAt = haltAskedAt.TryDequeue(out var askedAt) ? askedAt : null;
    }

    private void OnHaltNotRead(object command)
    {
        if (command is RedisProtocol.GetHalt)
        {
            haltAskedAt.TryDequeue(out _);
        }
    }

    private void SetStatus(IReadOnlyList<Trouble> why)
    {
        var next = why.Count == 0 ? BrainStatus.Alive : BrainStatus.Degraded;
        var changed = next != status;
        status = next;
        if (next == BrainStatus.Degraded && degradation.ToSay(why, changed, Now) is { } text)
        {
            log.Warning("DEGRADED: {0}", text);
        }

        if (!changed)
        {
            return;
        }

        if (next == BrainStatus.Alive)
        {
            log.Info("ALIVE: minding {0} positions", book.OpenPositions);
        }

        Journal("brain.status", [new("status", status.ToString()), new("why", Degradation.Text(why))]);
    }

    private void SetGate(string? reason)
    {
        if ((reason is null) == (gateReason is null))
        {
            gateReason = reason;
            return;
        }

        gateReason = reason;
        log.Info(reason is null ? "Gate to entries OPEN" : "Gate to entries CLOSED: {0}", reason ?? "");
        Journal("brain.gate", [new("open", reason is null ? "true" : "false"), new("why", reason ?? "")]);
        if (reason is not null)
        {
            around.Redis.Tell(new RedisProtocol.PublishAlarm(new Alarm("ENTRIES_CLOSED", reason, around.NowMs)));
        }
    }
}
