using System.Globalization;
using Trader.Messages;

namespace Trader.Redis.Gateway;

/// <summary>Redis' answers as protocol events, and records as fields.</summary>
internal static class GatewayWire
{
    public static object Reply(object command, RedisResult result, Func<RespValue, object?> read)
    {
        if (result.IsValue)
        {
            return read(result.Value)
                ?? new RedisProtocol.NotDone(command, RedisDoubt.Unknown, "Redis answered in an unexpected shape");
        }

        return result.IsOutcomeUnknown
            ? new RedisProtocol.NotDone(command, RedisDoubt.Unknown, result.Kind.ToString())
            : result.Kind == RedisResultKind.ServerError
                ? new RedisProtocol.NotDone(command, RedisDoubt.Refused, result.ErrorText)
                : new RedisProtocol.NotDone(command, RedisDoubt.NotConnected, result.Kind.ToString());
    }

    public static string[] Flat(IReadOnlyList<KeyValuePair<string, string>> fields) =>
        [.. fields.SelectMany(field => new[] { field.Key, field.Value })];

    public static IReadOnlyList<KeyValuePair<string, string>> Write(Alarm alarm) =>
    [
        new("code", alarm.Code),
        new("text", alarm.Text),
        new("ts", alarm.AtMs.ToString(CultureInfo.InvariantCulture)),
    ];

    public static IReadOnlyList<KeyValuePair<string, string>> Write(RedisProtocol.PublishRefusal refusal) =>
    [
        new("event_id", refusal.EventId.Value),
        new("cause", refusal.Cause),
        new("stream_id", refusal.Entry.StreamId),
        .. refusal.Entry.Quoted(),
    ];

    public static object? ReadLiveness(RespValue value, IReadOnlyList<string> roles)
    {
        if (value.Kind != RespKind.Array || value.Items.Length != roles.Count)
        {
            return null;
        }

        var live = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < roles.Count; i++)
        {
            if (!value.Items[i].IsNull)
            {
                live.Add(roles[i]);
            }
        }

        return new RedisProtocol.LivenessRead(live);
    }

    public static object? ReadClaim(RespValue value, EventId id)
    {
        if (value.Items.Length != 2 || !value.Items[0].TryText(out var verdict) || !value.Items[1].TryText(out var holder))
        {
            return null;
        }

        PanicClaim? claim = verdict switch
        {
            "mine" => PanicClaim.Mine,
            "other" => PanicClaim.Other,
            "done" => PanicClaim.Done,
            _ => null,
        };
        return claim is null ? null : new RedisProtocol.PanicClaimed(id, claim.Value, holder);
    }

    public static object? ReadHistory(RespValue value, EventId id) =>
        value.Items.Length == 2 && value.Items[0].TryText(out var by) && value.Items[1].TryInteger(out var witnessed)
            ? new RedisProtocol.PanicHistoryRead(id, by.Length > 0 ? by : null, witnessed == 1)
            : null;

    public static object? ReadHalt(RespValue value, EventId? of)
    {
        var items = value.Items;
        if (items.Length % 2 != 1 || !items[0].TryInteger(out var witnessed))
        {
            return null;
        }

        var fields = new List<KeyValuePair<string, string>>();
        for (var i = 1; i + 1 < items.Length; i += 2)
        {
            if (!items[i].TryText(out var name) || !items[i + 1].TryText(out var text))
            {
                return null;
            }

            fields.Add(new(name, text));
        }

        return new RedisProtocol.HaltRead(of, fields, of is not null && witnessed == 1);
    }

    public static object? ReadCompleted(RespValue value, EventId id) =>
        value.Items.Length == 2 && value.Items[0].TryInteger(out var first) && value.Items[1].TryText(out var trouble)
            ? new RedisProtocol.CompletionPublished(id, first == 1, trouble.Length > 0 ? trouble : null)
            : null;
}
