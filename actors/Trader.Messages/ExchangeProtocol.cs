namespace Trader.Messages;

/// <summary>What kind of answer an exchange gave instead of the wanted one. Every code of every venue maps to one of these.</summary>
public enum FaultKind
{
    /// <summary>The exchange understood and refused: nothing was executed.</summary>
    Refused,

    /// <summary>No answer, or an answer that says so: the request may have been executed (S8).</summary>
    UnknownOutcome,

    /// <summary>The request or order budget is spent: nothing was executed.</summary>
    RateLimited,

    /// <summary>The exchange shed the request under load: nothing was executed.</summary>
    Overloaded,

    /// <summary>Key, signature or permission.</summary>
    Credentials,

    /// <summary>Our timestamp is outside the exchange's window: nothing was executed.</summary>
    Clock,

    /// <summary>Quantity, price or notional does not fit the symbol's filters: nothing was executed.</summary>
    Filter,

    /// <summary>The request never reached the exchange (refused connection, DNS, TLS): nothing was executed.</summary>
    Unreachable,

    /// <summary>What its sender knew was too old when its first byte could have left: nothing was sent.</summary>
    TooLate,

    /// <summary>The answer could not be understood.</summary>
    Unreadable,
}

/// <param name="Kind">What it means for the caller.</param>
/// <param name="Code">The venue's code, 0 where it gave none.</param>
/// <param name="Message">The venue's own words, cut to 200 characters, free of secrets (S16).</param>
public sealed record ExchangeFault(FaultKind Kind, int Code, string Message)
{
    public override string ToString() => Code == 0 ? $"{Kind}: {Message}" : $"{Kind} {Code}: {Message}";
}

/// <summary>How a close order stands.</summary>
public enum CloseState
{
    /// <summary>Wholly executed.</summary>
    Filled,

    /// <summary>Over without being wholly executed: expired, cancelled or rejected.</summary>
    Ended,

    /// <summary>Accepted and not over yet.</summary>
    Working,

    /// <summary>Not accepted, nothing executed.</summary>
    Refused,

    /// <summary>May or may not have been executed; look it up by its id.</summary>
    Unknown,
}

/// <summary>Which account a venue connection trades: decided by base address, not by a flag (S15).</summary>
public enum VenueEnvironment
{
    Paper,
    Testnet,
    Production,
}

/// <summary>
/// The exchange gateway's messages: the only door to an exchange (S6). Every command gets exactly one reply to its sender, except
/// <see cref="SendCloses"/>, which gets one <see cref="CloseAnswered"/> per order.
/// </summary>
public static partial class ExchangeProtocol
{
    /// <summary>Reads every open position. Reading is not an order, so callers may repeat it (S8).</summary>
    /// <param name="ReadId">Comes back in the answer.</param>
    /// <param name="Routine">
    /// True for reads that may be refused to spare the request budget: the every-second reads of a healthy day must not earn the address a
    /// ban that a panic then meets. A panic's own reads are never held back.
    /// </param>
    public sealed record GetPositions(long ReadId, bool Routine = false)
    {
        /// <summary>Asks for a row per symbol, open or not, where the venue has such a list: it shows that the whole account was looked at.</summary>
        public bool EverySymbol { get; init; }
    }

    /// <summary>Reads the symbols that have resting orders.</summary>
    public sealed record GetRestingOrders(long ReadId);

    /// <summary>The limits on market orders per symbol; answered from memory once they have been read.</summary>
    public sealed record GetMarketLots(long ReadId);

    /// <summary>Which exchange, which environment, and whether the key works there (E51).</summary>
    public sealed record CheckAccount(long ReadId);

    /// <summary>Cancels all resting orders of one symbol.</summary>
    public sealed record CancelRestingOrders(Symbol Symbol);

    /// <summary>
    /// Sends close orders in the given order, concurrently, inside the account's order budget. The gateway never sends one twice.
    /// </summary>
    public sealed record SendCloses(IReadOnlyList<CloseOrder> Orders);

    /// <summary>Looks up an order by the id we gave it. <paramref name="Attempt"/> comes back in the answer.</summary>
    /// <param name="Symbol">The order's instrument.</param>
    /// <param name="Id">The id we gave it.</param>
    /// <param name="Attempt">Any number.</param>
    /// <param name="Routine">It may fail while the exchange asked to wait, or while the request weight is kept for closing.</param>
    public sealed record FindOrder(Symbol Symbol, ClientOrderId Id, int Attempt, bool Routine = false);

    public sealed record PositionsRead(
        long ReadId, IReadOnlyList<Position> Positions, IReadOnlyList<UnreadableRow> Unreadable)
    {
        /// <summary>Rows of the venue's answer, those without an amount included.</summary>
        public int Rows { get; init; } = Positions.Count + Unreadable.Count;

        /// <summary>The answer lists every symbol, so one without a single row is no answer.</summary>
        public bool EverySymbol { get; init; }
    }

    public sealed record PositionsNotRead(long ReadId, ExchangeFault Fault);

    /// <param name="ReadId">As asked.</param>
    /// <param name="Symbols">Symbols with resting orders, conditional ones included.</param>
    /// <param name="Complete">False when the book of conditional orders could not be read: there may be more.</param>
    public sealed record RestingOrdersRead(long ReadId, IReadOnlySet<Symbol> Symbols, bool Complete = true);

    public sealed record RestingOrdersNotRead(long ReadId, ExchangeFault Fault);

    public sealed record MarketLotsRead(long ReadId, IReadOnlyDictionary<Symbol, MarketLot> Lots);

    public sealed record MarketLotsNotRead(long ReadId, ExchangeFault Fault);

    public sealed record AccountChecked(long ReadId, string Venue, VenueEnvironment Environment, bool HedgeMode);

    public sealed record AccountNotChecked(
        long ReadId, string Venue, VenueEnvironment Environment, ExchangeFault Fault);

    public sealed record RestingOrdersCancelled(Symbol Symbol);

    public sealed record RestingOrdersNotCancelled(Symbol Symbol, ExchangeFault Fault);

    /// <param name="Id">The order.</param>
    /// <param name="State">How it stands.</param>
    /// <param name="OrderId">The venue's own id, empty when it gave none.</param>
    /// <param name="Executed">Base units executed as far as known.</param>
    /// <param name="Fault">Set for <see cref="CloseState.Refused"/> and <see cref="CloseState.Unknown"/>, else null.</param>
    public sealed record CloseAnswered(
        ClientOrderId Id, CloseState State, string OrderId, decimal Executed, ExchangeFault? Fault);

    public sealed record OrderFound(
        ClientOrderId Id, int Attempt, CloseState State, string OrderId, decimal Executed);

    /// <summary>The exchange knows no such order (now; it may still be in flight).</summary>
    public sealed record OrderNotFound(ClientOrderId Id, int Attempt);

    public sealed record OrderLookupFailed(ClientOrderId Id, int Attempt, ExchangeFault Fault);
}
