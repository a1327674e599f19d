using System.Diagnostics.CodeAnalysis;
using Trader.Messages;

namespace Trader.Cli.Panic;

/// <summary>Turns what a person types into a reason code: upper case, <c>_</c> for blanks (emergency-exit contract 1.3).</summary>
internal static class PanicReason
{
    public static bool TryCode(string? text, [NotNullWhen(true)] out string? code, [NotNullWhen(false)] out string? why)
    {
        code = null;
        why = null;
        var words = (text ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var joined = string.Join('_', words).ToUpperInvariant();
        if (joined.Length == 0)
        {
            why = "--reason must say why; it stands in the halt and in the audit";
        }
        else if (joined.Length > PanicTrigger.MaxReasonLength)
        {
            why = $"--reason is longer than {PanicTrigger.MaxReasonLength} characters";
        }
        else if (joined.Any(char.IsControl))
        {
            why = "--reason has control characters";
        }
        else
        {
            code = joined;
        }

        return code is not null;
    }
}
