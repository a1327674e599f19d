using Trader.Messages;

namespace Trader.Actors.Ess;

/// <summary>The emergency stop's memory: made from its events alone, whoever keeps them.</summary>
/// <param name="Number">Of the last event; 0 when there was none.</param>
/// <param name="Stop">The stop in force, null for none.</param>
/// <param name="Day">The day that <paramref name="DayEquity"/> belongs to.</param>
/// <param name="DayEquity">The first equity read that day; null before the first reading ever.</param>
/// <param name="StopDrawdown">Daily drawdown when the last stop was made, percent; null when it was not known.</param>
/// <param name="StopOpenLoss">The same of the open loss.</param>
/// <param name="SeenDrawdown">Daily drawdown that the last releasing person accepted, percent; null when none stands accepted.</param>
/// <param name="SeenOpenLoss">The same of the open loss.</param>
/// <param name="ReleasedMs">Unix ms of the last release, 0 for never: errors before it do not count again.</param>
/// <param name="History">Newest last, at most <see cref="MaxHistory"/>.</param>
public sealed record EssState(
    long Number,
    EssStop? Stop,
    DateOnly Day,
    decimal? DayEquity,
    decimal? StopDrawdown,
    decimal? StopOpenLoss,
    decimal? SeenDrawdown,
    decimal? SeenOpenLoss,
    long ReleasedMs,
    int Trips,
    int Resets,
    IReadOnlyList<EssTransition> History)
{
    public const int MaxHistory = 200;

    public static EssState Empty { get; } = new(0, null, DateOnly.MinValue, null, null, null, null, null, 0, 0, 0, []);

    /// <summary>Events that are already part of this state change nothing: they may be told twice.</summary>
    public EssState After(EssEvent happened)
    {
        ArgumentNullException.ThrowIfNull(happened);
        return happened.Number <= Number ? this : Next(happened) with { Number = happened.Number };
    }

    private EssState Next(EssEvent happened) => happened switch
    {
        EssStopped e => this with
        {
            Stop = e.Stop,
            StopDrawdown = e.Drawdown,
            StopOpenLoss = e.OpenLoss,
            Trips = Trips + (e.Cause ? 0 : 1),
            History = With(new(e.Number, e.AtMs, e.Cause ? "cause" : "activated", e.Stop.Via, e.Stop.By, e.Stop.Reason)),
        },
        EssReleased e => this with
        {
            Stop = null,
            SeenDrawdown = e.SeenDrawdown,
            SeenOpenLoss = e.SeenOpenLoss,
            ReleasedMs = e.AtMs,
            Resets = Resets + 1,
            History = With(new(e.Number, e.AtMs, "released", e.Via, e.By, e.Reason)),
        },
        EssDayBegan e => this with { Day = e.Day, DayEquity = e.Equity, SeenDrawdown = null },
        EssRearmed { Via: EssVia.Drawdown } => this with { SeenDrawdown = null },
        EssRearmed => this with { SeenOpenLoss = null },
        _ => throw new InvalidOperationException($"Not an event of the emergency stop: {happened.GetType()}"),
    };

    private IReadOnlyList<EssTransition> With(EssTransition transition) => [.. History.TakeLast(MaxHistory - 1), transition];
}
