namespace Trader.Actors.ExitBrain;

/// <summary>One reason why the brain is not ALIVE.</summary>
/// <param name="Kind">Two troubles of one kind are the same trouble, whatever numbers their texts hold.</param>
/// <param name="Text">For people.</param>
public sealed record Trouble(string Kind, string Text);

/// <summary>
/// Which of the reasons for being DEGRADED have been said. Whoever reads the log sees all that hold: the first one alone would send him
/// after a slow loop while nobody watches the brain. They are said when DEGRADED begins and when they change, not more than once a second.
/// </summary>
public sealed class Degradation
{
    private static readonly TimeSpan SayEvery = TimeSpan.FromSeconds(1);

    private HashSet<string> said = [];
    private TimeSpan? saidAt;

    /// <summary>All reasons in one line; empty for none.</summary>
    public static string Text(IReadOnlyList<Trouble> why) => string.Join("; ", why.Select(trouble => trouble.Text));

    /// <summary>What is to be said now; null for nothing new, or nothing yet.</summary>
    /// <param name="begins">The brain was ALIVE until now.</param>
    public string? ToSay(IReadOnlyList<Trouble> why, bool begins, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(why);
        HashSet<string> kinds = [.. why.Select(trouble => trouble.Kind)];
        if (!begins && (kinds.SetEquals(said) || (saidAt is { } last && now - last < SayEvery)))
        {
            return null;
        }

        (said, saidAt) = (kinds, now);
        return Text(why);
    }
}
