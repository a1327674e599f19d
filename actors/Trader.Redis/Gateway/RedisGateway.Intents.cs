using System.Globalization;
using Trader.Messages;

namespace Trader.Redis.Gateway;

/// <summary>The intent desk's commands.</summary>
public sealed partial class RedisGateway
{
    /// <summary>Results of one read; about 1 KiB each.</summary>
    private const int ResultPage = 200;

    /// <summary>
    /// A barred attempt could only still be under way in a socket of a server that stood still, which comes to both within milliseconds.
    /// </summary>
    private const int WithdrawnSeconds = 3600;

    partial void ReceiveIntents()
    {
        Receive<RedisProtocol.PublishIntent>(PublishIntent);
        Receive<RedisProtocol.WithdrawIntent>(WithdrawIntent);
        Receive<RedisProtocol.FindIntent>(FindIntent);
        Receive<RedisProtocol.ReadPlanResults>(ReadPlanResults);
    }

    private void PublishIntent(RedisProtocol.PublishIntent publish) => Ask(publish,
        RedisScripts.PublishIntent.Execute(client,
            [RedisKeys.Plans, RedisKeys.IntentPlan + publish.Id, Bar(publish.Attempt)],
            [publish.Digest, Text(publish.TtlSeconds), Text(settings.RecordLength), .. GatewayWire.Flat(publish.Fields)],
            settings.CommandDeadline),
        value => Settled(value, publish.Id, publish.Attempt));

    private void WithdrawIntent(RedisProtocol.WithdrawIntent withdraw) => Ask(withdraw,
        RedisScripts.WithdrawIntent.Execute(client,
            [RedisKeys.IntentPlan + withdraw.Id, Bar(withdraw.Attempt)], [withdraw.Digest, Text(WithdrawnSeconds)], settings.CommandDeadline),
        value => Settled(value, withdraw.Id, withdraw.Attempt));

    private void FindIntent(RedisProtocol.FindIntent find) => Ask(find,
        client.Execute(RedisCommand.Of("GET", RedisKeys.IntentPlan + find.Id), settings.CommandDeadline),
        value => value.IsNull ? new RedisProtocol.IntentSought(find.Id, null, "")
            : value.TryText(out var mark) && mark.Split('|') is [{ Length: PlanRecordText.DigestLength } digest, { Length: > 0 } entry]
                ? new RedisProtocol.IntentSought(find.Id, entry, digest)
                : null);

    private void ReadPlanResults(RedisProtocol.ReadPlanResults read) => Ask(read,
        client.Execute(
            RedisCommand.Of("XRANGE", RedisKeys.PlanResults, read.From, "+", "COUNT", ResultPage), settings.CommandDeadline),
        value =>
        {
            if (!StreamReplies.TryReadEntries(value, settings.Streams.MaxEntryBytes, _ => false, out var entries, out _))
            {
                return null;
            }

            var next = entries.Count < ResultPage ? null : string.Create(CultureInfo.InvariantCulture, $"({entries[^1].Id}");
            return new RedisProtocol.PlanResultsRead([.. entries.Select(ResultOf).OfType<PlanResult>()], next);
        });

    private static PlanResult? ResultOf(StreamEntry entry) => PlanResultWire.TryRead(entry.Fields, out var result) ? result : null;

    private static string Bar(Guid attempt) => RedisKeys.IntentWithdrawn + attempt.ToString("N");

    private static object? Settled(RespValue value, PlanId id, Guid attempt) =>
        value.Items.Length == 2 && value.Items[0].TryText(out var verdict) && value.Items[1].TryText(out var entry)
            ? verdict switch
            {
                "added" => new RedisProtocol.IntentPublished(id, entry, Added: true),
                "there" => new RedisProtocol.IntentPublished(id, entry, Added: false),
                "other" => new RedisProtocol.IntentIsOther(id),
                "withdrawn" => new RedisProtocol.IntentWithdrawn(id, attempt),
                _ => null,
            }
            : null;
}
