using System.Globalization;
using Trader.Messages;
using Trader.Testing;

namespace Trader.Scenarios.Support;

/// <summary>Writes heartbeats into the stream as a foreign publisher would, until it is told to stop.</summary>
internal sealed class Beater : IAsyncDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(300);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _beating;

    private Beater(TraderFleet fleet, Func<long, (string, string)[]> entry) => _beating = Task.Run(async () =>
    {
        while (!_stop.IsCancellationRequested)
        {
            LastId = await fleet.Console.Add(RedisKeys.Heartbeat, entry(fleet.NowMs()));
            await Task.Delay(Every, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    });

    /// <summary>Id of the last entry written.</summary>
    public string LastId { get; private set; } = "0-0";

    public long LastMs => long.Parse(LastId.Split('-')[0], CultureInfo.InvariantCulture);

    /// <param name="fleet">Whose Redis.</param>
    /// <param name="entry">The fields, given the time in Unix ms.</param>
    public static Beater Start(TraderFleet fleet, Func<long, (string, string)[]> entry) => new(fleet, entry);

    /// <summary>A healthy heartbeat of the brain that is guarded.</summary>
    public static (string, string)[] Healthy(long nowMs, int positions = 0) =>
    [
        ("service_id", "exit_brain_main"), ("status", "ALIVE"), ("active_positions", Text(positions)),
        ("last_decision_ts", Text(nowMs)), ("ts", Text(nowMs)),
    ];

    public static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _beating;
        _stop.Dispose();
    }
}
