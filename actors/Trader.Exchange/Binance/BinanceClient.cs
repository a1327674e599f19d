using System.Net;
using Trader.Messages;

namespace Trader.Exchange.Binance;

/// <summary>Stands for "it worked and there is nothing more to say".</summary>
public readonly record struct Done;

/// <param name="Symbols">Symbols that have resting orders.</param>
/// <param name="Complete">False when the book of conditional orders could not be read.</param>
public sealed record RestingSymbols(IReadOnlySet<Symbol> Symbols, bool Complete);

/// <summary>
/// Binance USD-M futures over REST: every call ends, inside its deadline, in a value or a fault, and never in an
/// exception. Reads here, orders in the other half. Thread-safe.
/// </summary>
public sealed partial class BinanceClient : IDisposable
{
    private const int PingWeight = 1;
    private const int ExchangeInfoWeight = 1;
    private const int PremiumIndexWeight = 10;
    private const int PositionRiskWeight = 10;
    private const int OpenOrdersWeight = 40;
    private const int PositionModeWeight = 30;

    private readonly BinanceRequestSigner _signer;
    private readonly BinanceTransport _transport;
    private readonly TimeProvider _time;
    private volatile bool _positionsFromV2;

    /// <param name="options">Where and how.</param>
    /// <param name="credentials">Used for signing and the key header only.</param>
    /// <param name="time">Deadlines, clock offset and budgets run on it.</param>
    /// <param name="handler">Replaces the network, for tests; not disposed here. Null: a tuned sockets handler.</param>
    public BinanceClient(
        BinanceOptions options, BinanceCredentials credentials, TimeProvider time, HttpMessageHandler? handler = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(credentials);
        ArgumentNullException.ThrowIfNull(time);
        Options = options;
        _time = time;
        _signer = new BinanceRequestSigner(credentials);
        Clock = new BinanceClock(time);
        Weight = new WeightBudget(time);
        _transport = new BinanceTransport(options, credentials, time, handler, Weight, Clock);
    }

    public BinanceOptions Options { get; }

    public BinanceEnvironment Environment => Options.Environment;

    /// <summary>The exchange's clock.</summary>
    public BinanceClock Clock { get; }

    /// <summary>The request weight of this IP address.</summary>
    public WeightBudget Weight { get; }

    /// <summary><c>GET /fapi/v1/ping</c>: opens or keeps open one connection.</summary>
    public async Task<Result<Done>> PingAsync() =>
        (await ReadAsync("/fapi/v1/ping", PingWeight, ReadPriority.Background).ConfigureAwait(false))
        .Match<Result<Done>>(_ => default(Done), fault => fault);

    /// <summary><c>GET /fapi/v1/time</c>: measures <see cref="Clock"/> anew.</summary>
    /// <returns>The exchange's Unix milliseconds as it sent them.</returns>
    public async Task<Result<long>> SyncClockAsync(ReadPriority priority = ReadPriority.Panic)
    {
        var sent = _time.GetTimestamp();
        var answer = await ReadAsync("/fapi/v1/time", PingWeight, priority).ConfigureAwait(false);
        if (!answer.TryGet(out var body, out var fault))
        {
            return fault;
        }

        var received = _time.GetTimestamp();
        if (!AccountJson.TryServerTime(body.Span, out var serverMs))
        {
            return new ExchangeFault(FaultKind.Unreadable, 0, "time: no serverTime in the answer");
        }

        Clock.Measure(serverMs, sent, received);
        return serverMs;
    }

    /// <summary><c>GET /fapi/v1/exchangeInfo</c>. Takes over the weight limit it names.</summary>
    public async Task<Result<ExchangeInfo>> GetExchangeInfoAsync(ReadPriority priority = ReadPriority.Panic)
    {
        var answer = await ReadAsync("/fapi/v1/exchangeInfo", ExchangeInfoWeight, priority).ConfigureAwait(false);
        if (!answer.TryGet(out var body, out var fault))
        {
            return fault;
        }

        var info = ExchangeInfoJson.Read(body.Span);
        if (info.TryGet(out var read, out _) && read.WeightPerMinute is { } weight)
        {
            Weight.SetLimit(weight);
        }

        return info;
    }

    /// <summary><c>GET /fapi/v1/premiumIndex</c> of all symbols: mark prices; rows without a readable one are left
    /// out.</summary>
    public async Task<Result<IReadOnlyDictionary<Symbol, decimal>>> GetMarkPricesAsync() =>
        (await ReadAsync("/fapi/v1/premiumIndex", PremiumIndexWeight, ReadPriority.Background).ConfigureAwait(false))
        .Match(body => AccountJson.ReadMarkPrices(body.Span), fault => fault);

    /// <summary>
    /// <c>GET /fapi/v3/positionRisk</c>; on an exchange that does not have it (404), <c>v2</c> from then on.
    /// </summary>
    /// <param name="priority">Which reads are refused first when the request budget runs low.</param>
    /// <param name="everySymbol">
    /// Asks <c>v2</c> first, which lists every symbol (<c>v3</c> lists those with a position or an order); without it, <c>v3</c> all the same.
    /// </param>
    public async Task<Result<PositionRows>> GetPositionsAsync(
        ReadPriority priority = ReadPriority.Panic, bool everySymbol = false)
    {
        if (everySymbol)
        {
            var v2 = await SignedAsync(HttpMethod.Get, "/fapi/v2/positionRisk", Empty, PositionRiskWeight, priority)
                .ConfigureAwait(false);
            if (!v2.TryGet(out var all, out _) || all.Status != (int)HttpStatusCode.NotFound)
            {
                return v2.Match(Good, fault => fault).Match<Result<PositionRows>>(
                    body => PositionRiskJson.Read(body.Span).Match<Result<PositionRows>>(
                        rows => rows with { EverySymbol = true }, fault => fault),
                    fault => fault);
            }
        }

        if (!_positionsFromV2)
        {
            var v3 = await SignedAsync(
                HttpMethod.Get, "/fapi/v3/positionRisk", Empty, PositionRiskWeight, priority)
                .ConfigureAwait(false);
            if (v3.TryGet(out var answer, out var fault))
            {
                return answer.Status == (int)HttpStatusCode.NotFound
                    ? await GetPositionsV2Async(priority, remember: true).ConfigureAwait(false)
                    : Good(answer).Match(body => PositionRiskJson.Read(body.Span), f => f);
            }

            return fault;
        }

        return await GetPositionsV2Async(priority, remember: false).ConfigureAwait(false);
    }

    /// <summary>
    /// <c>GET /fapi/v1/openOrders</c> and <c>GET /fapi/v1/openAlgoOrders</c> of all symbols, of which only the symbols are kept:
    /// conditional orders live in a book of their own since 2025-12-09 (Binance change log), and one that fires after the close would
    /// open a position anew.
    /// </summary>
    public async Task<Result<RestingSymbols>> GetRestingSymbolsAsync()
    {
        var algo = ReadBookAsync("/fapi/v1/openAlgoOrders");
        var normal = await ReadBookAsync("/fapi/v1/openOrders").ConfigureAwait(false);
        var conditional = await algo.ConfigureAwait(false);
        return normal.Match<Result<RestingSymbols>>(
            symbols => conditional.TryGet(out var more, out var fault)
                ? new RestingSymbols(symbols.Union(more).ToHashSet(), Complete: true)
                : new RestingSymbols(symbols, Complete: IsNoSuchBook(fault)),
            fault => fault);
    }

    /// <summary><c>GET /fapi/v1/positionSide/dual</c>: true is hedge mode. Also the cheapest proof that the key
    /// works.</summary>
    public async Task<Result<bool>> GetHedgeModeAsync() =>
        (await SignedBodyAsync(
            HttpMethod.Get, "/fapi/v1/positionSide/dual", Empty, PositionModeWeight, ReadPriority.Panic)
            .ConfigureAwait(false))
        .Match(body => AccountJson.ReadHedgeMode(body.Span), fault => fault);

    /// <summary><c>GET /fapi/v1/rateLimit/order</c>: this account's own order limits.</summary>
    public async Task<Result<OrderLimits>> GetOrderLimitsAsync() =>
        (await SignedBodyAsync(HttpMethod.Get, "/fapi/v1/rateLimit/order", Empty, PingWeight, ReadPriority.Background)
            .ConfigureAwait(false))
        .Match(body => ExchangeInfoJson.ReadOrderLimits(body.Span), fault => fault);

    public void Dispose() => _transport.Dispose();

    /// <summary>An exchange without that route (-5000 with 404) has no such book, so nothing can rest in it.</summary>
    private static bool IsNoSuchBook(ExchangeFault fault) => fault.Code == -5000;

    private async Task<Result<IReadOnlySet<Symbol>>> ReadBookAsync(string path) =>
        (await SignedBodyAsync(HttpMethod.Get, path, Empty, OpenOrdersWeight, ReadPriority.Panic).ConfigureAwait(false))
        .Match(body => OrderJson.ReadSymbols(body.Span), fault => fault);

    private static void Empty(RequestText text)
    {
    }

    private async Task<Result<PositionRows>> GetPositionsV2Async(ReadPriority priority, bool remember)
    {
        var v2 = await SignedBodyAsync(
            HttpMethod.Get, "/fapi/v2/positionRisk", Empty, PositionRiskWeight, priority)
                .ConfigureAwait(false);
        // Only a v2 that answers proves that the 404 meant the route; a broken proxy answers 404 to everything.
        _positionsFromV2 |= remember && v2.TryGet(out _, out _);
        return v2.Match(body => PositionRiskJson.Read(body.Span), fault => fault);
    }

    private async Task<Result<ReadOnlyMemory<byte>>> ReadAsync(string path, int weight, ReadPriority priority)
    {
        if (Weight.Refuse(priority, weight) is { } refused)
        {
            return refused;
        }

        var answer = await _transport.SendAsync(HttpMethod.Get, path, null, withKey: false, Options.ReadDeadline)
            .ConfigureAwait(false);
        return answer.Match(Good, fault => fault);
    }

    private async Task<Result<ReadOnlyMemory<byte>>> SignedBodyAsync(
        HttpMethod method, string path, Action<RequestText> fill, int weight, ReadPriority priority) =>
        (await SignedAsync(method, path, fill, weight, priority).ConfigureAwait(false)).Match(Good, fault => fault);

    /// <summary>
    /// A signed GET or DELETE. When the exchange says that our clock is off, nothing was done there: the clock is
    /// measured and the request signed again, once.
    /// </summary>
    private async Task<Result<BinanceAnswer>> SignedAsync(
        HttpMethod method, string path, Action<RequestText> fill, int weight, ReadPriority priority)
    {
        var answer = await SignedOnceAsync(method, path, fill, weight, priority).ConfigureAwait(false);
        if (!answer.TryGet(out var first, out _) || Good(first).TryGet(out _, out var fault)
            || fault.Kind != FaultKind.Clock)
        {
            return answer;
        }

        var synced = await SyncClockAsync().ConfigureAwait(false);
        return synced.TryGet(out _, out _)
            ? await SignedOnceAsync(method, path, fill, weight, priority).ConfigureAwait(false)
            : answer;
    }

    private async Task<Result<BinanceAnswer>> SignedOnceAsync(
        HttpMethod method, string path, Action<RequestText> fill, int weight, ReadPriority priority)
    {
        if (Weight.Refuse(priority, weight) is { } refused)
        {
            return refused;
        }

        var text = new RequestText();
        fill(text);
        text.Sign(_signer, Options.RecvWindowMs, Clock.NowMs);
        return await _transport.SendAsync(method, $"{path}?{text}", null, withKey: true, Options.ReadDeadline)
            .ConfigureAwait(false);
    }

    /// <summary>The body of a 2xx answer, else the fault.</summary>
    private static Result<ReadOnlyMemory<byte>> Good(BinanceAnswer answer) =>
        answer.Status is >= 200 and < 300 ? answer.Body : BinanceErrors.Read(answer.Status, answer.Body.Span);
}
