using Trader.Messages;

namespace Trader.Exchange.Binance;

/// <param name="Answers">One per order sent, in that order.</param>
/// <param name="Counts">What the exchange has counted, from the headers.</param>
public sealed record ClosesAnswered(IReadOnlyList<ExchangeProtocol.CloseAnswered> Answers, OrderCounts Counts);

/// <summary>Orders: such as reduce, and such as the gate approved (S6); each sent once (S8).</summary>
public sealed partial class BinanceClient
{
    /// <summary>The exchange's limit on one batchOrders request (-4082 beyond).</summary>
    public const int MaxBatch = 5;

    private const int OrderLookupWeight = 1;
    private const int CancelWeight = 1;

    /// <summary>
    /// <c>POST /fapi/v1/order</c> for one order, <c>POST /fapi/v1/batchOrders</c> for two to five. Never sends again,
    /// whatever the answer: -1021 says that nothing was executed and is a refusal here; no answer is
    /// <see cref="CloseState.Unknown"/>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">No order or more than <see cref="MaxBatch"/>.</exception>
    public async Task<ClosesAnswered> SendClosesAsync(IReadOnlyList<CloseOrder> orders)
    {
        ArgumentNullException.ThrowIfNull(orders);
        ArgumentOutOfRangeException.ThrowIfZero(orders.Count, nameof(orders));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(orders.Count, MaxBatch, nameof(orders));
        var single = orders.Count == 1;
        var text = new RequestText(single ? 512 : 4096);
        if (single)
        {
            CloseOrderText.AddForm(text, orders[0]);
        }
        else
        {
            text.Add("batchOrders"u8, CloseOrderText.BatchJson(orders));
        }

        text.Sign(_signer, Options.RecvWindowMs, Clock.NowMs);
        using var body = new BinanceTransport.FormBody(text.Bytes);
        var sent = await _transport.SendAsync(
            HttpMethod.Post, single ? "/fapi/v1/order" : "/fapi/v1/batchOrders", body, withKey: true,
            Options.OrderDeadline)
            .ConfigureAwait(false);
        if (!sent.TryGet(out var answer, out var fault))
        {
            return new ClosesAnswered([.. orders.Select(o => NotAccepted(o, fault))], default);
        }

        return new ClosesAnswered(Answers(orders, answer), answer.Counts);
    }

    /// <summary>
    /// <c>POST /fapi/v1/order</c> for an order that the gate approved: the only way here to send one that may add exposure (S6). Never sent
    /// again, as above.
    /// </summary>
    public async Task<ApprovedSent> SendApprovedAsync(ApprovedOrder order, long? notAfter = null)
    {
        ArgumentNullException.ThrowIfNull(order);
        var text = new RequestText(512);
        CloseOrderText.AddForm(text, order);
        text.Sign(_signer, Options.RecvWindowMs, Clock.NowMs);
        using var body = new BinanceTransport.FormBody(text.Bytes, notAfter is { } latest ? () => _time.GetTimestamp() > latest : null);
        var sent = await _transport.SendAsync(HttpMethod.Post, "/fapi/v1/order", body, withKey: true, Options.OrderDeadline)
            .ConfigureAwait(false);
        if (!sent.TryGet(out var answer, out var fault))
        {
            return new ApprovedSent(NotAccepted(order, fault), default);
        }

        var state = Good(answer).Match(json => OrderJson.Read(json.Span), f => f);
        return new ApprovedSent(
            state.Match(
                known => known.ClientId.Length == 0 || known.ClientId == order.Id.Value
                    ? new ExchangeProtocol.ApprovedAnswered(order.Id, known.State, known.OrderId, known.Executed, null)
                    : NotAccepted(order, AnotherOrder),
                f => NotAccepted(order, f)),
            answer.Counts);
    }

    /// <summary><c>GET /fapi/v1/order</c> by the id we gave it. Null: the exchange knows no such order, now.</summary>
    public async Task<Result<Lookup>> FindOrderAsync(Symbol symbol, ClientOrderId id, ReadPriority priority = ReadPriority.Panic)
    {
        ArgumentNullException.ThrowIfNull(symbol);
        ArgumentNullException.ThrowIfNull(id);
        var answer = await SignedBodyAsync(
            HttpMethod.Get, "/fapi/v1/order", text => AddOrder(text, symbol, id), OrderLookupWeight, priority)
            .ConfigureAwait(false);
        return answer.Match(body => OrderJson.Read(body.Span), fault => fault).Match<Result<Lookup>>(
            state => state.ClientId.Length == 0 || state.ClientId == id.Value
                ? new Lookup(state)
                : AnotherOrder,
            fault => fault.Code == BinanceErrors.OrderDoesNotExist ? new Lookup(null) : fault);
    }

    /// <summary>
    /// <c>DELETE /fapi/v1/allOpenOrders</c> and <c>DELETE /fapi/v1/algoOpenOrders</c>: all resting orders of one symbol,
    /// conditional ones too.
    /// </summary>
    public async Task<Result<Done>> CancelAllAsync(Symbol symbol)
    {
        ArgumentNullException.ThrowIfNull(symbol);
        var conditional = CancelBookAsync("/fapi/v1/algoOpenOrders", symbol);
        var normal = await CancelBookAsync("/fapi/v1/allOpenOrders", symbol).ConfigureAwait(false);
        var algo = await conditional.ConfigureAwait(false);
        return normal.TryGet(out _, out _) && !algo.TryGet(out _, out var fault) && !IsNoSuchBook(fault) ? algo : normal;
    }

    private async Task<Result<Done>> CancelBookAsync(string path, Symbol symbol)
    {
        var answer = await SignedBodyAsync(
            HttpMethod.Delete, path, text => text.Add("symbol"u8, symbol.Value), CancelWeight, ReadPriority.Panic)
            .ConfigureAwait(false);
        return answer.Match(body => AccountJson.ReadDone(body.Span), fault => fault);
    }

    /// <summary><c>DELETE /fapi/v1/order</c> by the id we gave it.</summary>
    public async Task<Result<OrderState>> CancelOrderAsync(Symbol symbol, ClientOrderId id)
    {
        ArgumentNullException.ThrowIfNull(symbol);
        ArgumentNullException.ThrowIfNull(id);
        var answer = await SignedBodyAsync(
            HttpMethod.Delete, "/fapi/v1/order", text => AddOrder(text, symbol, id), CancelWeight, ReadPriority.Panic)
            .ConfigureAwait(false);
        return answer.Match(body => OrderJson.Read(body.Span), fault => fault);
    }

    /// <summary>The answer for an order that was not sent, or that the exchange did not take.</summary>
    internal static ExchangeProtocol.CloseAnswered NotAccepted(CloseOrder order, ExchangeFault fault)
    {
        var (state, known) = Verdict(fault);
        return new ExchangeProtocol.CloseAnswered(order.Id, state, "", 0, known);
    }

    /// <inheritdoc cref="NotAccepted(CloseOrder, ExchangeFault)"/>
    internal static ExchangeProtocol.ApprovedAnswered NotAccepted(ApprovedOrder order, ExchangeFault fault)
    {
        var (state, known) = Verdict(fault);
        return new ExchangeProtocol.ApprovedAnswered(order.Id, state, "", 0, known);
    }

    /// <summary>An answer to an order that cannot be understood leaves open what happened to it.</summary>
    private static (CloseState State, ExchangeFault Fault) Verdict(ExchangeFault fault)
    {
        var known = fault.Kind == FaultKind.Unreadable ? fault with { Kind = FaultKind.UnknownOutcome } : fault;
        return (known.Kind == FaultKind.UnknownOutcome ? CloseState.Unknown : CloseState.Refused, known);
    }

    private static void AddOrder(RequestText text, Symbol symbol, ClientOrderId id) =>
        text.Add("symbol"u8, symbol.Value).Add("origClientOrderId"u8, id.Value);

    private static ExchangeProtocol.CloseAnswered[] Answers(IReadOnlyList<CloseOrder> orders, BinanceAnswer answer)
    {
        if (!Good(answer).TryGet(out var body, out var fault))
        {
            return [.. orders.Select(o => NotAccepted(o, fault))];
        }

        if (orders.Count == 1)
        {
            return [Answer(orders[0], OrderJson.Read(body.Span))];
        }

        return OrderJson.ReadBatch(body.Span, orders.Count).TryGet(out var elements, out fault)
            ? [.. orders.Select((order, i) => Answer(order, elements[i]))]
            : [.. orders.Select(o => NotAccepted(o, fault))];
    }

    private static ExchangeProtocol.CloseAnswered Answer(CloseOrder order, Result<OrderState> result)
    {
        if (!result.TryGet(out var state, out var fault))
        {
            return NotAccepted(order, fault);
        }

        return state.ClientId.Length == 0 || state.ClientId == order.Id.Value
            ? new ExchangeProtocol.CloseAnswered(order.Id, state.State, state.OrderId, state.Executed, null)
            : NotAccepted(order, AnotherOrder);
    }

    private static ExchangeFault AnotherOrder => new(FaultKind.Unreadable, 0, "the answer is about another order");
}

/// <param name="Answer">What became of the order.</param>
/// <param name="Counts">What the exchange has counted, from the headers.</param>
public sealed record ApprovedSent(ExchangeProtocol.ApprovedAnswered Answer, OrderCounts Counts);

/// <param name="Found">The order; null when the exchange knows none by this id.</param>
public sealed record Lookup(OrderState? Found);
