using System.Globalization;
using System.Net;
using System.Text.Json;
using Trader.Actors.Disk;
using Trader.Actors.Ess;
using Trader.Cli.CommandLine;
using Trader.Cli.Settings;
using Trader.Hosting.Configuration;
using Trader.Messages;
using Trader.Redis;

namespace Trader.Cli.Ess;

/// <summary>
/// Stops and resumes with whatever is there: the latch first, then the running owner, which makes the stop one that <c>rm</c> does not end;
/// without an owner the Redis marker, as far as Redis answers.
/// </summary>
internal sealed class EssDesk(NodeSettings settings)
{
    /// <summary>A run directory that hangs must not hold up the other ways.</summary>
    private static readonly TimeSpan DiskPatience = TimeSpan.FromSeconds(3);

    /// <summary>Between looks at an owner that is releasing, and how much longer than its own deadline it is waited for.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private const int MarkerSeconds = 86_400;

    private readonly EssLatchFiles _files = new(settings.EssLatch.RunDir, TimeProvider.System);
    private readonly List<string> _trouble = [];

    public async Task<EssOutcome> ActivateAsync(EssNote note, CancellationToken cancel)
    {
        var latchError = await OnDisk(() => _files.Raise(note));
        var owner = await Post("/api/ess/activate", note, cancel);
        if (owner?.Status is not HttpStatusCode.OK)
        {
            Note(owner is null ? null : $"the owner answered {(int)owner.Status}: {owner.Error}");
            await Mark(EssControl.Stamp(note.AtMs), "ess_activated", cancel);
        }
        else if (Text(owner.Body, "message") is var message && message.Contains("; but ", StringComparison.Ordinal))
        {
            // Active, but not all of it would outlive a reboot.
            Note(message);
        }

        Note(latchError is null ? null : $"latch {_files.LatchPath} could not be written: {latchError}");
        var done = latchError is null || owner?.Status is HttpStatusCode.OK;
        return await Outcome(note.Reason, note.By, done ? ExitCode.Good : ExitCode.Unavailable, cancel) with { Active = done };
    }

    public async Task<EssOutcome> DeactivateAsync(EssNote note, CancellationToken cancel)
    {
        var owner = await Post("/api/ess/reset", note, cancel);
        if (owner?.Status is HttpStatusCode.OK)
        {
            return await Outcome("", "", ExitCode.Good, cancel);
        }

        if (owner is not null && owner.Status is not HttpStatusCode.Unauthorized)
        {
            Note($"the owner keeps it active: {owner.Error}");
            return await Outcome("", "", ExitCode.Bad, cancel);
        }

        Note(owner is null ? null : "the owner does not accept this token (another TRADER_STATE_DIR?); going by the latch file");
        var latchError = await OnDisk(() => _files.Release(note));
        Note(latchError is null ? null : $"latch {_files.LatchPath} could not be removed: {latchError}");
        if (latchError is not null)
        {
            return await Outcome("", "", ExitCode.Unavailable, cancel);
        }

        await Mark(null, "ess_deactivated", cancel);
        return await Released(cancel);
    }

    /// <summary>The owner may have cause to keep the stop: only its word, where it is heard, makes a removed latch a release.</summary>
    private async Task<EssOutcome> Released(CancellationToken cancel)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var outcome = await Outcome("", "", ExitCode.Good, cancel);
            if (!outcome.Active)
            {
                return outcome;
            }

            if (TimeProvider.System.GetElapsedTime(started) > settings.Ess.ReleaseDeadline + Grace)
            {
                Note($"still active: {(outcome.Reason.Length > 0 ? outcome.Reason : "the latch stands again")}");
                return outcome with { ExitCode = ExitCode.Bad };
            }

            await Task.Delay(Look, cancel);
        }
    }

    public Task<EssOutcome> StatusAsync(CancellationToken cancel) => Outcome("", "", ExitCode.Good, cancel);

    private async Task<EssOutcome> Outcome(string reason, string by, int exitCode, CancellationToken cancel)
    {
        var status = (await Send(HttpMethod.Get, "/api/ess/status", null, null, cancel))?.Body;
        var seen = await OnDisk(() => _files.Look(notes: true));
        bool? latch = seen is null || seen.Latch.Doubt.Length > 0 ? null : seen.Latch.Present;
        if (status is { } body && body.TryGetProperty("active", out var active))
        {
            return new EssOutcome(
                active.ValueKind == JsonValueKind.True, body, latch, _files.LatchPath, Text(body, "reason"), Text(body, "triggered_by"), _trouble,
                exitCode);
        }

        // Nobody to ask: what the disk shows; that entries are refused without an owner stands in the last line.
        return new EssOutcome(
            latch is not false, null, latch, _files.LatchPath, seen?.Made?.Reason ?? reason, seen?.Made?.By ?? by, _trouble, exitCode);
    }

    private async Task<EssReply?> Post(string path, EssNote note, CancellationToken cancel)
    {
        if (Token() is not { } token)
        {
            return null;
        }

        var body = JsonSerializer.SerializeToUtf8Bytes(
            new Dictionary<string, string> { ["by"] = note.By, ["reason"] = note.Reason, ["via"] = "cli" });
        return await Send(HttpMethod.Post, path, token, body, cancel);
    }

    /// <summary>Null when nobody answers.</summary>
    private async Task<EssReply?> Send(HttpMethod method, string path, Secret? token, byte[]? body, CancellationToken cancel)
    {
        var host = settings.Http.Bind.Equals(IPAddress.Any) ? IPAddress.Loopback
            : settings.Http.Bind.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback
            : settings.Http.Bind;
        var port = settings.Ports[Role.ApplyLayer].ToString(CultureInfo.InvariantCulture);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(10) };
        using var request = new HttpRequestMessage(method, new UriBuilder("http", host.ToString()) { Port = settings.Ports[Role.ApplyLayer], Path = path }.Uri);
        if (token is not null)
        {
            request.Headers.Authorization = new("Bearer", token.Reveal());
        }

        request.Content = body is null ? null : new ByteArrayContent(body);
        try
        {
            using var answer = await http.SendAsync(request, cancel);
            using var json = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancel));
            return new EssReply(answer.StatusCode, json.RootElement.Clone());
        }
        catch (Exception e) when (e is HttpRequestException or JsonException
            || (e is TaskCanceledException && !cancel.IsCancellationRequested))
        {
            Note(method == HttpMethod.Get ? null : $"the stop's owner (apply-layer role, port {port}) does not answer");
            return null;
        }
    }

    /// <summary>The nodes' token, without making one: where there is none, no node runs here.</summary>
    private Secret? Token()
    {
        try
        {
            var environment = OperatorSettings.Environment();
            return environment.ContainsKey(Hosting.Http.LinkToken.Variable)
                || File.Exists(Path.Combine(settings.StateDir, Hosting.Http.LinkToken.FileName))
                ? Hosting.Http.LinkToken.Obtain(environment, settings.StateDir)
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            Note($"the nodes' token cannot be read ({e.Message}); run as their user, with their TRADER_STATE_DIR");
            return null;
        }
    }

    /// <param name="stamp">Null deletes the marker.</param>
    private async Task Mark(string? stamp, string announced, CancellationToken cancel)
    {
        var (redis, why) = await RedisSession.TryOpenAsync(settings.Redis.Gateway.Endpoint, cancel);
        if (redis is null)
        {
            Note(why);
            return;
        }

        await using (redis)
        {
            var change = stamp is null
                ? RedisCommand.Of("DEL", RedisKeys.EssActive)
                : RedisCommand.Of("SET", RedisKeys.EssActive, stamp, "EX", MarkerSeconds);
            Note((await redis.AskAsync(change, cancel)).Trouble);
            var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
            Note((await redis.AskAsync(
                RedisCommand.Of("PUBLISH", RedisKeys.EssEvents, $"{{\"event\":\"{announced}\",\"timestamp\":{now}}}"), cancel)).Trouble);
        }
    }

    private async Task<T?> OnDisk<T>(Func<T?> work)
        where T : class
    {
        try
        {
            return await Task.Run(work).WaitAsync(DiskPatience);
        }
        catch (TimeoutException)
        {
            Note($"{settings.EssLatch.RunDir} does not answer");
            return typeof(T) == typeof(string) ? (T)(object)"it does not answer" : null;
        }
    }

    private void Note(string? line)
    {
        if (line is not null)
        {
            _trouble.Add(line);
        }
    }

    private static string Text(JsonElement body, string name) =>
        body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() ?? "" : "";

    private sealed record EssReply(HttpStatusCode Status, JsonElement Body)
    {
        public string Error => Text(Body, "error");
    }
}
