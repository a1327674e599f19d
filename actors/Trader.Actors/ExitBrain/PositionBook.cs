using Trader.Messages;

namespace Trader.Actors.ExitBrain;

/// <param name="NewExits">Exits decided in this turn that were not pending before.</param>
/// <param name="SeenClosed">Pending exits whose position the exchange no longer shows.</param>
/// <param name="Unguarded">Positions that no rule could judge.</param>
/// <param name="Wanted">Every exit that this turn decided, pending ones included.</param>
public sealed record Turn(
    IReadOnlyList<ExitDecision> NewExits, IReadOnlyList<PositionKey> SeenClosed, IReadOnlyList<string> Unguarded,
    IReadOnlyList<ExitDecision> Wanted);

/// <summary>The brain's view of the account, renewed by every read; an unreadable row counts as an open position (S3).</summary>
public sealed class PositionBook(ExitRuleSettings settings)
{
    /// <summary>An exit that is pending for longer is not being executed by anyone, and a person must know.</summary>
    private static readonly TimeSpan OverdueAfter = TimeSpan.FromSeconds(10);

    private readonly Dictionary<PositionKey, (ExitRule Rule, TimeSpan Since)> pending = [];
    private Dictionary<PositionKey, PositionMemory> memories = [];

    public int OpenPositions { get; private set; }

    public int PendingExits => pending.Count;

    public Turn Judge(ExchangeProtocol.PositionsRead read, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(read);
        var unguarded = read.Unreadable.Select(row => row.Symbol).ToList();
        var exits = new List<ExitDecision>();
        var wanted = new List<ExitDecision>();
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
            if (ExitRules.Decide(position, memory, now, settings) is not { } decision)
            {
                // The price came back before anyone acted: there is nothing left to execute.
                pending.Remove(position.Key);
            }
            else
            {
                wanted.Add(decision);
                if (Note(decision, now))
                {
                    exits.Add(decision);
                }
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

        return new Turn(exits, closed, unguarded, wanted);
    }

    /// <summary>Positions whose exit was decided a while ago and that are still open.</summary>
    public IReadOnlyList<PositionKey> OverdueExits(TimeSpan now) =>
        pending.Where(exit => now - exit.Value.Since > OverdueAfter).Select(exit => exit.Key).Order().ToList();

    /// <summary>False while the same exit is pending: an intent is recorded once, not once a second.</summary>
    private bool Note(ExitDecision decision, TimeSpan now)
    {
        var key = decision.Position.Key;
        var known = pending.TryGetValue(key, out var before);
        pending[key] = (decision.Rule, known ? before.Since : now);
        return !known || before.Rule != decision.Rule;
    }
}
