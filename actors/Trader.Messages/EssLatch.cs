namespace Trader.Messages;

/// <summary>The emergency stop's latch file as this node's disk shows it.</summary>
/// <param name="Path">Where it was looked for.</param>
/// <param name="Present">Something stands there: a file, a directory, a dangling link; what is in it does not matter.</param>
/// <param name="Doubt">Why the look itself failed; empty when it did not.</param>
public sealed record EssLatch(string Path, bool Present, string Doubt)
{
    /// <summary>Doubt counts as present (S1).</summary>
    public bool Engaged => Present || Doubt.Length > 0;
}
