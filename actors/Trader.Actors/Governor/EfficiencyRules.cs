using Trader.Messages;

namespace Trader.Actors.Governor;

/// <summary>P3.1: what a permit says of the symbol's capital efficiency. A hint; nothing is refused by it.</summary>
internal static class EfficiencyRules
{
    public static EfficiencyHint Judge(EfficiencySettings settings, GovernorSymbolFacts facts, decimal nowSeconds)
    {
        if (!facts.Efficiency.Readable)
        {
            return None("redis_error");
        }

        if (facts.Efficiency.Number is not { } score || facts.EfficiencyAt.Number is not { } at)
        {
            return None("missing_eff");
        }

        if (nowSeconds - at > (decimal)settings.MaxAge.TotalSeconds)
        {
            return None("stale_eff");
        }

        if (facts.EfficiencyConfidence.Number is not { } confidence || confidence < settings.MinConfidence)
        {
            return None("low_conf");
        }

        score = Math.Clamp(score, 0, 1);
        confidence = Math.Clamp(confidence, 0, 1);
        if (score >= settings.DownsizeBelow)
        {
            return new EfficiencyHint(score, confidence, "ok", 1, 0);
        }

        var extra = (int)Math.Round((1 - score) * (decimal)settings.ExtraCooldown.TotalSeconds);
        return new EfficiencyHint(score, confidence, "ok", Math.Max(settings.MinFactor, score / settings.DownsizeBelow), extra);
    }

    private static EfficiencyHint None(string reason) => new(null, null, reason, 1, 0);
}
