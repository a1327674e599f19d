using System.Text.RegularExpressions;
using Trader.Messages;

namespace Trader.Simulation;

/// <summary>Messages in one short line.</summary>
internal static partial class TraceText
{
    private const int Longest = 170;

    public static string Of(object? message) => message switch
    {
        null => "",
        PanicEntry entry => $"PanicEntry {entry.StreamId} {PanicWire.Find(entry.Fields, "event_id")} redelivered={entry.Redelivered}",
        ExchangeProtocol.PositionsRead read =>
            $"PositionsRead #{read.ReadId}: {string.Join(", ", read.Positions.Select(p => $"{p.Key} {p.Amount}"))}"
            + (read.Unreadable.Count > 0 ? $" + {read.Unreadable.Count} unreadable" : ""),
        ExchangeProtocol.RestingOrdersRead read => $"RestingOrdersRead: {string.Join(", ", read.Symbols)}",
        ExchangeProtocol.SendCloses send => $"SendCloses: {string.Join(", ", send.Orders)}",
        DiskProtocol.Append append =>
            $"Append #{append.Seq} {append.Record.Kind} {PanicWire.Find(append.Record.Fields, "event_id")}",
        LinkProtocol.Announce announce => $"Announce {announce.Event} {Some(announce.Fields)}",
        LinkProtocol.EventSeen seen => $"EventSeen {seen.Peer} {seen.Event} {Some(seen.Fields)}",
        _ => Cut(Blanks().Replace(message.ToString() ?? "", " ")),
    };

    private static string Some(IReadOnlyList<KeyValuePair<string, string>> fields) =>
        Cut(string.Join(' ', fields.Select(f => $"{f.Key}={f.Value}")));

    private static string Cut(string text) => text.Length > Longest ? text[..Longest] + "…" : text;

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
