using Trader.Messages;

namespace Trader.Actors.ExitBrain;

/// <param name="NewExits">Exits decided in this turn that were not pending before.</param>
/// <param name="SeenClosed">Pending exits whose position the exchange no longer shows.</param>
/// <param name="Unguarded">Positions that no rule could judge.</param>
public sealed record Turn(
    IReadOnlyList<ExitDecision> NewExits, IReadOnlyList<PositionKey> SeenClosed, IReadOnlyList<string> Unguarded);

/// <summary>The brain's view of the account, renewed by every read; an unreadable row counts as an open position (S3).</summary>
public sealed class PositionBook(ExitRuleSettings settings)
{
    private readonly Dictionary<PositionKey, ExitRule> pending = [];
    private Dictionary<PositionKey, PositionMemory> memories = [];

    public int OpenPositions { get; private set; }

    public int PendingExits => pending.Count;

    public Turn Judge(ExchangeProtocol.PositionsRead read, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(read);
        var unguarded = read.Unreadable.Select(row => row.Symbol).ToList();
        var exits = new List<ExitDecision>();
        var next = new Dictionary<PositionKey, PositionMemory>(read.Positions.Count);
        foreach (var position in read.Positions)
        {
            if (!ExitRules.CanJudge(position))
            {
                unguarded.Add(position.Key.ToString());
                continue;
            }

            var memory = PositionMemory.Of(position, memories.GetValueOrDefault(position.Key), now);
            next[position.Key] = memory;
            if (ExitRules.Decide(position, memory, now, settings) is { } decision && Note(decision))
            {
                exits.Add(decision);
            }
        }

        OpenPositions = read.Positions.Count + read.Unreadable.Count;
        memories = next;
        var open = read.Positions.Select(p => p.Key).ToHashSet();
        var closed = pending.Keys.Where(key => !open.Contains(key)).Order().ToList();
        foreach (var key in closed)
        {
            pending.Remove(key);
        }

        return new Turn(exits, closed, unguarded);
    }

    /// <summary>False while the same exit is pending: an intent is recorded once, not once a second.</summary>
    private bool Note(ExitDecision decision)
    {
        var known = pending.TryGetValue(decision.Position.Key, out var rule) && rule == decision.Rule;
        pending[decision.Position.Key] = decision.Rule;
        return !known;
    }
}
