using System.Globalization;
using Trader.Messages;

namespace Trader.Actors.ExitBrain;

/// <summary>Why a position should be closed, in order of evaluation: the nearest danger first.</summary>
public enum ExitRule
{
    LiquidationDistance,
    StopLoss,
    TrailingStop,
    TakeProfit,
    MaximumHold,
}

/// <param name="Position">The position as it was judged.</param>
/// <param name="Rule">Which rule.</param>
/// <param name="Text">The numbers that decided.</param>
public sealed record ExitDecision(Position Position, ExitRule Rule, string Text);

/// <summary>What the brain remembers of an open position between two reads. It is relearned after a restart.</summary>
/// <param name="FirstSeen">Monotonic time at which this brain first saw the position.</param>
/// <param name="BestMark">The most favourable mark price since then, quote currency.</param>
public sealed record PositionMemory(TimeSpan FirstSeen, decimal BestMark)
{
    public static PositionMemory Of(Position position, PositionMemory? before, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(position);
        if (before is null)
        {
            return new PositionMemory(now, position.MarkPrice);
        }

        var best = position.IsLong
            ? Math.Max(before.BestMark, position.MarkPrice)
            : Math.Min(before.BestMark, position.MarkPrice);
        return before with { BestMark = best };
    }
}

/// <summary>The exit rules: facts in, at most one decision out. All arithmetic is decimal (S13).</summary>
public static class ExitRules
{
    /// <summary>False when the exchange did not say what the rules need: such a position is not guarded, and the brain is degraded.</summary>
    public static bool CanJudge(Position position)
    {
        ArgumentNullException.ThrowIfNull(position);
        return position is { EntryPrice: > 0, MarkPrice: > 0 };
    }

    public static ExitDecision? Decide(Position position, PositionMemory memory, TimeSpan now, ExitRuleSettings settings)
    {
        ArgumentNullException.ThrowIfNull(position);
        ArgumentNullException.ThrowIfNull(memory);
        ArgumentNullException.ThrowIfNull(settings);
        var sign = position.IsLong ? 1m : -1m;
        var gain = sign * (position.MarkPrice - position.EntryPrice) / position.EntryPrice * 100m;
        var bestGain = sign * (memory.BestMark - position.EntryPrice) / position.EntryPrice * 100m;
        var fall = memory.BestMark > 0 ? sign * (memory.BestMark - position.MarkPrice) / memory.BestMark * 100m : 0m;
        var distance = Math.Abs(position.MarkPrice - position.LiquidationPrice) / position.MarkPrice * 100m;
        var held = now - memory.FirstSeen;

        if (position.LiquidationPrice > 0 && distance <= settings.LiquidationDistancePercent)
        {
            return Exit(ExitRule.LiquidationDistance, $"distance {Pct(distance)} <= {Pct(settings.LiquidationDistancePercent)}");
        }

        if (-gain >= settings.StopLossPercent)
        {
            return Exit(ExitRule.StopLoss, $"loss {Pct(-gain)} >= {Pct(settings.StopLossPercent)}");
        }

        if (bestGain >= settings.TrailingActivatePercent && fall >= settings.TrailingPercent)
        {
            return Exit(ExitRule.TrailingStop, $"fall {Pct(fall)} from best {memory.BestMark} >= {Pct(settings.TrailingPercent)}");
        }

        if (gain >= settings.TakeProfitPercent)
        {
            return Exit(ExitRule.TakeProfit, $"gain {Pct(gain)} >= {Pct(settings.TakeProfitPercent)}");
        }

        return held >= settings.MaximumHold
            ? Exit(ExitRule.MaximumHold, $"held {held:c} >= {settings.MaximumHold:c}")
            : null;

        ExitDecision Exit(ExitRule rule, string text) => new(position, rule, text);
    }

    private static string Pct(decimal? value) => (value ?? 0m).ToString("0.####", CultureInfo.InvariantCulture) + "%";
}
