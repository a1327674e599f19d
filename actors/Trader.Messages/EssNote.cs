using System.Globalization;

namespace Trader.Messages;

/// <summary>
/// Who did something to the emergency stop, why and when, as it stands in the small files beside the latch: lines
/// <c>at=UNIX_MS</c>, <c>by=WHO</c>, <c>reason=TEXT</c>. A shell can write it; whatever it lacks is empty, never an error.
/// </summary>
/// <param name="AtMs">Unix ms; 0 when the file does not say.</param>
/// <param name="By">At most 64 printable characters; empty when the file does not say.</param>
/// <param name="Reason">At most 200 printable characters; empty when the file does not say.</param>
public sealed record EssNote(long AtMs, string By, string Reason)
{
    public const int MaxBy = 64;

    public const int MaxReason = 200;

    public static EssNote Of(long atMs, string? by, string? reason) => new(atMs, Cut(by, MaxBy), Cut(reason, MaxReason));

    /// <summary>Reads the lines; the last of several wins, other lines are passed over.</summary>
    public static EssNote Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var (at, by, reason) = (0L, "", "");
        foreach (var line in text.Split('\n', 64))
        {
            var parts = line.Split('=', 2);
            switch (parts[0].Trim())
            {
                case "at" when parts.Length == 2:
                    at = long.TryParse(parts[1].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var ms) ? ms : at;
                    break;
                case "by" when parts.Length == 2:
                    by = parts[1];
                    break;
                case "reason" when parts.Length == 2:
                    reason = parts[1];
                    break;
            }
        }

        return Of(at, by, reason);
    }

    public string Write() => string.Create(CultureInfo.InvariantCulture, $"at={AtMs}\nby={By}\nreason={Reason}\n");

    // It goes into log lines, keys and JSON: one line, no control characters, whoever wrote it.
    private static string Cut(string? text, int most)
    {
        var clean = new string([.. (text ?? "").Trim().Take(most).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c)]);
        return clean.Trim();
    }
}
