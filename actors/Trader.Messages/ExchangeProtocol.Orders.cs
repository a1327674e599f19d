namespace Trader.Messages;

/// <summary>Orders through the gate: the only ones that may add exposure.</summary>
public static partial class ExchangeProtocol
{
    /// <summary>
    /// Sends one order now or not at all: an order that the account's budget has no room for is refused instead of queued, because what the
    /// gate has just checked would be old when its turn comes. Never sent twice (S8). Exactly one <see cref="ApprovedAnswered"/>.
    /// </summary>
    /// <param name="Order">The order.</param>
    /// <param name="NotAfter">
    /// Monotonic timestamp of the process's clock after which its first byte must not leave any more; then it is refused with
    /// <see cref="FaultKind.TooLate"/> and may be handed in again.
    /// </param>
    public sealed record SendApproved(ApprovedOrder Order, long NotAfter);

    /// <param name="Id">The order.</param>
    /// <param name="State">How it stands; <see cref="CloseState.Unknown"/> is looked up with <see cref="FindOrder"/>.</param>
    /// <param name="OrderId">The venue's own id, empty when it gave none.</param>
    /// <param name="Executed">Base units executed as far as known.</param>
    /// <param name="Fault">Set for <see cref="CloseState.Refused"/> and <see cref="CloseState.Unknown"/>, else null.</param>
    public sealed record ApprovedAnswered(
        ClientOrderId Id, CloseState State, string OrderId, decimal Executed, ExchangeFault? Fault);
}
