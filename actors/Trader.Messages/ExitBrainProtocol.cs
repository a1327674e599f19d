namespace Trader.Messages;

/// <summary>Messages of the exit brain.</summary>
public static class ExitBrainProtocol
{
    /// <summary>Positions have changed: read them now instead of at the next turn of the loop.</summary>
    public sealed record FillLearned;
}
