using Trader.Messages;
using TradePlan = Trader.Messages.Plan;

namespace Trader.Simulation.Gate;

/// <summary>One entry of the plan stream, and what was said about it.</summary>
internal sealed class EntryFacts(string id, TradePlan? plan)
{
    public string Id => id;

    /// <summary>Null for an entry that is no plan.</summary>
    public TradePlan? Plan => plan;

    public List<PlanResult> Finals { get; } = [];

    public bool SaidUnknown { get; set; }
}

/// <summary>Every entry ends in exactly one final result, none is acknowledged without one, and a result says what the exchange executed.</summary>
internal sealed class ResultChecks(GateStage stage)
{
    private readonly Dictionary<string, EntryFacts> entries = [];
    private readonly Dictionary<string, TradePlan> plans = [];

    public int Finals { get; private set; }

    public int Unknowns { get; private set; }

    public void Added(StreamRow row)
    {
        if (PlanWire.TryRead(row.Fields, out var plan, out _))
        {
            plans[row.Id] = plan;
        }

        entries[row.Id] = new EntryFacts(row.Id, plan);
    }

    /// <summary>What an entry asks for, also one that Redis has forgotten and a gate has not.</summary>
    public TradePlan? PlanOf(string entry) => plans.GetValueOrDefault(entry);

    /// <summary>The stream is gone with its results: nobody answers for what was in it.</summary>
    public void Flushed() => entries.Clear();

    public void Published(GateConnection by, PlanOutcome outcome)
    {
        var entry = outcome.StreamId ?? outcome.Key.Split('.')[0];
        if (!entries.TryGetValue(entry, out var facts))
        {
            // Its plan went with Redis' memory, its result did not.
            return;
        }

        if (outcome.StreamId is null)
        {
            Unknowns++;
            if (facts.Finals.Count > 0)
            {
                stage.Break("X20", $"{by.Node} says that the outcome of {entry} is unknown after the final result");
            }

            facts.SaidUnknown = true;
            return;
        }

        Finals++;
        facts.Finals.Add(outcome.Result);
        if (facts.Finals.Count > 1)
        {
            stage.Break("X20", $"{by.Node} says {Say(outcome.Result)} of {entry}, of which {Say(facts.Finals[0])} was said");
        }
    }

    /// <summary>S10: what is acknowledged has its result.</summary>
    public void Acknowledged(GateConnection by, string entry)
    {
        if (entries.TryGetValue(entry, out var facts) && facts.Finals.Count == 0)
        {
            stage.Break("S10", $"{by.Node} acknowledges {entry} without a result");
        }
    }

    /// <summary>What is still to come; null when all has.</summary>
    public string? Missing()
    {
        if (stage.Redis.Plans.Group(RedisKeys.GateGroup).Open.FirstOrDefault() is { } open)
        {
            return $"entry {open.Id} is not acknowledged by the gate";
        }

        return entries.Values.FirstOrDefault(e => e.Finals.Count == 0) is { } left ? $"entry {left.Id} has no final result" : null;
    }

    /// <summary>X15: a result says executed if, and as much as, the exchange executed for its taking.</summary>
    public void AtTheEnd()
    {
        foreach (var facts in entries.Values.Where(e => e.Plan is not null && e.Finals.Count > 0))
        {
            var takings = stage.Checks.Takings(facts.Plan!.Id);
            if (takings.Count > 1)
            {
                // Redis forgot one in between, and the same id was traded twice: the exchange's answer cannot be told apart.
                continue;
            }

            var own = takings.Any(t => t.Asked.Record.StreamId == facts.Id);
            var executed = own ? stage.Exchange.Find(facts.Plan.Id)?.Executed ?? 0 : 0;
            var result = facts.Finals[0];
            if (result.Executed != executed > 0 || result.Steps.Sum(s => s.Order?.Executed ?? 0) != executed)
            {
                stage.Break("X15", $"of {facts.Id} (plan {facts.Plan.Id}) {Say(result)} was said, and {executed} was executed");
            }
        }
    }

    private static string Say(PlanResult result) =>
        $"{result.Decision} {(result.Executed ? "executed" : "not executed")} {result.Error} {string.Join(',', result.Steps.Select(s => s.Order?.Executed))}";
}
