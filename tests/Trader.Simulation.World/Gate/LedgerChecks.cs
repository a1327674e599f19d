using Trader.Messages;

namespace Trader.Simulation.Gate;

/// <summary>P3.3's ledger (X16): every execution is entered once and with its quantity; in the end ledger and exchange are equal.</summary>
internal sealed class LedgerChecks(GateStage stage)
{
    private readonly Dictionary<string, decimal> entered = [];
    private readonly HashSet<Symbol> doubtful = [];

    public int Entries { get; private set; }

    /// <summary>With Redis' memory the ledgers go, and what was entered in them.</summary>
    public void Flushed()
    {
        entered.Clear();
        doubtful.Clear();
        // What was sent and is not entered yet may be in a ledger that begins now, and come on top; or its result is lost.
        doubtful.UnionWith(stage.Checks.Traded);
    }

    /// <summary>
    /// A ledger that begins while an execution is on its way to it may hold it already, and nobody can tell: that happens only where an order
    /// went out before P3.3 was asked about its symbol (no permits needed, or a forged one), and drift is what says so.
    /// </summary>
    public void Begun(Symbol symbol, decimal amount, long askedMs)
    {
        stage.Note("ledger", $"{symbol} begins with {amount} as of {stage.UnixMs - askedMs} ms ago");
        if (stage.Exchange.Orders.Any(o => o.Order.Symbol == symbol && o.Executed > 0 && !entered.ContainsKey(o.VenueId)))
        {
            doubtful.Add(symbol);
        }
    }

    public void Entered(RedisProtocol.EnterFill enter, FillVerdict verdict)
    {
        var order = stage.Exchange.Orders.FirstOrDefault(o => o.VenueId == enter.Fill.OrderId);
        stage.Note("ledger", $"{enter.Symbol} {enter.Fill} {verdict}, after {enter.After}");
        if (verdict is not (FillVerdict.Applied or FillVerdict.NoLedger))
        {
            return;
        }

        Entries++;
        if (order is null || order.Order.Symbol != enter.Symbol || order.Order.Side != enter.Fill.Side)
        {
            stage.Break("X16", $"{enter.Fill} of plan {enter.PlanId} is entered, and the exchange knows no such execution");
        }
        else if (!entered.TryAdd(enter.Fill.OrderId, enter.Fill.Quantity))
        {
            stage.Break("X16", $"{enter.Fill} of plan {enter.PlanId} is entered a second time");
        }
        else if (order.Executed != enter.Fill.Quantity)
        {
            stage.Break("X16", $"{enter.Fill.Quantity} of {enter.Fill.OrderId} is entered, of which {order.Executed} was executed");
        }
        else if (verdict == FillVerdict.Applied && LedgerFacts.TryAmount(enter.Expected ?? "0", out var before)
            && enter.After - before != (order.Order.Side == OrderSide.Buy ? order.Executed : -order.Executed))
        {
            stage.Break("X16", $"the ledger of {enter.Symbol} goes from {enter.Expected} to {enter.After} by {order.Order.Side} {order.Executed}");
        }
    }

    public string? Missing() => !stage.Schedule.RealPositionState ? null
        : stage.Redis.Results.Group(RedisKeys.PositionStateGroup).Open.FirstOrDefault() is { } result ? $"result {result.Id} is not entered"
        : stage.Redis.Plans.Group(RedisKeys.PositionStateGroup).Open.FirstOrDefault() is { } plan ? $"entry {plan.Id} has no answer of P3.3"
        : null;

    public void AtTheEnd()
    {
        // What a read that lagged began with is nobody's to know.
        if (!stage.Schedule.RealPositionState || stage.Schedule.StaleMs > 0)
        {
            return;
        }

        var account = stage.Exchange.Account;
        foreach (var symbol in account.Symbols.Where(s => !doubtful.Contains(s) && !account.Strangers.Contains(s)))
        {
            if (LedgerFacts.TryAmount(stage.Keys.Field(RedisKeys.PositionLedger + symbol, "ledger_amount"), out var ledger)
                && ledger != account.Sum(symbol))
            {
                stage.Break("X16", $"the ledger of {symbol} says {ledger}, the exchange {account.Sum(symbol)}");
            }
        }
    }
}
