using System.Text.Json;

namespace Trader.Actors.Ess;

/// <summary>The <c>status</c> words in the <c>steps_results</c> of a result (apply-layer contract 1.7): a JSON array of objects.</summary>
internal static class EssStepStatuses
{
    /// <summary>A plan has a handful of steps.</summary>
    private const int MaxSteps = 64;

    /// <summary>Lower case; empty for text that is no such list.</summary>
    public static IReadOnlyList<string> Read(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 16 });
            return document.RootElement.ValueKind != JsonValueKind.Array
                ? []
                : [.. document.RootElement.EnumerateArray().Take(MaxSteps).Select(Status)];
        }
        catch (JsonException)
        {
            return [];
        }
        catch (InvalidOperationException)
        {
            // How the parser speaks of text that is no UTF-16.
            return [];
        }
    }

    private static string Status(JsonElement step) =>
        step.ValueKind == JsonValueKind.Object && step.TryGetProperty("status", out var status) && status.ValueKind == JsonValueKind.String
            ? status.GetString()?.ToLowerInvariant() ?? ""
            : "";
}
