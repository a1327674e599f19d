using System.Diagnostics.CodeAnalysis;

namespace Trader.Messages;

/// <summary>
/// A venue's instrument name as the venue spells it, e.g. <c>BTCUSDT</c>: 1 to 40 characters, no white space, no control
/// characters, no <c>/ ? &amp; = #</c>. Non-ASCII names exist on USD-M futures since 2025-10 (Binance change log).
/// </summary>
public sealed record Symbol : IComparable<Symbol>
{
    public const int MaxLength = 40;

    private Symbol(string value) => Value = value;

    public string Value { get; }

    /// <summary>False when <paramref name="text"/> is not a possible instrument name.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Symbol? symbol)
    {
        symbol = null;
        if (string.IsNullOrEmpty(text) || text.Length > MaxLength)
        {
            return false;
        }

        foreach (var c in text)
        {
            if (char.IsWhiteSpace(c) || char.IsControl(c) || "/?&=#".Contains(c, StringComparison.Ordinal))
            {
                return false;
            }
        }

        symbol = new Symbol(text);
        return true;
    }

    /// <exception cref="FormatException">The text is not a possible instrument name.</exception>
    public static Symbol Parse(string text) =>
        TryParse(text, out var symbol) ? symbol : throw new FormatException("Not an instrument name.");

    public int CompareTo(Symbol? other) => string.CompareOrdinal(Value, other?.Value);

    public override string ToString() => Value;
}
