using System.Globalization;
using Trader.Messages;

namespace Trader.Redis.Gateway;

/// <summary>The emergency stop's keys, and the results it counts errors in.</summary>
public sealed partial class RedisGateway
{
    /// <summary>The marker's documented expiry; it is renewed every second while the stop lasts.</summary>
    private const int MarkerSeconds = 86_400;

    /// <summary>A result with an answer of the exchange is below 4 KiB; what is larger is counted by nobody.</summary>
    private const int MaxResultBytes = 64 * 1024;

    partial void ReceiveEss()
    {
        Receive<RedisProtocol.SyncEss>(SyncEss);
        Receive<RedisProtocol.ReadResults>(ReadResults);
    }

    private void SyncEss(RedisProtocol.SyncEss sync) => Ask(sync,
        RedisScripts.SyncEss.Execute(client,
            [RedisKeys.EssState, RedisKeys.EssActive, RedisKeys.EssWitness],
            [
                sync.Wish.ToString(), sync.State, Text(sync.ForMs), sync.Stamp, Text(MarkerSeconds), sync.Release, RedisKeys.EssEvents,
                sync.Announce.Length == 0 ? "" : $"{{\"event\":\"{sync.Announce}\",\"timestamp\":{Text(sync.AtS)}}}", RedisKeys.EssClear,
            ],
            settings.CommandDeadline),
        value => ReadSynced(value, sync.Id));

    private void ReadResults(RedisProtocol.ReadResults read) => Ask(read,
        RedisScripts.ReadResults.Execute(
            client, [RedisKeys.PlanResults], [read.After, Text(read.WindowMs), Text(read.Most)], settings.CommandDeadline),
        value => ReadResults(value, read));

    private static object? ReadSynced(RespValue value, long id)
    {
        var items = value.Items;
        if (items.Length != 4 || !items[1].TryInteger(out var expiry) || !items[2].TryInteger(out var witnessed)
            || !items[3].TryInteger(out var stands))
        {
            return null;
        }

        // By its kind and not by its text: a marker may well be "1".
        var text = "";
        var none = items[0].Kind == RespKind.Integer;
        return none || items[0].TryText(out text)
            ? new RedisProtocol.EssSynced(id, none ? null : text, expiry, witnessed == 1, stands == 1)
            : null;
    }

    private static object? ReadResults(RespValue value, RedisProtocol.ReadResults read)
    {
        var items = value.Items;
        return items.Length == 2 && items[0].TryText(out var now)
            && long.TryParse(now, NumberStyles.None, CultureInfo.InvariantCulture, out var nowMs)
            && StreamReplies.TryReadEntries(items[1], MaxResultBytes, _ => false, out var entries, out _)
            ? new RedisProtocol.ResultsRead(read, nowMs,
                [.. entries.Select(e => new RedisProtocol.ResultEntry(e.Id.ToString(), (long)e.Id.Ms, e.Fields))])
            : null;
    }
}
