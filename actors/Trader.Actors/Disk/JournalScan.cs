using System.Globalization;
using System.Text;

namespace Trader.Actors.Disk;

/// <summary>What a journal held when it was opened.</summary>
/// <param name="Segment">The segment to go on in, 0 when there is none.</param>
/// <param name="End">Bytes of it that count.</param>
/// <param name="Damage">Null when everything was whole.</param>
/// <param name="NewDamage">The damaged places when no segment's first record names them yet, else null.</param>
internal sealed record JournalScan(
    int Segment, long End, ChainHash Hash, long Seq, JournalRepair Repair, string? Damage, string? NewDamage)
{
    /// <summary>Reads everything, fills the index.</summary>
    /// <exception cref="IOException">The disk did not answer.</exception>
    public static JournalScan Run(string dir, JournalIndex index)
    {
        using var walk = new JournalWalk(dir);
        var faults = new List<JournalPlace>();
        JournalPlace? last = null;
        var noted = string.Empty;
        while (walk.TryNext(out var place))
        {
            last = place;
            if (place.Fault != RecordFault.None)
            {
                faults.Add(place);
            }

            if (place.Kind.Length > 0)
            {
                index.Add(place.Kind, place.Segment, place.Offset, place.Length);
            }

            if (place.Kind == SegmentOpener.Kind && JournalPayload.TryRead(walk.Payload.Span, out _, out var record)
                && SegmentOpener.From(record) is { Cause: SegmentOpener.DamageCause } opener)
            {
                noted = opener.Damage;
            }
        }

        var (end, torn) = (walk.Offset, walk.TailBytes);
        if (torn == 0 && last is { Fault: RecordFault.BadHeader or RecordFault.BadLength or RecordFault.BadChecksum })
        {
            // A last line that is complete but wrong was never acknowledged either, as far as anyone can tell.
            faults.RemoveAt(faults.Count - 1);
            (end, torn) = (last.Offset, last.Length);
        }

        var places = Places(faults);
        return new JournalScan(
            walk.Segment, end, walk.Hash, walk.Seq, new JournalRepair(walk.Segment, end, torn, walk.UnbornSegment),
            faults.Count == 0 ? null : string.Create(CultureInfo.InvariantCulture,
                $"{faults.Count} damaged places in {dir}, the first in {At(faults[0])}: {faults[0].Why}"),
            faults.Count == 0 || places == noted ? null : places);
    }

    private static string Places(List<JournalPlace> faults)
    {
        var text = new StringBuilder();
        foreach (var fault in faults)
        {
            var at = At(fault);
            if (text.Length + at.Length + 2 > SegmentOpener.MaxDamageLength)
            {
                break;
            }

            text.Append(text.Length == 0 ? string.Empty : "; ").Append(at);
        }

        return text.ToString();
    }

    private static string At(JournalPlace place) => string.Create(
        CultureInfo.InvariantCulture, $"{JournalPaths.Segment(place.Segment)} at {place.Offset}");
}
