using Trader.Messages;

namespace Trader.Gate;

/// <summary>
/// The order gate as a strategy sees it: an intent in, the gate's verdict out. In process or over HTTP it is the same gate with the same
/// permits, switch and stops; there is no way around them (S6).
/// </summary>
public interface IOrderGate
{
    /// <summary>
    /// Hands in an intent and waits a while for its verdict. Handing in the same intent again is the same plan and never a second order, so
    /// that is what to do after a crash, a timeout, or <see cref="GateVerdict.NotSubmitted"/>. What this object was told of an intent
    /// stands when handing it in again fails: what was final stays so, and what was not stays <see cref="GateVerdict.Pending"/>.
    /// </summary>
    /// <param name="cancel">
    /// Cancelled before anything was sent, it throws; afterwards it ends the waiting, and the verdict is <see cref="GateVerdict.Pending"/>:
    /// the plan may go on.
    /// </param>
    /// <exception cref="OperationCanceledException">Nothing was sent.</exception>
    ValueTask<GateVerdict> SubmitAsync(OrderIntent intent, CancellationToken cancel = default);

    /// <summary>What has become of a plan by now. Never <see cref="GateVerdict.NotSubmitted"/>: who cannot ask knows nothing new.</summary>
    ValueTask<GateVerdict> VerdictAsync(PlanId plan, CancellationToken cancel = default);
}
