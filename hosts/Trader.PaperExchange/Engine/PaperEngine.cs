using System.Globalization;

namespace Trader.PaperExchange.Engine;

/// <summary>
/// The exchange without HTTP: symbols, mark prices, orders and positions of one account, in decimal. One lock guards
/// all of it, so every operation sees and leaves a consistent account. Positions change only by fills, and by <see
/// cref="SetPosition"/>, which the ledger shows as an adjustment.
/// </summary>
public sealed partial class PaperEngine
{
    private const long FirstOrderId = 970_000_000_001;

    private readonly Lock _gate = new();
    private readonly EngineSettings _settings;
    private readonly ServerClock _clock;
    private readonly Dictionary<string, Market> _markets = new(StringComparer.Ordinal);
    private readonly OrderStore _orders = new();
    private bool _hedge;
    private long _nextOrderId = FirstOrderId;
    private decimal _wallet;

    public PaperEngine(IReadOnlyList<SymbolSpec> symbols, EngineSettings settings, ServerClock clock)
    {
        Symbols = symbols;
        _settings = settings;
        _clock = clock;
        _hedge = settings.Hedge;
        _wallet = settings.WalletBalance;
        Ledger = new Ledger(clock);
        foreach (var spec in symbols)
        {
            _markets.Add(spec.Name, new Market(spec));
        }
    }

    public IReadOnlyList<SymbolSpec> Symbols { get; }

    public Ledger Ledger { get; }

    public ServerClock Clock => _clock;

    public EngineSettings Settings => _settings;

    public bool IsHedge
    {
        get
        {
            lock (_gate)
            {
                return _hedge;
            }
        }
    }

    /// <summary>
    /// Everything that can refuse an order before its account is asked: symbol, status, mode, filters.
    /// </summary>
    public ApiError? Check(OrderRequest request)
    {
        lock (_gate)
        {
            if (!_markets.TryGetValue(request.Symbol, out var market))
            {
                return ApiError.Of(-1121);
            }
            var reduces = OrderRules.IsReducingForm(request.Side, request.PositionSide, request.ReduceOnly);
            if (market.Status == SymbolStatus.Close)
            {
                return ApiError.Of(-4141);
            }
            if (OrderRules.CheckMode(_hedge, request.PositionSide, request.ReduceOnly) is { } mismatch)
            {
                return mismatch;
            }
            if (market.Status == SymbolStatus.Settling && !reduces)
            {
                return ApiError.Of(-4140);
            }
            if (request.ClientOrderId is { } id && !OrderRules.IsClientOrderId(id))
            {
                return ApiError.Of(-4015);
            }
            return OrderRules.CheckFilters(market.Spec, request, market.MarkPrice, reduces);
        }
    }

    /// <summary>Checks and executes one order.</summary>
    /// <param name="request">The order.</param>
    /// <param name="receipt">How it arrived; goes into the ledger.</param>
    /// <param name="fillFraction">Below 1, a MARKET order fills only that part (cut to the step) and expires for the
    /// rest.</param>
    public PlaceOutcome Place(OrderRequest request, Receipt receipt, decimal fillFraction = 1)
    {
        lock (_gate)
        {
            ReduceDecision decision = default;
            if ((Check(request) ?? Admit(request, out decision)) is { } refusal)
            {
                Ledger.AddStopped(LedgerKind.Order, LedgerOutcome.Refused, receipt, refusal);
                return PlaceOutcome.Refused(refusal);
            }
            var order = Create(request, decision);
            _orders.Add(order);
            LogAccepted(LedgerKind.Order, order, receipt);
            var final = Match(order, decision, fillFraction);
            return new PlaceOutcome(order, final, null);
        }
    }

    /// <summary>Cancels one open order; null when there is none such (-2011).</summary>
    public PaperOrder? Cancel(string symbol, long? orderId, string? clientOrderId, Receipt receipt)
    {
        lock (_gate)
        {
            var order = _orders.Find(symbol, orderId, clientOrderId);
            if (order is null || !order.IsOpen)
            {
                Ledger.AddStopped(LedgerKind.Cancel, LedgerOutcome.Refused, receipt, ApiError.Of(-2011));
                return null;
            }
            return CancelOpen(order, receipt);
        }
    }

    /// <summary>Cancels every open order of a symbol and says how many there were.</summary>
    public int CancelAll(string symbol, Receipt receipt)
    {
        lock (_gate)
        {
            var open = _orders.Open(symbol).ToArray();
            foreach (var order in open)
            {
                CancelOpen(order, receipt);
            }
            return open.Length;
        }
    }

    public PaperOrder? Find(string symbol, long? orderId, string? clientOrderId)
    {
        lock (_gate)
        {
            return _orders.Find(symbol, orderId, clientOrderId);
        }
    }

    /// <summary>Open orders, oldest first.</summary>
    public IReadOnlyList<PaperOrder> OpenOrders(string? symbol = null)
    {
        lock (_gate)
        {
            return _orders.Open(symbol).ToArray();
        }
    }

    /// <summary>Changes the position mode; refused while orders or positions are open (-4059, -4067, -4068).</summary>
    public ApiError? ChangeMode(bool hedge)
    {
        lock (_gate)
        {
            if (hedge == _hedge)
            {
                return ApiError.Of(-4059);
            }
            if (_orders.OpenCount > 0)
            {
                return ApiError.Of(-4067);
            }
            if (_markets.Values.Any(market => market.IsHeld))
            {
                return ApiError.Of(-4068);
            }
            SetMode(hedge);
            return null;
        }
    }

    private void SetMode(bool hedge)
    {
        _hedge = hedge;
        Ledger.Add(new LedgerEntry { Kind = LedgerKind.Mode, Outcome = LedgerOutcome.Accepted });
    }

    private ApiError? Admit(OrderRequest request, out ReduceDecision decision)
    {
        var market = _markets[request.Symbol];
        var side = request.PositionSide ?? PositionSide.Both;
        var position = market.Position(side).Now;
        decision = OrderRules.DecideReduce(new ReduceFacts(
            _hedge, side, request.Side, request.ReduceOnly == true, request.Quantity, position.Amount,
            RestingReducing(request.Symbol, side), _settings.Oversize));
        if (request.ClientOrderId is { } id
            && _orders.Find(request.Symbol, null, id) is { } other && (other.IsOpen || _settings.ClientIdUniqueForEver))
        {
            return ApiError.Of(-4116);
        }
        if (decision.Refusal != 0)
        {
            return ApiError.Of(decision.Refusal);
        }
        if (!decision.Reduces && request.Quantity * market.MarkPrice / _settings.Leverage > AvailableBalance())
        {
            return ApiError.Of(-2019);
        }
        return CheckBook(request, market);
    }

    private ApiError? CheckBook(OrderRequest request, Market market)
    {
        if (request.Type == OrderType.Market)
        {
            return null;
        }
        var crosses = Crosses(request.Side, request.Price ?? 0, market.MarkPrice);
        if (request.TimeInForce == TimeInForce.Fok && !crosses)
        {
            return ApiError.Of(-5021);
        }
        if (request.TimeInForce == TimeInForce.Gtx && crosses)
        {
            return ApiError.Of(-5022);
        }
        return _orders.Open(request.Symbol).Count() >= OrderRules.MaxOpenOrdersPerSymbol ? ApiError.Of(-2025) : null;
    }

    private decimal RestingReducing(string symbol, PositionSide side) => _orders.Open(symbol)
        .Where(order => order.ReduceOnly && order.PositionSide == side)
        .Sum(order => order.Remaining);

    private PaperOrder Create(OrderRequest request, in ReduceDecision decision)
    {
        var id = _nextOrderId++;
        var now = _clock.NowMs;
        return new PaperOrder
        {
            OrderId = id,
            ClientOrderId = request.ClientOrderId ?? string.Create(CultureInfo.InvariantCulture, $"paper{id}"),
            Spec = _markets[request.Symbol].Spec,
            Side = request.Side,
            PositionSide = request.PositionSide ?? PositionSide.Both,
            Type = request.Type,
            TimeInForce = request.TimeInForce,
            Price = request.Type == OrderType.Limit ? request.Price ?? 0 : 0,
            Quantity = decision.Quantity,
            ReduceOnly = decision.Reduces,
            TimeMs = now,
            UpdateTimeMs = now,
        };
    }

    private PaperOrder CancelOpen(PaperOrder order, Receipt receipt)
    {
        var cancelled = order with { Status = OrderStatus.Canceled, UpdateTimeMs = _clock.NowMs };
        _orders.Replace(cancelled);
        LogAccepted(LedgerKind.Cancel, cancelled, receipt);
        return cancelled;
    }

    private void LogAccepted(LedgerKind kind, PaperOrder order, Receipt receipt) => Ledger.Add(new LedgerEntry
    {
        Kind = kind,
        Outcome = LedgerOutcome.Accepted,
        Request = receipt,
        Symbol = order.Spec.Name,
        Side = order.Side,
        PositionSide = order.PositionSide,
        ClientOrderId = order.ClientOrderId,
        OrderId = order.OrderId,
        Quantity = order.Quantity,
        Price = order.Price,
        HttpStatus = receipt.Answer?.HttpStatus ?? 200,
        Code = receipt.Answer?.Code,
    });
}
