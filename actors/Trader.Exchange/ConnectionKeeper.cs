using Akka.Actor;
using Akka.Event;
using Trader.Exchange.Binance;

namespace Trader.Exchange;

/// <summary>
/// Child of the gateway that does beforehand what a first order would have to wait for: open connections, the
/// exchange's clock, the compiled order path. All of it is comfort: when it fails it says so and orders go out all the
/// same.
/// </summary>
internal sealed class ConnectionKeeper : ReceiveActor, IWithTimers
{
    /// <summary>The exchange found our timestamps wrong.</summary>
    internal sealed record MeasureClock;

    private sealed record ClockMeasured(Result<long> ServerMs);
    private sealed record Pinged(int Sent, int Failed);
    private sealed record Rehearsed(int Orders);
    private sealed record Failed(string What, string Why);
    private sealed record PingDue;
    private sealed record ClockDue;

    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly BinanceClient _client;
    private readonly ExchangeGatewaySettings _settings;
    private readonly TimeProvider _time;
    private bool _measuring;

    public ConnectionKeeper(BinanceClient client, ExchangeGatewaySettings settings, TimeProvider time)
    {
        _client = client;
        _settings = settings;
        _time = time;
        Receive<PingDue>(_ => Ping());
        Receive<Pinged>(Handle);
        Receive<MeasureClock>(_ => Measure(ReadPriority.Panic));
        Receive<ClockDue>(_ => Measure(ReadPriority.Background));
        Receive<ClockMeasured>(Handle);
        Receive<Rehearsed>(r => _log.Debug("Order path rehearsed: {0} answers", r.Orders));
        Receive<Failed>(Handle);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        Ping();
        Measure(ReadPriority.Panic);
        var (options, time) = (_client.Options, _time);
        Task.Run(() => BinanceRehearsal.RunAsync(options, time)).PipeTo(
            Self, Self, orders => new Rehearsed(orders), e => new Failed("rehearsal", e.GetType().Name));
        Timers.StartPeriodicTimer(nameof(PingDue), new PingDue(), _settings.KeepWarmInterval);
        Timers.StartPeriodicTimer(nameof(ClockDue), new ClockDue(), _settings.ClockInterval);
    }

    /// <summary>Concurrently, because one after the other would all use the same connection.</summary>
    private void Ping() => PingAll(_client, _settings.WarmConnections).PipeTo(
        Self, Self, failed => new Pinged(_settings.WarmConnections, failed), e => new Failed("ping", e.GetType().Name));

    private static async Task<int> PingAll(BinanceClient client, int count)
    {
        var pings = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => client.PingAsync()))
            .ConfigureAwait(false);
        return pings.Count(p => !p.TryGet(out var _, out var _));
    }

    private void Handle(Pinged pinged)
    {
        if (pinged.Failed > 0)
        {
            _log.Warning("Exchange connections: {0} of {1} pings failed", pinged.Failed, pinged.Sent);
        }
    }

    private void Measure(ReadPriority priority)
    {
        if (_measuring)
        {
            return;
        }

        _measuring = true;
        _client.SyncClockAsync(priority).PipeTo(
            Self, Self, server => new ClockMeasured(server), e => new Failed("clock", e.GetType().Name));
    }

    private void Handle(ClockMeasured measured)
    {
        _measuring = false;
        if (!measured.ServerMs.TryGet(out _, out var fault))
        {
            _log.Warning("Exchange clock not measured: {0}", fault);
        }
    }

    private void Handle(Failed failed)
    {
        _measuring &= failed.What != "clock";
        _log.Warning("Exchange {0} failed: {1}", failed.What, failed.Why);
    }
}
