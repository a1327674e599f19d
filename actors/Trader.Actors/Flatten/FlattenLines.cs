using System.Globalization;
using Akka.Event;
using Trader.Messages;

namespace Trader.Actors.Flatten;

/// <summary>The documented lines (flatten contract 2.1 to 2.4); operators and the proof script grep them.</summary>
internal static class FlattenLines
{
    /// <summary>Lines per run about single leftovers; the completion line counts the rest.</summary>
    private const int MaxLeft = 50;

    public static void Started(ILoggingAdapter log, FlattenSettings settings)
    {
        log.Warning("Testnet flatten ARMED (GOV_TESTNET_FORCE_FLATTEN=true + CONFIRM={0})", FlattenFlags.Confirmation);
        log.Warning("Testnet flatten guards: MAX_SYMBOLS={0} MIN_NOTIONAL=${1}", settings.MaxSymbols, Limit(settings.MinNotionalUsd));
        log.Warning("Testnet flatten requires ESS active + Redis arm key");
    }

    public static void Disabled(ILoggingAdapter log) => log.Info("Testnet flatten disabled");

    public static void NoOp(ILoggingAdapter log, FlattenNo no) => log.Warning("Testnet flatten: {0} - NO-OP", no.Text);

    public static void Selected(ILoggingAdapter log, FlattenSelection selection, FlattenSettings settings)
    {
        foreach (var row in selection.Unreadable)
        {
            log.Error("Testnet flatten: {0} position row unreadable: {1}", row.Symbol, row.Reason);
        }

        if (selection.NoPrices)
        {
            log.Warning("Testnet flatten: Could not fetch mark prices: the exchange gave none (will include all positions)");
        }

        foreach (var dust in selection.Dust)
        {
            log.Info("Testnet flatten: Skipping {0} dust (${1} < ${2})", dust.Key,
                dust.Notional.ToString("0.00", CultureInfo.InvariantCulture), Limit(settings.MinNotionalUsd));
        }
    }

    public static void CapTriggered(ILoggingAdapter log, FlattenSelection selection, int most)
    {
        log.Error("Testnet flatten: SAFETY CAP TRIGGERED - found {0} positions (max {1})", selection.Suspicious, most);
        log.Error("Testnet flatten: This may indicate API glitch or universe expansion - ABORTING");
    }

    public static void Found(ILoggingAdapter log, FlattenSelection selection)
    {
        if (selection.Above.Count == 0)
        {
            log.Info("Testnet flatten: No positions to close (seen={0} nonzero={1} above_notional=0)",
                selection.Seen, selection.NonZero.Count);
            return;
        }

        log.Warning("Testnet flatten: Found {0} positions to close (seen={1} nonzero={2})",
            selection.Above.Count, selection.Seen, selection.NonZero.Count);
        log.Warning("Testnet flatten: Placing reduceOnly MARKET close orders...");
    }

    public static void Closing(ILoggingAdapter log, CloseOrder order) =>
        log.Info("Testnet flatten: Closing {0} {1} qty={2}", order.Symbol, Side(order), Plain(order.Quantity));

    public static void Answered(ILoggingAdapter log, CloseOrder order, FlattenOrder now, string orderId, string why)
    {
        if (now == FlattenOrder.Accepted)
        {
            log.Info("Testnet flatten: {0} close order placed: {1}", order.Symbol, orderId);
        }
        else if (now == FlattenOrder.Failed)
        {
            log.Error("Testnet flatten: {0} close order failed ({1})", order.Symbol, why);
        }
    }

    public static void Ended(ILoggingAdapter log, FlattenRun run, FlattenStatus status, FlattenFigures figures, EventId id)
    {
        foreach (var (position, why) in run.Left.Take(MaxLeft))
        {
            log.Error("Testnet flatten: {0} still open: {1}", position, why);
        }

        if (run.LastReadFailed)
        {
            log.Error("Testnet flatten: the account could not be read back; nothing counts as closed");
        }

        log.Warning("{0}", Completion(status, figures, id));
    }

    /// <summary>
    /// One line that satisfies every published grep (flatten contract 2.4): the first <c>errors=</c> counts everything that went wrong, the
    /// last one what was sent and not accepted. What is new stands behind it.
    /// </summary>
    public static string Completion(FlattenStatus status, FlattenFigures f, EventId id)
    {
        ArgumentNullException.ThrowIfNull(f);
        return string.Create(CultureInfo.InvariantCulture,
            $"TESTNET_FLATTEN done symbols={f.Above} orders={f.Ok} errors={f.Errors} ")
            + string.Create(CultureInfo.InvariantCulture, $"symbols_seen={f.Seen} nonzero={f.NonZero} above_notional={f.Above} ")
            + string.Create(CultureInfo.InvariantCulture, $"orders_sent={f.Sent} orders_ok={f.Ok} errors={f.OrderErrors} ")
            + string.Create(CultureInfo.InvariantCulture, $"residual={f.Residual} status={FlattenWire.Text(status)} ")
            + $"skipped={FlattenWire.List(f.Skipped)}"
            + (f.Stopped.Length > 0 ? $" stopped=\"{f.Stopped}\"" : "")
            + string.Create(CultureInfo.InvariantCulture, $" run={id} took_ms={f.TookMs}");
    }

    public static string Side(CloseOrder order) => order.Side == OrderSide.Sell ? "SELL" : "BUY";

    /// <summary>Never an exponent, no trailing zeros (D-F10).</summary>
    public static string Plain(decimal value) => value.ToString("0.############################", CultureInfo.InvariantCulture);

    /// <summary>As the documents write a limit: <c>1.0</c>, <c>0.25</c>.</summary>
    private static string Limit(decimal value) => value.ToString("0.0###########", CultureInfo.InvariantCulture);
}
