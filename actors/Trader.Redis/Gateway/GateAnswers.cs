using Trader.Messages;

namespace Trader.Redis.Gateway;

/// <summary>The answers of the gate's steps as protocol events; null for an unexpected shape, which is a refusal and not a guess.</summary>
internal static class GateAnswers
{
    private const int Head = 3;
    private const int PerPlan = 9;

    public static object? Looked(RespValue value, RedisProtocol.LookAtGate look)
    {
        var items = value.Items;
        if (items.Length != Head + (PerPlan * look.Plans.Count) || Switch(items[0], items[1]) is not { } seen
            || !items[2].TryText(out var mismatch))
        {
            return null;
        }

        var plans = new List<PlanSighting>(look.Plans.Count);
        for (var i = 0; i < look.Plans.Count; i++)
        {
            if (Sighting(items.Slice(Head + (i * PerPlan), PerPlan), look.Plans[i].Id) is not { } plan)
            {
                return null;
            }

            plans.Add(plan);
        }

        return new RedisProtocol.GateLooked(
            look.LookId, seen, PlanWire.TryNumber(mismatch, out var seconds) && seconds >= 0 ? seconds : null, plans);
    }

    public static object? Taken(RespValue value, RedisProtocol.TakePlan take)
    {
        if (value.Items.Length != 2 || !value.Items[0].TryText(out var verdict) || !value.Items[1].TryText(out var detail))
        {
            return null;
        }

        var why = Closed(verdict) ?? verdict switch
        {
            "kill_switch" => TakeRefusal.KillSwitch,
            "duplicate" => TakeRefusal.Duplicate,
            "other_content" => TakeRefusal.OtherContent,
            "permit_changed" => TakeRefusal.PermitChanged,
            _ => (TakeRefusal?)null,
        };
        return why is { } refusal ? new RedisProtocol.PlanNotTaken(take.Draft.Plan, refusal, detail)
            : verdict == "taken" ? new RedisProtocol.PlanTaken(new GatePass(take.Draft, bypass: take.Permits is null))
            : null;
    }

    public static object? Confirmed(RespValue value, RedisProtocol.ConfirmEntry confirm)
    {
        if (value.Items.Length != 4 || Switch(value.Items[0], value.Items[1]) is not { } seen
            || !value.Items[2].TryText(out var verdict) || !value.Items[3].TryText(out var detail))
        {
            return null;
        }

        var closed = Closed(verdict);
        return closed is null && verdict != "clear" ? null : new RedisProtocol.EntryConfirmed(confirm.Round, seen, closed, detail);
    }

    private static TakeRefusal? Closed(string verdict) => verdict switch
    {
        "halted" => TakeRefusal.Halted,
        "entries_closed" => TakeRefusal.EntriesClosed,
        "emergency_stop" => TakeRefusal.EmergencyStop,
        _ => null,
    };

    private static KillSwitchSeen? Switch(RespValue kind, RespValue text) =>
        !kind.TryText(out var word) || !text.TryText(out var content) ? null : word switch
        {
            "absent" => new KillSwitchSeen(null, WrongType: false),
            "string" => new KillSwitchSeen(content, WrongType: false),
            "other" => new KillSwitchSeen(null, WrongType: true),
            _ => null,
        };

    private static PlanSighting? Sighting(ReadOnlySpan<RespValue> items, PlanId id) =>
        items[0].TryText(out var standing) && items[1].TryInteger(out var taken) && items[2].TryText(out var record)
        && Permit(items[3..6]) is { } governor && Permit(items[6..9]) is { } positionState
            ? new PlanSighting(id, standing != "same", taken == 1, PlanRecordText.Read(record), governor, positionState)
            : null;

    private static PermitSeen? Permit(ReadOnlySpan<RespValue> items) =>
        !items[0].TryText(out var kind) || !items[1].TryText(out var text) || !items[2].TryInteger(out var ttl) ? null : kind switch
        {
            "absent" => PermitSeen.Absent,
            "string" => new PermitSeen(true, text, ttl),
            "other" => new PermitSeen(true, null, ttl),
            _ => null,
        };
}
