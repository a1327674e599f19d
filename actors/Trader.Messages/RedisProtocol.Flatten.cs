namespace Trader.Messages;

/// <summary>What stood at the arm key.</summary>
public enum FlattenArm
{
    Absent,

    /// <summary>It was exactly <c>1</c>, and is gone: no other governor will see it.</summary>
    Taken,

    /// <summary>Another value: left where it is.</summary>
    OtherValue,

    /// <summary>Not a string: left where it is.</summary>
    WrongType,
}

/// <summary>What the cooldown key said.</summary>
public enum FlattenCooldown
{
    /// <summary>It was free, and now holds the present second.</summary>
    Claimed,

    /// <summary>The last flatten is younger than the cooldown.</summary>
    Active,

    /// <summary>It lies in the future: a clock was or is wrong, so its age is unknown.</summary>
    Future,

    /// <summary>It is no time at all.</summary>
    Unreadable,
}

/// <summary>Who armed, as they said themselves: text from outside, each at most <see cref="MaxLength"/> characters.</summary>
/// <param name="By">Empty when nobody said.</param>
/// <param name="Why">Empty when nobody said.</param>
/// <param name="Request">Lets the one who armed find the run that came of it; empty without.</param>
public sealed record FlattenArmNote(string By, string Why, string Request)
{
    public const int MaxLength = 200;

    /// <summary>The runbook's bare SET.</summary>
    public static FlattenArmNote None { get; } = new("", "", "");

    public static string Cut(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length > MaxLength ? text[..MaxLength] : text;
    }
}

/// <summary>The steps of the flattener that must be one step in Redis.</summary>
public static partial class RedisProtocol
{
    /// <summary>Compares the arm key to exactly <c>1</c> and deletes it, in one step. Reply: <see cref="FlattenArmLooked"/>.</summary>
    public sealed record TakeFlattenArm;

    /// <summary>
    /// Writes the present second to the cooldown key unless what stands there is younger than <paramref name="CooldownMs"/>, in one step and
    /// on Redis' own clock. Reply: <see cref="FlattenCooldownAnswered"/>.
    /// </summary>
    public sealed record ClaimFlattenCooldown(EventId Run, int CooldownMs);

    /// <summary>Adds to <see cref="RedisKeys.FlattenRuns"/>. Reply: <see cref="Done"/>.</summary>
    public sealed record PublishFlatten(FlattenEvent Event, string Node);

    /// <param name="Arm">What stood there.</param>
    /// <param name="Shown">Value or type of what was left, at most 64 characters; empty otherwise.</param>
    /// <param name="Note">Who armed; <see cref="FlattenArmNote.None"/> unless it was taken.</param>
    public sealed record FlattenArmLooked(FlattenArm Arm, string Shown, FlattenArmNote Note);

    /// <param name="Run">As asked.</param>
    /// <param name="Cooldown">The answer.</param>
    /// <param name="Found">What stood there, at most 64 characters; empty when nothing did.</param>
    /// <param name="AgeMs">Age of what stood there, negative in the future, zero where there is none.</param>
    public sealed record FlattenCooldownAnswered(EventId Run, FlattenCooldown Cooldown, string Found, long AgeMs);
}
