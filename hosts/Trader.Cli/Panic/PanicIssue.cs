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
/// Issues one panic and follows it. Redis first; when Redis does not acknowledge it, the worker's direct link carries the same event, so
/// that a dead Redis never stands between a person and the close (S2). The same event id runs once, whichever way it came.
/// </summary>
internal sealed class PanicIssue(NodeSettings settings, Terminal terminal, TimeSpan patience)
{
    private const int Searched = 50;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    public async Task<PanicOutcome> RunAsync(PanicTrigger trigger, CancellationToken cancel)
    {
        var outcome = new PanicOutcome(trigger);
        var (redis, why) = await RedisSession.TryOpenAsync(settings.Redis.Gateway.Endpoint, cancel);
        if (redis is not null)
        {
            await using (redis)
            {
                outcome = await PublishAsync(redis, outcome, cancel);
                if (outcome.StreamId is not null)
                {
                    terminal.Say($"published to {RedisKeys.PanicClose} as {outcome.StreamId}; event {trigger.EventId}");
                    return await FollowAsync(redis, outcome, cancel);
                }
            }
        }
        else
        {
            terminal.Say(why);
        }

        return await ByLinkAsync(outcome, cancel);
    }

    private async Task<PanicOutcome> PublishAsync(RedisSession redis, PanicOutcome outcome, CancellationToken cancel)
    {
        RedisArgument[] arguments =
        [
            RedisKeys.PanicClose, "*",
            .. PanicWire.Write(outcome.Trigger).SelectMany(f => new RedisArgument[] { f.Key, f.Value }),
        ];
        var added = await redis.AskAsync(RedisCommand.Of("XADD", arguments), cancel);
        if (added.Trouble is { } trouble)
        {
            terminal.Say($"Redis did not take it ({trouble})");
        }

        return outcome with { StreamId = added.Value.TryText(out var id) ? id : null };
    }

    private async Task<PanicOutcome> FollowAsync(RedisSession redis, PanicOutcome outcome, CancellationToken cancel)
    {
        var id = outcome.Trigger.EventId.Value;
        var deadline = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(deadline) < patience)
        {
            var completions = await redis.LatestAsync(RedisKeys.PanicCompleted, Searched, cancel);
            foreach (var entry in completions.Values)
            {
                if (PanicWire.TryRead(entry.Fields, out var completion) && completion.EventId.Value == id)
                {
                    return outcome with { Completion = completion };
                }
            }

            var refusals = await redis.LatestAsync(RedisKeys.PanicRejected, Searched, cancel);
            if (refusals.Values.FirstOrDefault(e => PanicWire.Find(e.Fields, "event_id") == id) is { } refused)
            {
                return outcome with { Refused = PanicWire.Find(refused.Fields, "cause") ?? "no cause given" };
            }

            await Task.Delay(Poll, cancel);
        }

        return outcome;
    }

    private async Task<PanicOutcome> ByLinkAsync(PanicOutcome outcome, CancellationToken cancel)
    {
        using var poster = new PanicPoster(settings.Link, Token());
        using var listening = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        listening.CancelAfter(patience);
        // Listening first: the completion of a small account comes within a few hundred milliseconds.
        var listeners = settings.Link.PanicClose
            .Select(worker => ListenAsync(worker, outcome.Trigger.EventId, listening.Token)).ToList();
        if (await poster.Send(outcome.Trigger) is { } why)
        {
            await listening.CancelAsync();
            await Task.WhenAll(listeners);
            throw new Refusal(
                ExitCode.Unavailable, $"NOBODY HAS TAKEN THE PANIC: neither Redis nor a worker ({why}). Close positions by hand on the exchange");
        }

        terminal.Say($"taken by a worker over the direct link; event {outcome.Trigger.EventId}");
        while (listeners.Count > 0)
        {
            var ended = await Task.WhenAny(listeners);
            listeners.Remove(ended);
            if (await ended is { } completion)
            {
                await listening.CancelAsync();
                return outcome with { ByLink = true, Completion = completion };
            }
        }

        cancel.ThrowIfCancellationRequested();
        return outcome with { ByLink = true };
    }

    private Secret Token()
    {
        try
        {
            return LinkToken.Obtain(OperatorSettings.Environment(), settings.StateDir);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new Refusal(
                ExitCode.Configuration,
                $"Redis is away and the direct link needs the token of the nodes: {e.Message}. Run as their user, with their TRADER_STATE_DIR", e);
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
