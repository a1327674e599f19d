using Trader.Messages;

namespace Trader.Actors.PanicClose;

/// <summary>What is known of the books of resting orders since the closes went out.</summary>
public enum RestingBooks
{
    /// <summary>Not asked, or what was answered has been overtaken.</summary>
    Unknown,

    Asked,

    /// <summary>The newest question failed, or was answered in part.</summary>
    Unread,

    /// <summary>Orders were found that have not been cancelled in this run yet.</summary>
    Cancelling,

    /// <summary>Nothing rests, or only what has outlived its cancel.</summary>
    Settled,
}

/// <param name="Cancel">Symbols whose orders are to be cancelled now.</param>
/// <param name="Stubborn">Symbols whose orders have outlived their cancel.</param>
public sealed record RestingFinding(IReadOnlyList<Symbol> Cancel, IReadOnlyList<Symbol> Stubborn);

/// <summary>
/// When a read that shows no position proves that the account is flat (S3) and stays so. Three things can open a position behind a read's
/// back: an entry that was let through before the halt was in force, an order that rested and filled, and the exchange's own delay
/// between a fill and the list of positions. Pure: it decides, the actor asks. All times are the run's own, since its start.
/// </summary>
public sealed class FlatProof
{
    /// <summary>How far an exchange's list of positions may lag behind its fills; nobody promises a bound, and this one is generous.</summary>
    public static readonly TimeSpan ReadLag = TimeSpan.FromSeconds(1);

    /// <summary>How long what a brain last said keeps the gate open while a halt cannot be written: three turns of at most one second.</summary>
    public static readonly TimeSpan GateMemory = TimeSpan.FromSeconds(3);

    /// <summary>Two books cost 80 of 2400 request weight a minute: asking with every read would blind the reads of positions.</summary>
    public static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(1);

    private readonly HashSet<Symbol> cancelled = [];
    private IReadOnlyList<string> resting = [];
    private long question;
    private TimeSpan askedAt;
    private TimeSpan settledAt;
    private TimeSpan barredAt = GateMemory;
    private bool clearAtLastLook;
    private bool mayHaveFilled;
    private bool proven;

    public RestingBooks Books { get; private set; }

    /// <summary>A read that is asked from then on can count by its own lateness, if the books are settled by then.</summary>
    public TimeSpan EarliestAsk => Max(barredAt, settledAt) + ReadLag;

    /// <summary>What the books showed while closes were still to be answered; doubt is not clear. It settles nothing.</summary>
    public void Glimpsed(bool clear)
    {
        clearAtLastLook = clear;
        Books = RestingBooks.Unknown;
    }

    /// <summary>The halt stands where entries are asked: what opens a position had happened by now.</summary>
    public void Barred(TimeSpan now) => barredAt = now < barredAt ? now : barredAt;

    /// <summary>What was read of the books says nothing any more: orders have been cancelled, or more closes are going out.</summary>
    public void Overtaken() => Books = RestingBooks.Unknown;

    public bool ShouldAsk(TimeSpan now) => Books switch
    {
        RestingBooks.Unknown => true,
        RestingBooks.Unread => now - askedAt >= AskAgainAfter,
        RestingBooks.Asked or RestingBooks.Cancelling or RestingBooks.Settled => false,
    };

    /// <returns>The number of the question; only the newest one's answer is news.</returns>
    public long Ask(TimeSpan now)
    {
        Books = RestingBooks.Asked;
        askedAt = now;
        return ++question;
    }

    public bool IsNews(long ofQuestion) => Books == RestingBooks.Asked && ofQuestion == question;

    public void Unread() => Books = RestingBooks.Unread;

    /// <summary>Takes in both books, wholly read.</summary>
    public RestingFinding Read(IReadOnlySet<Symbol> symbols, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(symbols);
        var left = symbols.Where(symbol => cancelled.Add(symbol)).Order().ToList();
        // What rests now is trouble until a later look no longer shows it: the run may end before the cancel is answered (X22).
        resting = [.. symbols.Order().Select(symbol => symbol + ":RESTING")];
        // An order that rested at the last look may be gone because it filled.
        mayHaveFilled = !clearAtLastLook;
        clearAtLastLook = symbols.Count == 0;
        Books = left.Count > 0 ? RestingBooks.Cancelling : RestingBooks.Settled;
        settledAt = now;
        return new RestingFinding(left, [.. symbols.Except(left).Order()]);
    }

    /// <summary>
    /// Takes in a read of positions and says whether it proves a flat account. It must have been asked after the books were settled. What it shows is as old as
    /// the exchange may lag, or as young as the newest close whose fill it shows; entries must have been barred by then and, where an
    /// order may have filled unseen, the books settled.
    /// </summary>
    /// <param name="verdict">What the read shows.</param>
    /// <param name="readAskedAt">When the read was asked.</param>
    /// <param name="filledSentAt">When the newest close that filled, and whose position the read no longer shows, was sent; null: none.</param>
    public bool Weigh(ReadVerdict verdict, TimeSpan readAskedAt, TimeSpan? filledSentAt)
    {
        var shownSince = Max(readAskedAt - ReadLag, filledSentAt ?? TimeSpan.MinValue);
        var flat = verdict == ReadVerdict.Flat;
        // What shows a position needs no proof that it is up to date.
        proven = Books == RestingBooks.Settled && readAskedAt >= settledAt
            && (!flat || (shownSince >= barredAt && (!mayHaveFilled || shownSince >= settledAt)));
        return flat && proven;
    }

    /// <summary>What keeps a run that ends now from calling the account flat, as it stands among the failed symbols.</summary>
    public IReadOnlyList<string> Doubts => Books switch
    {
        RestingBooks.Settled or RestingBooks.Cancelling when proven || resting.Count > 0 => resting,
        RestingBooks.Unknown or RestingBooks.Asked or RestingBooks.Unread or RestingBooks.Cancelling or RestingBooks.Settled =>
            [PanicCompletion.RestingUnknown],
    };

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
