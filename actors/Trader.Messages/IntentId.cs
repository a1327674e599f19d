using System.Diagnostics.CodeAnalysis;

namespace Trader.Messages;

/// <summary>
/// A strategy's own name for one decision: handing in the same id again is handing in the same plan, never a second order. Source and name
/// are 1 to 64 of <c>A-Z a-z 0-9 . _ -</c>; the names of the system's own producers are not free.
/// </summary>
public sealed record IntentId
{
    public const int MaxLength = 64;

    /// <summary>Their plans are known by these in journal and log; nobody else may write under them.</summary>
    private static readonly string[] Reserved = ["exit_brain", "apply_layer"];

    private IntentId(string source, string name) => (Source, Name) = (source, name);

    /// <summary>Who decides: the strategy.</summary>
    public string Source { get; }

    /// <summary>Which of its decisions; unique below the source for as long as taken plans are remembered.</summary>
    public string Name { get; }

    /// <summary>
    /// The plan's id, in the documented form of 16 hex characters. Of source and name alone, so that the same id with another content meets
    /// the first one and is refused. Neither can hold a colon, so no two ids share the hashed text.
    /// </summary>
    public PlanId Plan => PlanIdHash.OfText($"intent:{Source}:{Name}");

    public static bool TryCreate(string? source, string? name, [NotNullWhen(true)] out IntentId? id)
    {
        id = IsName(source) && IsName(name) && !Reserved.Contains(source) ? new IntentId(source!, name!) : null;
        return id is not null;
    }

    /// <exception cref="FormatException">One of them is no name, or the source is one of the system's own.</exception>
    public static IntentId Of(string source, string name) => TryCreate(source, name, out var id)
        ? id
        : throw new FormatException($"Source and intent id are 1 to {MaxLength} of A-Z a-z 0-9 . _ - and no source of the system's own.");

    public override string ToString() => $"{Source}/{Name}";

    private static bool IsName(string? text) => text is { Length: > 0 and <= MaxLength }
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
}
