using System.Globalization;
using Trader.Messages;
using TradePlan = Trader.Messages.Plan;

namespace Trader.Simulation.Gate;

/// <summary>
/// Writes plans: closes and opens as they are documented, the same plan again, other content under an id that was seen, words nobody knows,
/// and no plans at all.
/// </summary>
internal sealed class GateProducer(GateStage stage, PermitWriter permits)
{
    private static readonly string[] Closes = ["FULL_CLOSE_PROPOSED", "FULL_CLOSE_PROPOSED", "PARTIAL_75", "PARTIAL_50", "PARTIAL_25"];
    private static readonly string[] Opens = ["OPEN", "OPEN_LONG", "OPEN_SHORT", "BUY", "SELL"];

    private readonly List<IReadOnlyList<KeyValuePair<string, string>>> sent = [];

    public int Plans { get; private set; }

    public void Add()
    {
        if (!stage.Redis.Available)
        {
            return;
        }

        var fields = stage.Random.NextDouble() switch
        {
            < 0.10 when sent.Count > 0 => Again(),
            < 0.11 => [new("plan_id", NewId()), new("symbol", "not a symbol"), new("action", "OPEN"), new("decision", "EXECUTE")],
            < 0.12 => Fields(NewId(), "SKIP", Opens[0]),
            < 0.14 => Fields(NewId(), "EXECUTE", stage.Chance(0.5) ? "HOLD" : "DOUBLE_DOWN"),
            < 0.50 => Fields(NewId(), "EXECUTE", Opens[stage.Pick(Opens.Length)]),
            < 0.62 => [.. Fields(NewId(), "EXECUTE", stage.Chance(0.5) ? "BUY" : "SELL"), new("reduceOnly", "true")],
            _ => Fields(NewId(), "EXECUTE", Closes[stage.Pick(Closes.Length)]),
        };
        Write(fields);
        if (stage.Chance(0.05))
        {
            // A producer that repeats itself at once.
            Write(fields);
        }
    }

    private void Write(IReadOnlyList<KeyValuePair<string, string>> fields)
    {
        Plans++;
        sent.Add(fields);
        var row = stage.Redis.Plans.Add(fields);
        stage.Checks.Results.Added(row);
        stage.Note("producer", $"adds {row.Id} {string.Join(' ', fields.Select(f => f.Value))}");
        if (PlanWire.TryRead(fields, out TradePlan? plan, out _) && plan.Effect != PlanEffect.Neither)
        {
            permits.OnPlan(plan);
        }

        stage.Redis.Readers.Wake();
    }

    private IReadOnlyList<KeyValuePair<string, string>> Again()
    {
        var before = sent[stage.Pick(sent.Count)];
        return stage.Chance(0.6)
            ? before
            : Fields(PanicWire.Find(before, "plan_id") ?? NewId(), "EXECUTE", stage.Chance(0.5) ? Closes[0] : Opens[1]);
    }

    private List<KeyValuePair<string, string>> Fields(string id, string decision, string action)
    {
        var opens = Opens.Contains(action);
        var held = stage.Exchange.Account.Now;
        var leg = held.Count > 0 && stage.Chance(0.8) ? held[stage.Pick(held.Count)] : null;
        var symbol = leg?.Symbol ?? stage.Exchange.Account.Symbols[stage.Pick(4)];
        List<KeyValuePair<string, string>> fields =
        [
            new("plan_id", id), new("symbol", symbol.Value), new("action", action),
            new("decision", decision), new("side", action == "OPEN" ? stage.Chance(0.5) ? "BUY" : "SELL" : ""),
            new("qty", opens ? Number(stage.Between(0.0005, 6)) : "0.0"), new("source", "simulation"), new("price", "100"),
        ];
        if (stage.Chance(0.95))
        {
            fields.Add(new("kill_score", stage.Chance(0.9) ? "0.2" : "0.7"));
        }

        if (stage.Schedule.Hedge && !opens && stage.Chance(0.7))
        {
            fields.Add(new(OrderDraft.LegField, leg?.IsLong ?? stage.Chance(0.5) ? "LONG" : "SHORT"));
        }

        return fields;
    }

    private string NewId() => stage.Random.NextInt64().ToString("x16", CultureInfo.InvariantCulture);

    private static string Number(double value) => Math.Round((decimal)value, 4).ToString(CultureInfo.InvariantCulture);
}
