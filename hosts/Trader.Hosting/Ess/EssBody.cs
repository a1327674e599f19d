using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Trader.Hosting.Http;
using Trader.Messages;

namespace Trader.Hosting.Ess;

/// <summary>Who wants what, from the query or a JSON object; the object wins. Neither is needed: <c>curl -X POST</c> is enough.</summary>
/// <param name="NewState">Only for the override; empty otherwise.</param>
internal sealed record EssBody(EssVia Via, string By, string Reason, string NewState)
{
    private static readonly string[] Who = ["by", "reset_by", "triggered_by", "user"];

    public static bool TryRead(RoleRequest request, [NotNullWhen(true)] out EssBody? body, [NotNullWhen(false)] out string? why)
    {
        var values = new Dictionary<string, string>(request.Query, StringComparer.Ordinal);
        body = null;
        if (!TryRead(request.Body, values, out why))
        {
            return false;
        }

        var by = Who.Select(name => values.GetValueOrDefault(name)).FirstOrDefault(v => !string.IsNullOrWhiteSpace(v)) ?? "api";
        var note = EssNote.Of(0, by, values.GetValueOrDefault("reason"));
        body = new EssBody(
            values.GetValueOrDefault("via") == "cli" ? EssVia.Cli : EssVia.Api, note.By, note.Reason, values.GetValueOrDefault("new_state") ?? "");
        return true;
    }

    private static bool TryRead(ReadOnlyMemory<byte> json, Dictionary<string, string> values, [NotNullWhen(false)] out string? why)
    {
        why = null;
        if (json.IsEmpty)
        {
            return true;
        }

        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 4 });
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                foreach (var property in document.RootElement.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.String))
                {
                    values[property.Name] = property.Value.GetString() ?? "";
                }

                return true;
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Said below: nothing was changed.
        }

        why = "the body is no JSON object";
        return false;
    }
}
