using Akka.Actor;
using Trader.Messages;

namespace Trader.Gate.Embedded;

/// <summary>The gate of this very process: the same messages as over HTTP, without the wire.</summary>
public sealed class InProcessOrderGate : IOrderGate
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly HandedIn handedIn = new();
    private readonly Func<IActorRef?> desk;
    private readonly TimeSpan wait;

    /// <param name="desk">The intent desk; null while it is not there. Asked anew for every call.</param>
    /// <param name="wait">How long a call waits for a result, zero to ten seconds; null: three seconds.</param>
    public InProcessOrderGate(Func<IActorRef?> desk, TimeSpan? wait = null)
    {
        ArgumentNullException.ThrowIfNull(desk);
        this.desk = desk;
        this.wait = wait ?? TimeSpan.FromSeconds(3);
        ArgumentOutOfRangeException.ThrowIfLessThan(this.wait, TimeSpan.Zero, nameof(wait));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(this.wait, IntentProtocol.MaxWait, nameof(wait));
    }

    public async ValueTask<GateVerdict> SubmitAsync(OrderIntent intent, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(intent);
        cancel.ThrowIfCancellationRequested();
        var plan = intent.Id.Plan;
        return handedIn.Judge(intent, desk() is { } running
            ? await Ask(running, new IntentProtocol.Submit(intent, wait), plan, cancel).ConfigureAwait(false)
            : new GateVerdict.NotSubmitted(plan, NotSubmittedReason.GateUnreachable, "the gate of this process does not run"));
    }

    public ValueTask<GateVerdict> VerdictAsync(PlanId plan, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        cancel.ThrowIfCancellationRequested();
        return desk() is { } running
            ? Ask(running, new IntentProtocol.GetVerdict(plan, wait), plan, cancel)
            : ValueTask.FromResult<GateVerdict>(new GateVerdict.Pending(plan, "the gate of this process does not run"));
    }

    private async ValueTask<GateVerdict> Ask(IActorRef running, object question, PlanId plan, CancellationToken cancel)
    {
        try
        {
            return await running.Ask<GateVerdict>(question, wait + Patience, cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (e is AskTimeoutException or OperationCanceledException)
        {
            return new GateVerdict.Pending(plan, "no answer of the gate was waited for any longer");
        }
    }
}
