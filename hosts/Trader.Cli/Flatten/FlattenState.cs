using System.Globalization;
using Trader.Actors.Flatten;
using Trader.Cli.Settings;
using Trader.Hosting.Configuration;
using Trader.Messages;
using Trader.Redis;

namespace Trader.Cli.Flatten;

/// <summary>Everything a person asks about the flatten, as far as it can be seen from here.</summary>
/// <param name="Enabled">The governor's own word; null when it does not answer.</param>
/// <param name="Governor">Where it was asked.</param>
/// <param name="Counters">Its counters since its start, by name.</param>
/// <param name="ArmKey">What stands at the arm key; null for nothing.</param>
/// <param name="ArmMs">How long it lives on; -1 without expiry.</param>
/// <param name="Note">Who armed.</param>
/// <param name="LastTs">What stands at the cooldown key; null for nothing.</param>
/// <param name="AgeMs">Its age on Redis' clock; null when it is no time.</param>
/// <param name="CooldownMs">As configured.</param>
/// <param name="Latch">Path of the latch on this machine.</param>
/// <param name="LatchStands">Whether it is there.</param>
/// <param name="History">The last runs.</param>
/// <param name="Trouble">What could not be read; null when all was.</param>
internal sealed record FlattenState(
    bool? Enabled, Uri Governor, IReadOnlyDictionary<string, long> Counters, string? ArmKey, long ArmMs, FlattenArmNote Note, string? LastTs,
    long? AgeMs, long CooldownMs, string Latch, bool LatchStands, FlattenHistory History, string? Trouble)
{
    private const int Searched = 500;

    private static readonly TimeSpan GovernorPatience = TimeSpan.FromSeconds(2);

    private static readonly string[] CounterNames =
        [FlattenMeter.Attempts, FlattenMeter.NoOps, FlattenMeter.Orders, FlattenMeter.Errors];

    public static async Task<FlattenState> ReadAsync(RedisSession redis, NodeSettings settings, CancellationToken cancel)
    {
        var governor = new Uri(
            $"http://127.0.0.1:{settings.Ports[Role.Governor].ToString(CultureInfo.InvariantCulture)}/metrics");
        var asking = MetricsAsync(governor, cancel);
        var arm = await redis.TextAsync(RedisKeys.FlattenArm, cancel);
        var ttl = await redis.AskAsync(RedisCommand.Of("PTTL", RedisKeys.FlattenArm), cancel);
        var note = await redis.HashAsync(RedisKeys.FlattenArmNote, cancel);
        var last = await redis.TextAsync(RedisKeys.FlattenLastTs, cancel);
        var nowMs = await redis.TimeAsync(cancel);
        var runs = await redis.LatestAsync(RedisKeys.FlattenRuns, Searched, cancel);
        var metrics = await asking;
        var latch = Path.Combine(settings.EssLatch.RunDir, "ESS_ON");
        long? age = nowMs is { } now && decimal.TryParse(
            last.Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var at) && at < 100_000_000_000m
                ? now - (long)(at * 1000)
                : null;
        string?[] troubles = [arm.Trouble, ttl.Trouble, note.Trouble, last.Trouble, runs.Trouble];
        return new FlattenState(
            metrics?.GetValueOrDefault(FlattenMeter.Enabled) is { } gauge ? gauge == 1 : null, governor,
            CounterNames.ToDictionary(name => name, name => metrics?.GetValueOrDefault(name) ?? 0, StringComparer.Ordinal),
            arm.Value, ttl.Value.TryInteger(out var left) ? left : -1, ReadNote(note.Values), last.Value, age,
            (long)settings.Flatten.Cooldown.TotalMilliseconds, latch, Path.Exists(latch), Fold(runs.Values),
            troubles.FirstOrDefault(t => t is not null));
    }

    public static async Task<FlattenHistory> HistoryAsync(RedisSession redis, int count, CancellationToken cancel) =>
        Fold((await redis.LatestAsync(RedisKeys.FlattenRuns, count, cancel)).Values);

    private static FlattenHistory Fold(IEnumerable<StreamEntry> newestFirst) =>
        FlattenHistory.Of(newestFirst.Reverse().Select(e => FlattenWire.FromStream(e.Fields)).OfType<FlattenEvent>());

    private static FlattenArmNote ReadNote(IReadOnlyList<KeyValuePair<string, string>> fields) => new(
        PanicWire.Find(fields, "by") ?? "", PanicWire.Find(fields, "why") ?? "", PanicWire.Find(fields, "request") ?? "");

    /// <summary>Unlabelled samples by name; null when nobody answers there.</summary>
    private static async Task<Dictionary<string, long?>?> MetricsAsync(Uri address, CancellationToken cancel)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = GovernorPatience };
        try
        {
            var text = await http.GetStringAsync(address, cancel);
            var figures = new Dictionary<string, long?>(StringComparer.Ordinal);
            foreach (var parts in text.Split('\n').Select(line => line.Split(' ')))
            {
                if (parts is [var name, var value] && decimal.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var figure))
                {
                    figures[name] = (long)Math.Clamp(figure, 0, long.MaxValue);
                }
            }

            return figures;
        }
        catch (HttpRequestException)
        {
            return null;
        }
        catch (TaskCanceledException) when (!cancel.IsCancellationRequested)
        {
            return null;
        }
    }
}
