using Trader.Messages;

namespace Trader.Actors.ApplyLayer;

/// <summary>
/// Which positions the gate may size an order by. A reading is as old as its beginning; it counts for a symbol only if it began after our
/// last order there had ended, and it proves a symbol flat only if it began after the plan was seen: a plan may follow a fill by
/// milliseconds (S3, S5).
/// </summary>
public sealed class PositionSight(TimeSpan maxAge, TimeSpan readEvery)
{
    /// <summary>Reads that may follow at once after a quiet while: the second plan of a symbol does not wait for the pace.</summary>
    private const int Burst = 4;

    private readonly Dictionary<Symbol, TimeSpan> touched = [];
    private ILookup<Symbol, Position>? held;
    private HashSet<string> unreadable = [];
    private TimeSpan beganAt;
    private TimeSpan startedAt;
    private TimeSpan? paidUntil;
    private bool reading;

    /// <summary>Why the last read failed; empty when it did not.</summary>
    public string Trouble { get; private set; } = "not read yet";

    /// <summary>The read that is on its way.</summary>
    public long ReadId { get; private set; }

    /// <summary>No read is on its way, and they have not been more frequent than they may be.</summary>
    public bool MayBegin(TimeSpan now) => !reading && (paidUntil is not { } paid || paid - now <= (Burst - 1) * readEvery);

    /// <summary>What is known will be too old before the next read could be there, if nobody asks now.</summary>
    public bool IsAging(TimeSpan now) => held is null || now - beganAt >= maxAge / 2;

    /// <summary>A read begins now.</summary>
    public void Begin(TimeSpan now)
    {
        (reading, startedAt) = (true, now);
        paidUntil = (paidUntil is { } paid && paid > now ? paid : now) + readEvery;
        ReadId++;
    }

    /// <summary>False for an answer to an older question.</summary>
    public bool Read(ExchangeProtocol.PositionsRead read)
    {
        ArgumentNullException.ThrowIfNull(read);
        if (!reading || read.ReadId != ReadId)
        {
            return false;
        }

        reading = false;
        held = read.Positions.ToLookup(p => p.Symbol);
        unreadable = read.Unreadable.Select(row => row.Symbol).ToHashSet(StringComparer.Ordinal);
        beganAt = startedAt;
        Trouble = "";
        return true;
    }

    public void Failed(long readId, string why)
    {
        if (reading && readId == ReadId)
        {
            reading = false;
            Trouble = why;
        }
    }

    /// <summary>An order of ours ended, or may have: what was read before says nothing about the symbol any more.</summary>
    public void Touch(Symbol symbol, TimeSpan now) => touched[symbol] = now;

    /// <summary>The symbol's legs, empty for a proven flat; null when nothing that counts is known.</summary>
    public IReadOnlyList<Position>? Legs(Symbol symbol, TimeSpan planSeenAt, TimeSpan now)
    {
        if (held is null || now - beganAt > maxAge || (touched.TryGetValue(symbol, out var at) && beganAt <= at)
            || unreadable.Contains(symbol.Value) || unreadable.Contains("?"))
        {
            return null;
        }

        Position[] legs = [.. held[symbol]];
        return legs.Length > 0 || beganAt >= planSeenAt ? legs : null;
    }
}
