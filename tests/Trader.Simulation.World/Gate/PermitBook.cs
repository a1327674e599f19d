using System.Text.Json;
using Trader.Messages;

namespace Trader.Simulation.Gate;

/// <summary>What a permit that was written really allows.</summary>
/// <param name="Symbol">Null for any: the key names the plan.</param>
/// <param name="ActionText">Null for any.</param>
/// <param name="Limit">Base units; null for none.</param>
internal sealed record PermitTruth(bool Allows, Symbol? Symbol, string? ActionText, decimal? Limit, double BornMs);

/// <summary>Every text that was written under a permit's key, with what it is worth by the one who wrote it and not by who reads it.</summary>
internal sealed class PermitBook(GateStage stage)
{
    private const double LongestLifeMs = 60_000;

    private readonly Dictionary<(string Key, string Text), PermitTruth> written = [];

    public void Wrote(string key, string text, PermitTruth truth) => written[(key, text)] = truth;

    /// <summary>P3.3 itself wrote it.</summary>
    public void Judged(string key, string text)
    {
        using var json = JsonDocument.Parse(text);
        var root = json.RootElement;
        var allows = root.GetProperty("allow").GetBoolean();
        Wrote(key, text, new PermitTruth(
            allows, Symbol.TryParse(root.GetProperty("symbol").GetString(), out var symbol) ? symbol : null,
            root.GetProperty("action").GetString(), allows ? root.GetProperty("safe_qty").GetDecimal() : null, stage.NowMs));
    }

    /// <summary>Why this text does not allow this order for this plan; null when it does.</summary>
    public string? Fault(string key, string text, OrderDraft draft, string actionText)
    {
        if (!written.TryGetValue((key, text), out var truth))
        {
            return $"nobody wrote {text} under {key}";
        }

        return !truth.Allows ? $"{key} allows nothing: {text}"
            : truth.Symbol is { } symbol && symbol != draft.Symbol ? $"{key} is for {symbol}"
            : truth.ActionText is { } action && action != actionText ? $"{key} is for {action}"
            : truth.Limit is { } limit && draft.Quantity > limit ? $"{key} allows {limit}"
            : stage.NowMs - truth.BornMs > LongestLifeMs + stage.Schedule.MostClockErrorMs ? $"{key} is old"
            : null;
    }
}
