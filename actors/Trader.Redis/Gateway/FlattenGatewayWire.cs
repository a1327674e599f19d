using Trader.Messages;

namespace Trader.Redis.Gateway;

/// <summary>Redis' answers to the flattener's scripts as protocol events.</summary>
internal static class FlattenGatewayWire
{
    public static object? ReadArm(RespValue value)
    {
        var items = value.Items;
        if (items.Length != 5 || !items[0].TryText(out var verdict) || !items[1].TryText(out var shown)
            || !items[2].TryText(out var by) || !items[3].TryText(out var why) || !items[4].TryText(out var request))
        {
            return null;
        }

        FlattenArm? arm = verdict switch
        {
            "absent" => FlattenArm.Absent,
            "taken" => FlattenArm.Taken,
            "other" => FlattenArm.OtherValue,
            "type" => FlattenArm.WrongType,
            _ => null,
        };
        return arm is { } read
            ? new RedisProtocol.FlattenArmLooked(
                read, shown, new FlattenArmNote(FlattenArmNote.Cut(by), FlattenArmNote.Cut(why), FlattenArmNote.Cut(request)))
            : null;
    }

    public static object? ReadCooldown(RespValue value, EventId run)
    {
        var items = value.Items;
        if (items.Length != 3 || !items[0].TryText(out var verdict) || !items[1].TryText(out var found)
            || !items[2].TryInteger(out var ageMs))
        {
            return null;
        }

        FlattenCooldown? cooldown = verdict switch
        {
            "claimed" => FlattenCooldown.Claimed,
            "active" => FlattenCooldown.Active,
            "future" => FlattenCooldown.Future,
            "unreadable" => FlattenCooldown.Unreadable,
            _ => null,
        };
        return cooldown is { } read ? new RedisProtocol.FlattenCooldownAnswered(run, read, found, ageMs) : null;
    }
}
