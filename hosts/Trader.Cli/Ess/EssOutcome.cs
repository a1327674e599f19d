using System.Text;
using System.Text.Json;

namespace Trader.Cli.Ess;

/// <summary>How the stop stands after a verb, as far as it could be seen.</summary>
/// <param name="Active">Entries are refused by this stop, or nobody says that they are not.</param>
/// <param name="Owner">The running owner's own words: its status body; null when none answered.</param>
/// <param name="Latch">Whether the latch file stands; null when it cannot be seen.</param>
/// <param name="Reason">Why it is active; empty when not known or not active.</param>
/// <param name="By">Who made it; empty when not known.</param>
/// <param name="Trouble">What did not work, one line each.</param>
internal sealed record EssOutcome(
    bool Active, JsonElement? Owner, bool? Latch, string LatchPath, string Reason, string By, IReadOnlyList<string> Trouble, int ExitCode)
{
    public string Text()
    {
        var text = new StringBuilder();
        text.Append("ESS Status: ").Append(Active ? "ACTIVE" : "INACTIVE").Append('\n');
        text.Append("Flag file: ").Append(LatchPath).Append(Latch switch { true => "", false => " (not there)", null => " (cannot be seen)" }).Append('\n');
        if (Active)
        {
            text.Append("Reason: ").Append(Reason.Length > 0 ? Reason : "not known").Append('\n');
            text.Append("By: ").Append(By.Length > 0 ? By : "not known").Append('\n');
        }

        text.Append("Owner: ").Append(Owner is null ? "does not answer (apply-layer role); without it every entry is refused" : "running");
        return text.ToString();
    }

    public string Json()
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteBoolean("active", Active);
            json.WriteString("reason", Reason);
            json.WriteString("by", By);
            json.WriteString("latch_path", LatchPath);
            if (Latch is { } latch)
            {
                json.WriteBoolean("latch_present", latch);
            }
            else
            {
                json.WriteNull("latch_present");
            }

            json.WriteStartArray("trouble");
            foreach (var line in Trouble)
            {
                json.WriteStringValue(line);
            }

            json.WriteEndArray();
            json.WritePropertyName("owner");
            if (Owner is { } owner)
            {
                owner.WriteTo(json);
            }
            else
            {
                json.WriteNullValue();
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }
}
