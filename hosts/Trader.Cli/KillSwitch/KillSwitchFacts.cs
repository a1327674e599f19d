using System.Globalization;
using System.Text;
using System.Text.Json;
using Trader.Messages;

namespace Trader.Cli.KillSwitch;

/// <param name="Node">The gate's node name.</param>
/// <param name="AgeMs">Since it last said anything, by Redis' clock.</param>
internal sealed record GateSaid(string Node, GateReport Report, long AgeMs);

/// <summary>The switch and the gates as one look at Redis shows them.</summary>
/// <param name="Seen">The switch.</param>
/// <param name="Record">What the last <c>kill-switch on|off</c> left behind; fields value, since, by, reason.</param>
/// <param name="Gates">Every gate that ever reported.</param>
internal sealed record KillSwitchFacts(
    KillSwitchSeen Seen, IReadOnlyList<KeyValuePair<string, string>> Record, IReadOnlyList<GateSaid> Gates)
{
    /// <summary>A gate that lives says so every second; one that is silent for this long is gone.</summary>
    public const long GoneAfterMs = 10_000;

    private const string Unknown = "unknown";

    /// <summary>The record is about the value that stands there; else somebody wrote it past this command.</summary>
    private bool Ours => Seen.Text is not null && PanicWire.Find(Record, "value") == Seen.Text;

    public string Since => Ours && long.TryParse(PanicWire.Find(Record, "since"), NumberStyles.None, CultureInfo.InvariantCulture, out var ms)
        ? DateTimeOffset.FromUnixTimeMilliseconds(ms).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
        : Unknown;

    public string By => Ours ? PanicWire.Find(Record, "by") ?? Unknown : Unknown;

    public string Reason => Ours ? PanicWire.Find(Record, "reason") ?? "" : "";

    public IEnumerable<GateSaid> Live => Gates.Where(gate => gate.AgeMs < GoneAfterMs);

    /// <summary>
    /// What is still to be waited for after the switch was turned on, one line per gate; empty when every gate that may be alive has said,
    /// after that moment, that it sees the switch on and has nothing in flight.
    /// </summary>
    /// <param name="setAtMs">When the switch was turned on, by Redis' clock.</param>
    public IReadOnlyList<string> NotDrained(long setAtMs) =>
    [
        .. Live.Where(gate => gate.Report.AtMs < setAtMs || !gate.Report.KillSwitchOn || gate.Report.InFlight > 0).Select(gate =>
            gate.Report.AtMs < setAtMs || !gate.Report.KillSwitchOn
                ? $"{gate.Node} has not seen it yet ({gate.AgeMs} ms silent)"
                : $"{gate.Node} has {gate.Report.InFlight} in flight"),
    ];

    public string Line => Seen.IsOn
        ? $"kill switch: ON (value {Seen.Shown}) since {Since} by {By}{(Reason.Length > 0 ? ": " + Reason : "")}"
        : $"kill switch: off (value {Seen.Shown}) since {Since} by {By}";

    public string Json(bool? drained)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteBoolean("on", Seen.IsOn);
            json.WriteString("value", Seen.Shown);
            json.WriteString("since", Since);
            json.WriteString("by", By);
            json.WriteString("reason", Reason);
            if (drained is { } done)
            {
                json.WriteBoolean("drained", done);
            }

            json.WriteStartArray("gates");
            foreach (var gate in Live)
            {
                json.WriteStartObject();
                json.WriteString("node", gate.Node);
                json.WriteBoolean("sees_on", gate.Report.KillSwitchOn);
                json.WriteNumber("in_flight", gate.Report.InFlight);
                json.WriteNumber("age_ms", gate.AgeMs);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }
}
