using System.Diagnostics.CodeAnalysis;

namespace Trader.Messages;

/// <summary>
/// Names one plan everywhere: stream, permits, results, locks. The documented form is 16 lower-case hex characters (<see cref="PlanIdHash"/>);
/// any 1 to 64 of <c>A-Z a-z 0-9 . _ -</c> are accepted. A colon is not: the plan <c>p33:X</c> would have the P3.3 permit of plan
/// <c>X</c> for its own governor permit.
/// </summary>
public sealed record PlanId
{
    public const int MaxLength = 64;

    private PlanId(string value) => Value = value;

    public string Value { get; }

    /// <summary>The first 8 characters, as the documented log lines name a plan.</summary>
    public string Short => Value.Length > 8 ? Value[..8] : Value;

    public static bool TryParse(string? text, [NotNullWhen(true)] out PlanId? id)
    {
        id = null;
        if (string.IsNullOrEmpty(text) || text.Length > MaxLength)
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-'))
            {
                return false;
            }
        }

        id = new PlanId(text);
        return true;
    }

    /// <exception cref="FormatException">The text is no plan id.</exception>
    public static PlanId Parse(string text) =>
        TryParse(text, out var id) ? id : throw new FormatException("Not a plan id.");

    public override string ToString() => Value;
}
