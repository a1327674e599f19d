namespace Trader.Messages;

/// <summary>Messages of the order gate. Plans come over Redis and over nothing else.</summary>
public static class ApplyLayerProtocol
{
    /// <summary>Reply: <see cref="Readiness"/>.</summary>
    public sealed record GetReadiness;

    /// <param name="Why">Why the gate cannot let anything pass; empty when it can.</param>
    public sealed record Readiness(IReadOnlyList<string> Why);
}
