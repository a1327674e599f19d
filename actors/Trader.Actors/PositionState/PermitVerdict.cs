using Trader.Messages;

namespace Trader.Actors.PositionState;

/// <summary>One deciding number or word; exactly one of the two is set.</summary>
public readonly record struct ContextItem(string Name, decimal? Number, string? Word)
{
    public ContextItem(string name, decimal number)
        : this(name, number, null)
    {
    }

    public ContextItem(string name, string word)
        : this(name, null, word)
    {
    }
}

/// <summary>What the account showed of one symbol.</summary>
/// <param name="Amount">Signed, base units; zero when flat.</param>
/// <param name="Legs">Rows of this symbol; two only in hedge mode, and then <paramref name="Amount"/> is their sum.</param>
/// <param name="Unreadable">Why its row could not be understood; empty when it could.</param>
/// <param name="Age">Since the exchange was asked.</param>
public sealed record ExchangeView(
    decimal Amount, decimal EntryPrice, decimal MarkPrice, decimal UnrealizedProfit, int Legs, string Unreadable, TimeSpan Age)
{
    /// <summary>Hedge mode's long leg; zero without one, and in one-way mode.</summary>
    public decimal LongAmount { get; init; }

    /// <summary>Hedge mode's short leg, below zero; zero without one, and in one-way mode.</summary>
    public decimal ShortAmount { get; init; }
}

/// <summary>Everything a plan is judged by.</summary>
/// <param name="Exchange">Null when the account was never read.</param>
/// <param name="Lot">Null when the exchange's limits of this symbol are not known.</param>
/// <param name="Allowed">The symbol is one that P3.3 answers for; null while nobody can say.</param>
/// <param name="NowMs">Unix ms by Redis' clock.</param>
/// <param name="EntryMs">Unix ms at which the plan reached the stream, by the same clock.</param>
/// <param name="WasReadAgain">The account has been read once for this plan already.</param>
public sealed record PermitFacts(
    ExchangeView? Exchange, MarketLot? Lot, bool? Allowed, LedgerFacts Ledger, long NowMs, long EntryMs, bool WasReadAgain);

/// <summary>A judgement on one plan.</summary>
public abstract record PermitVerdict
{
    private PermitVerdict()
    {
    }

    /// <param name="SafeQuantity">Base units, above zero, on the exchange's step; for a close never above the position.</param>
    /// <param name="LedgerAmount">The ledger it was judged by; the exchange's amount where there was none.</param>
    /// <param name="Begin">What the ledger begins with, null where there is one.</param>
    public sealed record Granted(
        bool Opens, decimal SafeQuantity, decimal ExchangeAmount, decimal LedgerAmount, decimal? Begin) : PermitVerdict;

    public sealed record Denied(DenyReason Reason, IReadOnlyList<ContextItem> Context) : PermitVerdict;

    /// <summary>The snapshot is older than the last execution, so a difference may be no difference: look first.</summary>
    public sealed record ReadAgain : PermitVerdict;
}
