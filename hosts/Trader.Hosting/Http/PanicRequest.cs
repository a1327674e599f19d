using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Trader.Messages;

namespace Trader.Hosting.Http;

/// <summary>
/// The body of <c>POST /panic-close</c>: one flat JSON object with the five trigger fields. It only becomes an entry
/// here; whether it is believed (issuer, age) is the worker's decision, so that every refusal is audited in one place
/// (S9, E44).
/// </summary>
public static class PanicRequest
{
    public const int MaxBytes = 4096;

    private static readonly string[] Fields = ["event_id", "reason", "severity", "issued_by", "ts"];

    public static bool TryRead(
        ReadOnlyMemory<byte> body, [NotNullWhen(true)] out PanicEntry? entry, [NotNullWhen(false)] out string? why)
    {
        entry = null;
        const string noObject = "the body is no JSON object";
        why = noObject;
        var found = new List<KeyValuePair<string, string>>();
        try
        {
            using var json = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 2 });
            if (json.RootElement.ValueKind != JsonValueKind.Object)
            {
                return false;
            }

            foreach (var property in json.RootElement.EnumerateObject())
            {
                var value = property.Value.ValueKind switch
                {
                    JsonValueKind.String => property.Value.GetString(),
                    JsonValueKind.Number => property.Value.GetRawText(),
                    _ => null,
                };
                why = value is null ? $"{property.Name} is neither text nor a number"
                    : !Fields.Contains(property.Name) ? $"{property.Name} is no field of a trigger"
                    : found.Any(f => f.Key == property.Name) ? $"{property.Name} stands twice"
                    : null;
                if (why is not null)
                {
                    return false;
                }

                found.Add(new(property.Name, value!));
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The second is how the parser speaks of text that is no UTF-16, such as half a surrogate pair.
            why = noObject;
            return false;
        }

        var missing = Fields.Where(name => found.All(f => f.Key != name)).ToList();
        if (missing.Count > 0)
        {
            why = "missing: " + string.Join(", ", missing);
            return false;
        }

        if (!EventId.TryParse(PanicWire.Find(found, "event_id"), out _))
        {
            why = $"event_id is not 1 to {EventId.MaxLength} printable characters";
            return false;
        }

        entry = new PanicEntry("", found, Redelivered: false);
        why = null;
        return true;
    }
}
