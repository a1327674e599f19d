namespace Trader.Messages;

/// <summary>The testnet flattener's messages. It is armed through Redis; nobody tells it to flatten.</summary>
public static class FlattenProtocol
{
    /// <summary>
    /// Takes no arm key any more and replies <see cref="Idle"/> when no flatten is running: what a clean stop of the process waits for
    /// (D-F27).
    /// </summary>
    public sealed record StandDown;

    public sealed record Idle;
}
