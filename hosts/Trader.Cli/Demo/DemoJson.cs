using System.Text.Json;

namespace Trader.Cli.Demo;

/// <summary>The documented shape of <c>demo --json</c> (DESIGN section 9). A time that never came is null.</summary>
internal static class DemoJson
{
    public static byte[] Write(IReadOnlyList<(DrillFacts Facts, DrillVerdict Verdict)> runs)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteStartArray("runs");
            foreach (var (facts, verdict) in runs)
            {
                json.WriteStartObject();
                Number(json, "killToPanicMs", verdict.KillToPanicMs);
                Number(json, "panicToFlatMs", verdict.PanicToFlatMs);
                Number(json, "killToFlatMs", verdict.KillToFlatMs);
                Number(json, "positionsTotal", facts.Completion?.Total);
                Number(json, "positionsClosed", facts.Completion?.Closed);
                Number(json, "positionsFailed", facts.Completion?.Failed);
                json.WriteBoolean("halted", facts.Halted == "true");
                json.WriteBoolean("verifiedFlat", verdict.VerifiedFlat);
                json.WriteBoolean("pass", verdict.Pass);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        bytes.WriteByte((byte)'\n');
        return bytes.ToArray();
    }

    private static void Number(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
