using System.Net.ServerSentEvents;
using System.Text.Json;
using Trader.Cli.CommandLine;
using Trader.Cli.Settings;
using Trader.Hosting.Configuration;
using Trader.Hosting.Http;
using Trader.Hosting.Link;
using Trader.Messages;
using Trader.Redis;

namespace Trader.Cli.Panic;

/// <summary>
/// Issues one panic both ways at once, by Redis and by the direct link, as the watchdog does: neither a dead Redis nor a frozen one, nor a
/// worker that does not read its stream, stands between a person and the close (S2). The same event id runs once. Whichever way the outcome
/// comes back first is believed.
/// </summary>
internal sealed class PanicIssue(NodeSettings settings, Terminal terminal, TimeSpan patience)
{
    private const int Searched = 50;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    /// <exception cref="Refusal">Neither way was taken.</exception>
    public async Task<PanicOutcome> RunAsync(PanicTrigger trigger, CancellationToken cancel)
    {
        var outcome = new PanicOutcome(trigger);
        using var following = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        following.CancelAfter(patience);
        // Listening first: the completion of a small account comes within a few hundred milliseconds.
        var heard = settings.Link.PanicClose
            .Select(worker => ListenAsync(worker, trigger.EventId, following.Token)).ToList();
        try
        {
            var byLink = HandOverAsync(trigger);
            var byRedis = IssueAsync(outcome, cancel);
            var (redis, issued, noRedis) = await byRedis;
            await using (redis)
            {
                var noLink = await byLink;
                if (issued.StreamId is null && noLink is not null)
                {
                    throw new Refusal(
                        ExitCode.Unavailable,
                        $"NOBODY HAS TAKEN THE PANIC: {noRedis}; the direct link: {noLink}. Close positions by hand on the exchange");
                }

                terminal.Say(issued.StreamId is { } id
                    ? $"published to {RedisKeys.PanicClose} as {id}; event {trigger.EventId}" : noRedis);
                terminal.Say(noLink is null
                    ? $"taken by a worker over the direct link; event {trigger.EventId}" : $"the direct link: {noLink}");
                issued = issued with { ByLink = noLink is null };
                return await FirstAsync(redis, issued, heard, following.Token, cancel);
            }
        }
        finally
        {
            await following.CancelAsync();
            await Task.WhenAll(heard);
        }
    }

    /// <summary>The first outcome of either way; without one, what is known when patience ends.</summary>
    private static async Task<PanicOutcome> FirstAsync(
        RedisSession? redis, PanicOutcome issued, IEnumerable<Task<PanicCompletion?>> heard, CancellationToken until, CancellationToken cancel)
    {
        var ways = heard.Select(async completion => issued with { Completion = await completion }).ToList();
        if (redis is not null && issued.StreamId is not null)
        {
            ways.Add(FollowAsync(redis, issued, until));
        }

        await foreach (var way in Task.WhenEach(ways))
        {
            var outcome = await way;
            if (outcome.Completion is not null || outcome.Refused is not null)
            {
                return outcome;
            }
        }

        cancel.ThrowIfCancellationRequested();
        return issued;
    }

    /// <returns>Null when a worker has it, else why none has.</returns>
    private async Task<string?> HandOverAsync(PanicTrigger trigger)
    {
        try
        {
            using var poster = new PanicPoster(settings.Link, LinkToken.Obtain(OperatorSettings.Environment(), settings.StateDir));
            return await poster.Send(trigger);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return $"no token of the nodes: {e.Message}. Run as their user, with their TRADER_STATE_DIR";
        }
    }

    /// <summary>The session, where one could be opened, is the caller's to close.</summary>
    private async Task<(RedisSession? Redis, PanicOutcome Outcome, string Why)> IssueAsync(PanicOutcome outcome, CancellationToken cancel)
    {
        var (redis, why) = await RedisSession.TryOpenAsync(settings.Redis.Gateway.Endpoint, cancel);
        if (redis is null)
        {
            return (null, outcome, why);
        }

        var (issued, trouble) = await PublishAsync(redis, outcome, cancel);
        return (redis, issued, trouble);
    }

    private static async Task<(PanicOutcome Outcome, string Why)> PublishAsync(
        RedisSession redis, PanicOutcome outcome, CancellationToken cancel)
    {
        RedisArgument[] arguments =
        [
            RedisKeys.PanicClose, "*",
            .. PanicWire.Write(outcome.Trigger).SelectMany(f => new RedisArgument[] { f.Key, f.Value }),
        ];
        var added = await redis.AskAsync(RedisCommand.Of("XADD", arguments), cancel);
        return (outcome with { StreamId = added.Value.TryText(out var id) ? id : null }, $"Redis did not take it ({added.Trouble})");
    }

    private static async Task<PanicOutcome> FollowAsync(RedisSession redis, PanicOutcome outcome, CancellationToken until)
    {
        var id = outcome.Trigger.EventId.Value;
        try
        {
            while (true)
            {
                var completions = await redis.LatestAsync(RedisKeys.PanicCompleted, Searched, until);
                foreach (var entry in completions.Values)
                {
                    if (PanicWire.TryRead(entry.Fields, out var completion) && completion.EventId.Value == id)
                    {
                        return outcome with { Completion = completion };
                    }
                }

                var refusals = await redis.LatestAsync(RedisKeys.PanicRejected, Searched, until);
                if (refusals.Values.FirstOrDefault(e => PanicWire.Find(e.Fields, "event_id") == id) is { } refused)
                {
                    return outcome with { Refused = PanicWire.Find(refused.Fields, "cause") ?? "no cause given" };
                }

                await Task.Delay(Poll, until);
            }
        }
        catch (OperationCanceledException)
        {
            // Patience is over, or the link was faster.
            return outcome;
        }
    }

    /// <returns>The completion, or null when the connection or the time ended first.</returns>
    private static async Task<PanicCompletion?> ListenAsync(Uri worker, EventId id, CancellationToken cancel)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan };
        try
        {
            using var stream = await http.GetStreamAsync(new Uri(worker, Role.PanicClose.HeartbeatsPath()), cancel);
            await foreach (var item in SseParser.Create(stream).EnumerateAsync(cancel))
            {
                if (item.EventType == LinkProtocol.CompletionEvent
                    && JsonSerializer.Deserialize<Dictionary<string, string>>(item.Data) is { } fields
                    && PanicWire.TryRead([.. fields], out var completion) && completion.EventId == id)
                {
                    return completion;
                }
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException or OperationCanceledException)
        {
            // Without this worker's word another's, or the deadline, decides; silence is reported as silence.
            return null;
        }

        return null;
    }
}
