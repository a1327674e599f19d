using Trader.Messages;

namespace Trader.Actors.Ess;

/// <summary>What the triggers look at. Figures that are missing or old trip nothing by themselves: they are shown and alarmed.</summary>
public sealed partial class EssControl
{
    private readonly EssErrorWindow errors = new(settings.ErrorWindow);
    private decimal? drawdown;
    private decimal? openLoss;
    private long? figuresMs;
    private TimeSpan figuresAt;
    private bool staleSaid;

    /// <summary>Id of the last result that was read; empty before the first.</summary>
    public string ResultsAfter => errors.After;

    /// <param name="read">Read at <paramref name="now"/>.</param>
    public IReadOnlyList<EssEffect> Figures(ExchangeProtocol.AccountFiguresRead read, EssNow now)
    {
        ArgumentNullException.ThrowIfNull(read);
        (figuresMs, figuresAt) = (now.Ms, now.Since);
        if (!recovered)
        {
            // Without the day's first equity a loss cannot be told; the next reading can.
            return Flush();
        }

        var equity = read.WalletBalance + read.UnrealizedProfit;
        BeginDay(equity, now);
        (drawdown, openLoss) = (EssRules.Drawdown(State.DayEquity, equity), EssRules.OpenLoss(read.WalletBalance, read.UnrealizedProfit));
        if (staleSaid)
        {
            staleSaid = false;
            Say(EssLevel.Info, "ESS reads the account's figures again");
        }

        if (releasing is null)
        {
            foreach (var via in EssRules.Rearmed(settings, State, drawdown, openLoss))
            {
                Remember(new EssRearmed(State.Number + 1, now.Ms, via), now);
            }
        }

        Judge(now);
        return Flush();
    }

    public IReadOnlyList<EssEffect> Results(RedisProtocol.ResultsRead read, EssNow now)
    {
        errors.Read(read, State.ReleasedMs == 0 ? null : Math.Max(0, now.Ms - State.ReleasedMs));
        Judge(now);
        return Flush();
    }

    private void Judge(EssNow now)
    {
        if (recovered && releasing is null && EssRules.Trip(settings, State, drawdown, openLoss, errors.Count) is { } trip)
        {
            Begin(trip.Via, "trader", trip.Reason, now);
        }
    }

    /// <summary>
    /// The first equity of a UTC day. Only forwards: a clock that steps back must not make today's loss yesterday's. A day that began with
    /// nothing begins anew with the first money.
    /// </summary>
    private void BeginDay(decimal equity, EssNow now)
    {
        var today = DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeMilliseconds(now.Ms).UtcDateTime);
        if (releasing is null && (State.DayEquity is null || today > State.Day || (State.DayEquity <= 0 && equity > 0)))
        {
            Remember(new EssDayBegan(State.Number + 1, now.Ms, today > State.Day ? today : State.Day, equity), now);
        }
    }

    private bool IsStale(TimeSpan now) => now - figuresAt > settings.FiguresMaxAge;

    private void LookAtAge(EssNow now)
    {
        lastTick = now.Since;
        if (IsStale(now.Since) && !staleSaid)
        {
            staleSaid = true;
            Alarm("ESS_FIGURES_STALE", FormattableString.Invariant(
                $"the account's figures have not been read for {(now.Since - figuresAt).TotalSeconds:0} s: drawdown and open loss cannot stop trading"));
        }
    }

    private TimeSpan lastTick;

    private EssFigures FiguresNow() => new(drawdown, openLoss, errors.Count, figuresMs, figuresMs is null || IsStale(lastTick));
}
