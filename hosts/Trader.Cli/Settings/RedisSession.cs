using Trader.Cli.CommandLine;
using Trader.Redis;

namespace Trader.Cli.Settings;

/// <summary>One Redis connection for the length of a verb. What it cannot read it says; it never answers "nothing there" instead.</summary>
internal sealed class RedisSession : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);

    private readonly RedisClient _client;

    private RedisSession(RedisClient client) => _client = client;

    public RedisEndpoint Endpoint => _client.Target.Endpoint;

    /// <summary>Connects, or says in one line why not. The first failure is the answer: a person is waiting.</summary>
    public static async Task<(RedisSession? Session, string Why)> TryOpenAsync(RedisEndpoint endpoint, CancellationToken cancel)
    {
        var first = new TaskCompletionSource<RedisLinkState>(TaskCreationOptions.RunContinuationsAsynchronously);
        var client = RedisClient.Start(
            new RedisTarget(endpoint, new RedisOptions { ClientName = "trader-cli" }, TimeProvider.System),
            state =>
            {
                if (state is not RedisLinkState.Connecting)
                {
                    first.TrySetResult(state);
                }
            });
        try
        {
            if (await first.Task.WaitAsync(Deadline, cancel) is not RedisLinkState.Down down)
            {
                return (new RedisSession(client), "");
            }

            await client.DisposeAsync();
            return (null, $"Redis cannot be used: {down.Detail}");
        }
        catch (TimeoutException)
        {
            await client.DisposeAsync();
            return (null, $"Redis at {endpoint} does not answer");
        }
        catch (OperationCanceledException)
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc cref="TryOpenAsync"/>
    public static async Task<RedisSession> OpenAsync(RedisEndpoint endpoint, CancellationToken cancel)
    {
        var (session, why) = await TryOpenAsync(endpoint, cancel);
        return session ?? throw new Refusal(
            ExitCode.Unavailable, $"{why}. Start it (systemctl start redis-server), or name another with REDIS_URL");
    }

    public async Task<Answer> AskAsync(RedisCommand command, CancellationToken cancel)
    {
        var result = await _client.Execute(command, Deadline, cancel);
        return result.IsValue ? new Answer(result.Value, null) : new Answer(default, $"{command.Name}: {result}");
    }

    /// <summary>A hash's fields; empty when there is no such key.</summary>
    public async Task<Fields> HashAsync(string key, CancellationToken cancel)
    {
        var answer = await AskAsync(RedisCommand.Of("HGETALL", key), cancel);
        var fields = new List<KeyValuePair<string, string>>();
        var items = answer.Value.Items;
        for (var i = 0; i + 1 < items.Length; i += 2)
        {
            fields.Add(new(items[i].TryText(out var name) ? name : "", items[i + 1].TryText(out var value) ? value : ""));
        }

        return new Fields(fields, answer.Trouble is null ? null : $"{key}: {answer.Trouble}");
    }

    /// <summary>The newest entries of a stream, newest first; empty when there is no such key.</summary>
    public async Task<Entries> LatestAsync(string key, int count, CancellationToken cancel)
    {
        var answer = await AskAsync(StreamCommands.Latest(key, count), cancel);
        if (answer.Trouble is { } trouble)
        {
            return new Entries([], $"{key}: {trouble}");
        }

        return StreamReplies.TryReadEntries(answer.Value, 256 * 1024, _ => false, out var entries, out _)
            ? new Entries(entries, null)
            : new Entries([], $"{key}: the answer is no list of entries");
    }

    /// <summary>A string's value and how long it lives on, in ms; null when there is no such key.</summary>
    public async Task<Text> TextAsync(string key, CancellationToken cancel)
    {
        var value = await AskAsync(RedisCommand.Of("GET", key), cancel);
        return new Text(value.Value.TryText(out var text) ? text : null, value.Trouble is null ? null : $"{key}: {value.Trouble}");
    }

    /// <summary>Unix ms on the server's clock: the one that stream ids are made with.</summary>
    public async Task<long?> TimeAsync(CancellationToken cancel)
    {
        var answer = await AskAsync(RedisCommand.Of("TIME"), cancel);
        return answer.Value.Items is [var s, var us] && s.TryInteger(out var seconds) && us.TryInteger(out var micros)
            ? (seconds * 1000) + (micros / 1000)
            : null;
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    /// <param name="Trouble">Why it could not be read; null when it was.</param>
    public readonly record struct Answer(RespValue Value, string? Trouble);

    /// <inheritdoc cref="Answer"/>
    public sealed record Fields(IReadOnlyList<KeyValuePair<string, string>> Values, string? Trouble);

    /// <inheritdoc cref="Answer"/>
    public sealed record Entries(IReadOnlyList<StreamEntry> Values, string? Trouble);

    /// <inheritdoc cref="Answer"/>
    public sealed record Text(string? Value, string? Trouble);
}
