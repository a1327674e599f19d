namespace Trader.Actors.Watchdog;

/// <summary>
/// Tells a heartbeat that Redis held up from one that was said just now. The stream keeps the order in which the brain spoke, so what
/// stands in it before the link's newest heartbeat is older, and what stands behind is newer, whatever the brain's clock says meanwhile:
/// a clock that was set changes nothing (DESIGN section 4). All times are the publisher's, in Unix ms, compared only with each other.
/// </summary>
internal sealed class HeardBeats
{
    private const int RememberedTimes = 16;

    /// <summary>A heartbeat that Redis held up is at most this much older than what the link brought; more is a clock that was set.</summary>
    private const long LatestCopyMs = 30_000;

    private readonly Queue<long> linkTimes = new();
    private long? newestByLink;
    private long? lastInStream;

    /// <summary>The stream has been read beyond the link's newest heartbeat: what comes now was said later.</summary>
    private bool streamIsPast;

    public void ByLink(long tsMs)
    {
        newestByLink = tsMs;
        streamIsPast = lastInStream == tsMs;
        linkTimes.Enqueue(tsMs);
        if (linkTimes.Count > RememberedTimes)
        {
            linkTimes.Dequeue();
        }
    }

    /// <summary>Takes in the stream's next entry, in the stream's order.</summary>
    /// <returns>False when it came by the link already, or was said before what did.</returns>
    public bool InStream(long tsMs)
    {
        // Held up or not, the stream's times rise. One that falls shows a clock that was set back, and no copy behind that is old.
        streamIsPast |= tsMs >= newestByLink || tsMs < lastInStream;
        lastInStream = tsMs;
        return !linkTimes.Contains(tsMs)
            && (streamIsPast || newestByLink is not { } newest || newest - tsMs > LatestCopyMs);
    }
}
