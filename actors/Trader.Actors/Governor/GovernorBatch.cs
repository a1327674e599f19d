using Trader.Messages;

namespace Trader.Actors.Governor;

/// <summary>
/// One batch of plans on its way: facts, judgement, journal, settlement. Plans whose facts changed under them go round again; every step has
/// a number, so that a late answer to an earlier one changes nothing.
/// </summary>
internal sealed class GovernorBatch(RedisProtocol.PlansSeen seen, long round)
{
    /// <summary>A plan whose facts change this often is left to its next delivery.</summary>
    public const int MaxRounds = 5;

    /// <summary>A step that Redis did not answer is repeated so often; then its plans are left to their next delivery.</summary>
    public const int MaxTries = 10;

    public RedisProtocol.PlansSeen Seen => seen;

    /// <summary>What is still to be settled.</summary>
    public IReadOnlyList<RedisProtocol.PlanEntry> Entries { get; private set; } = seen.Entries;

    /// <summary>Number of the step that an answer is awaited for.</summary>
    public long Round { get; private set; } = round;

    public int Rounds { get; private set; } = 1;

    public int Tries { get; set; }

    public GovernorFacts? Facts { get; set; }

    public IReadOnlyList<GovernorJudgement> Judgements { get; set; } = [];

    /// <summary>Number of the journal record that is awaited; 0 when none is.</summary>
    public long JournalSeq { get; set; }

    public RedisProtocol.SettlePlans? Settlement { get; set; }

    /// <summary>Another round for these.</summary>
    public void Again(IReadOnlyList<RedisProtocol.PlanEntry> entries, long number)
    {
        (Entries, Round, Settlement, JournalSeq) = (entries, number, null, 0);
        Rounds++;
    }

    /// <summary>All symbols, and whether a plan wants to open them.</summary>
    public IReadOnlyDictionary<Symbol, bool> Symbols()
    {
        var symbols = new Dictionary<Symbol, bool>();
        foreach (var plan in Entries.OfType<RedisProtocol.PlanSeen>().Select(entry => entry.Plan))
        {
            var opens = plan.Decision == PlanDecision.Execute && plan.Effect == PlanEffect.Opens;
            symbols[plan.Symbol] = symbols.GetValueOrDefault(plan.Symbol) || opens;
        }

        return symbols;
    }
}
