using Trader.Messages;

namespace Trader.Cli.Status;

/// <summary>The emergency stop as Redis has it.</summary>
/// <param name="State">Text of its owner's key; null when absent, which stops entries (S1).</param>
/// <param name="MarkerSet">The documented marker stands.</param>
internal sealed record StopSeen(string? State, bool MarkerSet)
{
    /// <summary>Its owner says clear, and no marker stands.</summary>
    public bool Clear => State == RedisKeys.EssClear && !MarkerSet;

    /// <summary>In the owner's words, else what is known.</summary>
    public string Why => State switch
    {
        null when MarkerSet => $"{RedisKeys.EssActive} is set",
        null => "nobody says clear",
        RedisKeys.EssClear => $"{RedisKeys.EssActive} is set",
        _ when State.StartsWith(EssStop.ActivePrefix, StringComparison.Ordinal) => State[EssStop.ActivePrefix.Length..],
        _ => $"'{State}' is not understood",
    };
}
