using Akka.Actor;
using Akka.Event;
using Trader.Exchange.Binance;
using Trader.Messages;
using static Trader.Messages.ExchangeProtocol;

namespace Trader.Exchange;

/// <summary>
/// Child of the gateway that answers <see cref="GetMarketLots"/> from memory. Limits change a few times a year, so old
/// ones are kept when a refresh fails: a close cut by them may be refused, a close not cut at all is refused more
/// often.
/// </summary>
internal sealed class MarketLotKeeper : ReceiveActor, IWithTimers
{
    private sealed record LotsRead(Result<ExchangeInfo> Info);
    private sealed record RefreshDue;

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);

    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly BinanceClient _client;
    private readonly TimeSpan _interval;
    private readonly List<(IActorRef Who, long ReadId)> _wanted = [];
    private IReadOnlyDictionary<Symbol, MarketLot>? _lots;
    private bool _reading;

    public MarketLotKeeper(BinanceClient client, TimeSpan interval)
    {
        _client = client;
        _interval = interval;
        Receive<GetMarketLots>(Handle);
        Receive<RefreshDue>(_ => Read(ReadPriority.Background));
        Receive<LotsRead>(Handle);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() => Read(ReadPriority.Panic);

    protected override void PostStop() =>
        Answer(new ExchangeFault(FaultKind.Unreachable, 0, "the gateway stopped before the limits were read"));

    private void Handle(GetMarketLots query)
    {
        _wanted.Add((Sender, query.ReadId));
        if (_lots is not null)
        {
            Answer(null);
        }
        else
        {
            Read(ReadPriority.Panic);
        }
    }

    private void Read(ReadPriority priority)
    {
        if (!_reading)
        {
            _reading = true;
            _client.GetExchangeInfoAsync(priority).PipeTo(
                Self, Self, info => new LotsRead(info),
                e => new LotsRead(
                    new ExchangeFault(FaultKind.UnknownOutcome, 0, $"the call was lost: {e.GetType().Name}")));
        }
    }

    private void Handle(LotsRead read)
    {
        _reading = false;
        if (read.Info.TryGet(out var info, out var fault))
        {
            _lots = info.Lots;
        }
        else
        {
            _log.Warning("Market-order limits not read: {0}", fault);
        }

        Timers.StartSingleTimer(nameof(RefreshDue), new RefreshDue(), fault is null ? _interval : Retry);
        Answer(fault);
    }

    private void Answer(ExchangeFault? fault)
    {
        foreach (var (who, readId) in _wanted)
        {
            who.Tell(_lots is not null ? new MarketLotsRead(readId, _lots) : new MarketLotsNotRead(readId, fault!));
        }

        _wanted.Clear();
    }
}
