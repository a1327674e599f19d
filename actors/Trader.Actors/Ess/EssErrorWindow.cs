using Trader.Messages;

namespace Trader.Actors.Ess;

/// <summary>
/// Execution errors of the last minutes, by Redis' own clock: entry ids were made with it, so a wrong clock here neither forgets an error
/// nor keeps one. Bounded; null until the stream was read once.
/// </summary>
public sealed class EssErrorWindow(TimeSpan window)
{
    /// <summary>More than any limit that may be configured.</summary>
    public const int Most = 1000;

    private readonly Queue<long> errors = [];

    /// <summary>Id of the last result read; empty before the first.</summary>
    public string After { get; private set; } = "";

    /// <summary>Errors in the window and since the last release; null while unknown.</summary>
    public int? Count { get; private set; }

    /// <param name="releasedAgoMs">Ms since the last release, null for never: older errors were seen by a person.</param>
    public void Read(RedisProtocol.ResultsRead read, long? releasedAgoMs)
    {
        ArgumentNullException.ThrowIfNull(read);
        foreach (var entry in read.Entries)
        {
            After = entry.StreamId;
            if (EssRules.FailedAtExchange(entry.Fields))
            {
                errors.Enqueue(entry.AtMs);
            }
        }

        while (errors.Count > 0 && (errors.Count > Most || read.RedisNowMs - errors.Peek() >= (long)window.TotalMilliseconds))
        {
            errors.Dequeue();
        }

        Count = errors.Count(at => releasedAgoMs is null || read.RedisNowMs - at < releasedAgoMs);
    }
}
