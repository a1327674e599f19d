using Trader.Actors.Ports;
using Trader.Messages;

namespace Trader.Actors.Ess;

/// <summary>The emergency stop's figures for <c>/metrics</c>: the one home of their names.</summary>
public static class EssMeter
{
    public const string Active = "ess_active";
    public const string Trips = "ess_triggers_total";
    public const string Resets = "ess_resets_total";
    public const string LatchPresent = "ess_latch_present";
    public const string Drawdown = "ess_daily_drawdown_percent";
    public const string OpenLoss = "ess_open_loss_percent";
    public const string Errors = "ess_execution_errors";
    public const string FiguresStale = "ess_figures_stale";

    public static void Show(IMeter meter, EssProtocol.Status status)
    {
        ArgumentNullException.ThrowIfNull(meter);
        ArgumentNullException.ThrowIfNull(status);
        meter.Gauge(Active, status.Active ? 1 : 0);
        meter.Gauge(LatchPresent, status.Latch is null or { Engaged: true } ? 1 : 0);
        meter.Gauge(Drawdown, Shown(status.Figures.DailyDrawdownPercent));
        meter.Gauge(OpenLoss, Shown(status.Figures.OpenLossPercent));
        meter.Gauge(Errors, Shown(status.Figures.ExecutionErrors));
        meter.Gauge(FiguresStale, status.Figures.Stale ? 1 : 0);
    }

    /// <summary>The documented label says manual for everything a person did; <c>via</c> says how.</summary>
    public static void CountTrip(IMeter meter, EssVia via)
    {
        ArgumentNullException.ThrowIfNull(meter);
        meter.Count(Trips, 1, ("source", Source(via)), ("via", EssRecords.Text(via)));
    }

    public static void CountReset(IMeter meter, EssVia via)
    {
        ArgumentNullException.ThrowIfNull(meter);
        meter.Count(Resets, 1, ("via", EssRecords.Text(via)));
    }

    public static string Source(EssVia via) => via switch
    {
        EssVia.File or EssVia.Redis or EssVia.Api or EssVia.Cli => "manual",
        EssVia.Drawdown or EssVia.OpenLoss or EssVia.ExecutionErrors or EssVia.Memory => EssRecords.Text(via),
    };

    // Not known is not zero.
    private static double Shown(decimal? figure) => figure is { } known ? (double)known : double.NaN;
}
