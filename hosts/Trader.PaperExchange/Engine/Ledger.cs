namespace Trader.PaperExchange.Engine;

/// <summary>
/// What an order-affecting request looked like when it arrived, every text exactly as received (null when absent).
/// </summary>
public sealed record Receipt
{
    public required string Endpoint { get; init; }

    /// <summary>True time of arrival, ms since 1970.</summary>
    public required long ReceivedMs { get; init; }

    /// <summary>Monotonic time of arrival, microseconds.</summary>
    public required long ReceivedUs { get; init; }
    public string? Symbol { get; init; }
    public string? Side { get; init; }
    public string? Type { get; init; }
    public string? Quantity { get; init; }
    public string? ReduceOnly { get; init; }
    public string? PositionSide { get; init; }
    public string? ClientOrderId { get; init; }

    /// <summary>The fault that applies to this request, as its spec was written; null when none does.</summary>
    public string? Fault { get; init; }

    /// <summary>What the client will be told whatever happens; null when it is told the truth.</summary>
    public ApiError? Answer { get; init; }
}

public enum LedgerKind { Order, Cancel, Fill, Expire, Adjust, Price, Mode }

public enum LedgerOutcome
{
    /// <summary>The engine did it, whatever the client was told.</summary>
    Accepted,

    /// <summary>Refused by a rule.</summary>
    Refused,

    /// <summary>An injected fault kept it from the engine.</summary>
    NotExecuted,
}

/// <summary>One line of ground truth. Fields that a kind has no use for are null.</summary>
public sealed record LedgerEntry
{
    public long Sequence { get; init; }
    public required LedgerKind Kind { get; init; }
    public required LedgerOutcome Outcome { get; init; }
    public long ExecutedMs { get; init; }
    public long ExecutedUs { get; init; }
    public Receipt? Request { get; init; }
    public string? Symbol { get; init; }
    public OrderSide? Side { get; init; }
    public PositionSide? PositionSide { get; init; }
    public string? ClientOrderId { get; init; }
    public long? OrderId { get; init; }
    public decimal? Quantity { get; init; }
    public decimal? Price { get; init; }

    /// <summary>Commission of a fill, USDT.</summary>
    public decimal? Fee { get; init; }
    public decimal? PositionBefore { get; init; }
    public decimal? PositionAfter { get; init; }

    /// <summary>What the client was told.</summary>
    public int? HttpStatus { get; init; }

    /// <summary>The code the client was told; null for a success.</summary>
    public int? Code { get; init; }
}

/// <summary>Totals of the ledger. Times are monotonic microseconds; 0 before the first such event.</summary>
public sealed record LedgerTotals
{
    public int OrderRequests { get; init; }
    public int OrdersAccepted { get; init; }
    public int OrdersRefused { get; init; }
    public int OrdersNotExecuted { get; init; }
    public int Cancels { get; init; }
    public int Fills { get; init; }

    /// <summary>Fills that made a position larger.</summary>
    public int IncreasingFills { get; init; }

    /// <summary>Fills that turned a position over to the other side.</summary>
    public int Flips { get; init; }
    public long FirstOrderReceivedMs { get; init; }
    public long FirstOrderReceivedUs { get; init; }
    public long LastFillMs { get; init; }
    public long LastFillUs { get; init; }
}

/// <summary>
/// The truth about every request that touches orders and every change of a position, apart from what the API says.
/// Append-only; beyond <see cref="Capacity"/> entries the oldest go.
/// </summary>
public sealed class Ledger(ServerClock clock)
{
    /// <summary>Most entries kept.</summary>
    public const int Capacity = 1_000_000;

    private readonly Lock _gate = new();
    private readonly Queue<LedgerEntry> _entries = new();
    private LedgerTotals _totals = new();
    private long _sequence;

    public LedgerTotals Totals
    {
        get
        {
            lock (_gate)
            {
                return _totals;
            }
        }
    }

    /// <summary>
    /// Entries with a sequence number above <paramref name="afterSequence"/>, oldest first, at most <paramref
    /// name="limit"/>.
    /// </summary>
    public IReadOnlyList<LedgerEntry> Read(long afterSequence = 0, int limit = int.MaxValue)
    {
        lock (_gate)
        {
            return _entries.Where(entry => entry.Sequence > afterSequence).Take(limit).ToArray();
        }
    }

    /// <summary>Adds an entry, giving it its sequence number and execution time.</summary>
    public void Add(LedgerEntry entry)
    {
        lock (_gate)
        {
            var stamped = entry with
            {
                Sequence = ++_sequence,
                ExecutedMs = clock.TrueNowMs,
                ExecutedUs = clock.MonotonicUs,
            };
            _entries.Enqueue(stamped);
            if (_entries.Count > Capacity)
            {
                _entries.Dequeue();
            }
            Count(stamped);
        }
    }

    /// <summary>Adds a request that ended before it changed anything.</summary>
    public void AddStopped(LedgerKind kind, LedgerOutcome outcome, Receipt receipt, ApiError? told) =>
        Add(new LedgerEntry
        {
            Kind = kind,
            Outcome = outcome,
            Request = receipt,
            Symbol = receipt.Symbol,
            ClientOrderId = receipt.ClientOrderId,
            HttpStatus = (receipt.Answer ?? told)?.HttpStatus,
            Code = (receipt.Answer ?? told)?.Code,
        });

    private void Count(LedgerEntry entry)
    {
        switch (entry.Kind)
        {
            case LedgerKind.Order:
                CountOrder(entry);
                break;
            case LedgerKind.Cancel:
                _totals = _totals with { Cancels = _totals.Cancels + 1 };
                break;
            case LedgerKind.Fill:
                var before = entry.PositionBefore ?? 0;
                var after = entry.PositionAfter ?? 0;
                _totals = _totals with
                {
                    Fills = _totals.Fills + 1,
                    IncreasingFills = _totals.IncreasingFills + (Math.Abs(after) > Math.Abs(before) ? 1 : 0),
                    Flips = _totals.Flips + (Math.Sign(before) * Math.Sign(after) < 0 ? 1 : 0),
                    LastFillMs = entry.ExecutedMs,
                    LastFillUs = entry.ExecutedUs,
                };
                break;
            case LedgerKind.Expire or LedgerKind.Adjust or LedgerKind.Price or LedgerKind.Mode:
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(entry));
        }
    }

    private void CountOrder(LedgerEntry entry)
    {
        var first = _totals.OrderRequests == 0;
        _totals = _totals with
        {
            OrderRequests = _totals.OrderRequests + 1,
            OrdersAccepted = _totals.OrdersAccepted + (entry.Outcome == LedgerOutcome.Accepted ? 1 : 0),
            OrdersRefused = _totals.OrdersRefused + (entry.Outcome == LedgerOutcome.Refused ? 1 : 0),
            OrdersNotExecuted = _totals.OrdersNotExecuted + (entry.Outcome == LedgerOutcome.NotExecuted ? 1 : 0),
            FirstOrderReceivedMs = first ? entry.Request?.ReceivedMs ?? 0 : _totals.FirstOrderReceivedMs,
            FirstOrderReceivedUs = first ? entry.Request?.ReceivedUs ?? 0 : _totals.FirstOrderReceivedUs,
        };
    }
}
