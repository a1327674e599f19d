using System.Globalization;
using Trader.Messages;

namespace Trader.Exchange.Tests;

/// <summary>Plans and passes to test with: here a test plays the gate's atomic step.</summary>
internal static class Approved
{
    public static readonly MarketLot Lot = new(0.001m, 1000m, 0.001m) { MinNotional = 5m };

    public static Plan Plan(string id = "97367696615fa75a", string action = "FULL_CLOSE_PROPOSED", params (string Name, string Value)[] more)
    {
        KeyValuePair<string, string>[] fields =
        [
            new("plan_id", id), new("symbol", "BTCUSDT"), new("decision", "EXECUTE"), new("action", action),
            .. more.Select(f => new KeyValuePair<string, string>(f.Name, f.Value)),
        ];
        Assert.True(PlanWire.TryRead(fields, out var plan, out var fault), fault.ToString());
        return plan;
    }

    public static ApprovedOrder Reduce(decimal held, string id = "p1", PositionSide side = PositionSide.Both)
    {
        var draft = OrderDraft.Close(Plan(id), [Venue.Position("BTCUSDT", held, side)], null, Lot, out var fault);
        Assert.True(draft is not null, fault.ToString());
        return ApprovedOrder.From(new GatePass(draft, bypass: false));
    }

    public static ApprovedOrder Open(decimal quantity, string id = "p1", string side = "BUY", bool hedge = false)
    {
        var plan = Plan(id, "OPEN", ("side", side), ("qty", quantity.ToString(CultureInfo.InvariantCulture)), ("reduceOnly", "false"));
        var draft = OrderDraft.Open(plan, hedge, [], [], Lot, out var fault);
        Assert.True(draft is not null, fault.ToString());
        return ApprovedOrder.From(new GatePass(draft, bypass: false));
    }
}
