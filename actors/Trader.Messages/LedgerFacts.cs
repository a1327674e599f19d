using System.Globalization;

namespace Trader.Messages;

/// <summary>What Redis holds about one symbol's ledger, as it stood at one moment.</summary>
/// <param name="Text">
/// <c>ledger_amount</c> exactly as it stands, null when there is none. It is what a change is compared with, so that nothing an operator
/// writes meanwhile is overwritten.
/// </param>
/// <param name="CopyText">The amount in the copy for other readers; counts only where <paramref name="Text"/> is null.</param>
/// <param name="OutcomeUnknown">Plan and time of an order whose fate is not known (<c>plan@ms</c>), null when there is none.</param>
/// <param name="Held">Somebody holds the symbol.</param>
/// <param name="LastExecutionMs">Unix ms of the last execution; null when none is known.</param>
/// <param name="DriftSinceMs">Unix ms since when ledger and exchange differ, as last recorded; null when they did not.</param>
/// <param name="Trouble">Why something could not be read; empty when all could.</param>
public sealed record LedgerFacts(
    string? Text, string? CopyText, string? OutcomeUnknown, bool Held, long? LastExecutionMs, long? DriftSinceMs, string Trouble)
{
    private const int MaxText = 40;

    /// <summary>More than any coin has units, and far enough from where decimals end that amounts can be reckoned with.</summary>
    private const decimal MaxAmount = 100_000_000_000_000m;

    /// <summary>Nothing is known, and nothing stands in Redis.</summary>
    public static LedgerFacts None { get; } = new(null, null, null, false, null, null, "");

    /// <summary>Signed, in base units; null when there is no ledger, or none that can be read.</summary>
    public decimal? Amount => TryAmount(Text ?? CopyText, out var amount) ? amount : null;

    /// <summary>No ledger stands anywhere.</summary>
    public bool Missing => Text is null && CopyText is null && Trouble.Length == 0;

    /// <summary>A ledger stands there and cannot be understood.</summary>
    public bool Unreadable => Trouble.Length > 0 || (!Missing && Amount is null);

    /// <summary>
    /// Plain decimal text, signed: what a person types after <c>HSET ... ledger_amount</c>. Beyond 1e14 either way it is no amount, so that
    /// one absurd number denies its own symbol and stops no other.
    /// </summary>
    public static bool TryAmount(string? text, out decimal amount)
    {
        amount = 0;
        return text is { Length: > 0 and <= MaxText } && decimal.TryParse(
            text,
            NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite,
            CultureInfo.InvariantCulture, out amount) && Math.Abs(amount) <= MaxAmount;
    }

    /// <summary>Plain decimal text without trailing zeros.</summary>
    public static string Plain(decimal amount) => amount.ToString("0.############################", CultureInfo.InvariantCulture);
}
