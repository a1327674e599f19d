using System.Globalization;
using Akka.Event;
using Trader.Actors.Ports;
using Trader.Messages;

namespace Trader.Actors.PanicClose;

/// <summary>The worker's documented log lines (emergency-exit contract 3.1); operators grep them.</summary>
internal static class PanicLines
{
    private static readonly string Rule = new('=', 60);

    public static void Received(ILoggingAdapter log, PanicTrigger trigger, string streamId, TimeSpan age)
    {
        Banner(log, "🚨 PANIC CLOSE EVENT RECEIVED 🚨");
        log.Warning("Event ID: {0}", trigger.EventId);
        if (streamId.Length > 0)
        {
            log.Info("Redis Msg ID: {0}", streamId);
        }

        log.Warning("Source: {0}", PanicWire.Text(trigger.Issuer));
        log.Warning("Reason: {0}", trigger.Reason);
        log.Info("✅ Trigger validated (source={0}, age={1}s)", PanicWire.Text(trigger.Issuer),
            Math.Max(0, age.TotalSeconds).ToString("F1", CultureInfo.InvariantCulture));
    }

    public static void Found(
        ILoggingAdapter log, PanicRun run, IReadOnlyList<Leg> fresh, IReadOnlyList<UnreadableRow> unreadable)
    {
        foreach (var row in unreadable)
        {
            log.Error("❌ {0} FAILED: position row unreadable: {1}", row.Symbol, row.Reason);
        }

        if (run.LegCount == 0)
        {
            log.Info("No open positions found - nothing to close");
            return;
        }

        log.Warning("Found {0} open positions", fresh.Count + unreadable.Count);
        log.Warning("Total notional: ${0}",
            fresh.Sum(leg => leg.Seen.Notional).ToString("#,##0.00", CultureInfo.InvariantCulture));
        foreach (var dust in fresh.Where(leg => leg.Slices.Count == 0))
        {
            log.Error("❌ {0} FAILED: {1}", dust.Key, dust.Trouble);
        }
    }

    public static void Closing(ILoggingAdapter log, Leg leg)
    {
        foreach (var slice in leg.Unattempted)
        {
            log.Info("Closing {0}: {1} {2} ({3})", leg.Key.Symbol, slice.Side == OrderSide.Sell ? "SELL" : "BUY",
                slice.Quantity.ToString(CultureInfo.InvariantCulture),
                slice.ReduceOnly ? "reduce-only" : "reduce-only by position side");
        }
    }

    public static void Answered(ILoggingAdapter log, Leg leg)
    {
        if (leg.AllFilled)
        {
            log.Info("✅ {0} closed - Order ID: {1}", leg.Key.Symbol, leg.OrderId);
        }
        else if (leg.Trouble is not null)
        {
            log.Error("❌ {0} FAILED: {1}", leg.Key.Symbol, leg.Trouble);
        }
    }

    public static void Ended(ILoggingAdapter log, PanicRun run, PanicCompletion completion)
    {
        log.Warning("Closed: {0}/{1}", completion.Closed, completion.Total);
        if (completion.FailedSymbols.Contains(PanicCompletion.Unreadable))
        {
            log.Error(LogText.Critical + "Failed to fetch positions: what is open is not known, look at the exchange");
        }

        if (completion.Failed > 0)
        {
            // None closed at all: a person is needed now, not after the watchdog's next events.
            log.Error((completion.Closed == 0 ? LogText.Critical : "") + "Failed symbols: [{0}]",
                string.Join(", ", completion.FailedSymbols));
            foreach (var leg in run.Legs.Where(leg => leg.OpenAtLastRead))
            {
                log.Error("❌ {0} still open: {1}", leg.Key, leg.Trouble ?? "the exchange still shows it");
            }
        }

        log.Warning("Execution time: {0}ms", completion.CompletedMs - completion.StartedMs);
    }

    /// <summary>Only after Redis confirmed the halt, and only what is true of the account (X9c, X13).</summary>
    public static void Published(ILoggingAdapter log, PanicCompletion completion, string? haltTrouble)
    {
        log.Warning("Published to {0}", RedisKeys.PanicCompleted);
        if (haltTrouble is not null)
        {
            log.Error("Failed to set halt state: {0}", haltTrouble);
            Banner(log, "❌ PANIC CLOSE ENDED - HALT NOT CONFIRMED IN REDIS ❌");
            return;
        }

        log.Warning("System halted - state set in {0}", RedisKeys.TradingState);
        if (completion.VerifiedFlat)
        {
            Banner(log, "🔒 PANIC CLOSE COMPLETE - SYSTEM HALTED 🔒");
        }
        else
        {
            Banner(log, $"❌ PANIC CLOSE INCOMPLETE - {completion.Failed} FAILED - SYSTEM HALTED ❌");
        }
    }

    private static void Banner(ILoggingAdapter log, string text)
    {
        log.Warning(Rule);
        log.Warning(text);
        log.Warning(Rule);
    }
}
