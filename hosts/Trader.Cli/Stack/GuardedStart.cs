using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Trader.Cli.CommandLine;
using Trader.Hosting.Configuration;
using Trader.Messages;
using Trader.Redis;

namespace Trader.Cli.Stack;

/// <summary>Brings the roles of a private stack up until the account is guarded.</summary>
internal static class GuardedStart
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// The brain and the worker first: the watchdog counts from its own start, and on a busy machine it would panic before the brain is
    /// up. Then all must be ready and a healthy heartbeat must carry the number of positions.
    /// </summary>
    /// <returns>From the brain's start to its first heartbeat, ms.</returns>
    /// <exception cref="Refusal">Not within a minute; the message holds what every process said last.</exception>
    public static async Task<long> BringUpAsync(
        this PrivateStack stack, StreamWatch heartbeats, int positions, TimeProvider time, CancellationToken cancel)
    {
        var began = time.GetUtcNow().ToUnixTimeMilliseconds();
        stack.StartRole(Role.ExitBrain);
        stack.StartRole(Role.PanicClose);
        var first = await stack.BeatAsync(heartbeats, static (_, _) => true, "a first heartbeat", cancel);
        stack.StartRole(Role.Watchdog);
        await stack.ReadyAsync(stack.Roles, cancel);
        // One that the watchdog, ready by now, has heard itself.
        var known = heartbeats.Seen[^1].Entry.Id;
        await stack.BeatAsync(
            heartbeats, (id, beat) => id > known && beat.Status == BrainStatus.Alive && beat.ActivePositions == positions,
            string.Create(CultureInfo.InvariantCulture, $"a heartbeat that says ALIVE with {positions} positions"), cancel);
        return (long)first.Entry.Id.Ms - began;
    }

    private static async Task<SeenEntry> BeatAsync(
        this PrivateStack stack, StreamWatch heartbeats, Func<StreamId, Heartbeat, bool> fits, string what, CancellationToken cancel)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var beat = heartbeats.FirstAsync(
            entry => HeartbeatWire.TryRead(entry.Fields, out var read, out _) && fits(entry.Id, read), Deadline, waiting.Token);
        var died = Task.WhenAny(stack.Processes.Select(p => p.Exited));
        await Task.WhenAny(beat, died);
        if (beat.IsCompleted)
        {
            return await beat ?? throw stack.NotUp($"there was never {what}");
        }

        await waiting.CancelAsync();
        await beat.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        cancel.ThrowIfCancellationRequested();
        var ended = stack.Processes.First(p => p.HasExited);
        throw new Refusal(
            ExitCode.Bad, $"the roles did not come up: {ended.Name} ended\n{string.Join('\n', ended.Tail(60).Select(line => "  " + line))}");
    }

    /// <summary>Waits until these roles say that they can do their duty.</summary>
    /// <exception cref="Refusal">Not within a minute; the message holds what every process said last.</exception>
    public static async Task ReadyAsync(this PrivateStack stack, IReadOnlyCollection<Role> roles, CancellationToken cancel)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(2) };
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(Deadline);
        foreach (var (role, port) in stack.Settings.Ports.Where(p => roles.Contains(p.Key)))
        {
            var why = "";
            while ((why = await UnreadyAsync(http, port, cancel)) is not null)
            {
                if (deadline.IsCancellationRequested || stack.Processes.Any(p => p.HasExited))
                {
                    cancel.ThrowIfCancellationRequested();
                    throw stack.NotUp($"{role.Name()} is not ready: {why}");
                }

                await Task.Delay(Poll, cancel);
            }
        }
    }

    /// <returns>Null when the role is ready, else what it or the connection says.</returns>
    private static async Task<string?> UnreadyAsync(HttpClient http, int port, CancellationToken cancel)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{port}/health/ready"), cancel);
            return answer.IsSuccessStatusCode
                ? null
                : (await answer.Content.ReadFromJsonAsync<JsonElement>(cancel)).GetRawText();
        }
        catch (Exception e) when (e is HttpRequestException or JsonException
            || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return e.Message;
        }
    }

    private static Refusal NotUp(this PrivateStack stack, string what) =>
        new(ExitCode.Bad, $"the roles did not come up: {what}\n{stack.Tails(15)}");
}
