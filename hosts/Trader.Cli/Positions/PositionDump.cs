using System.Globalization;
using Trader.Exchange.Binance;
using Trader.Messages;

namespace Trader.Cli.Positions;

/// <summary>The documented table of open positions.</summary>
/// <param name="rows">What the exchange shows.</param>
/// <param name="leverages">By symbol, for every symbol that is listed; null when it could not be read.</param>
/// <param name="symbol">Only this one; null: all.</param>
/// <param name="max">The biggest so many are shown; totals are over all.</param>
internal sealed class PositionDump(PositionRows rows, IReadOnlyDictionary<Symbol, int>? leverages, string? symbol, int max)
{
    /// <summary>Documented: an amount up to this is none.</summary>
    public const decimal Threshold = 0.00000001m;

    private const int Width = 80;

    /// <summary>Why leverages could not be read.</summary>
    public string? LeverageFault { get; init; }

    /// <summary>Exchange's clock, Unix ms; null when it was not told.</summary>
    public long? AtMs { get; init; }

    /// <summary>A row that cannot be understood may hold a position: then nothing is called flat (S3).</summary>
    public bool IsWhole => rows.Unreadable.Count == 0;

    public void Write(TextWriter output, TextWriter error)
    {
        var active = rows.Open.Where(p => p.Quantity > Threshold && (symbol is null || p.Symbol.Value == symbol))
            .OrderByDescending(p => p.Notional).ThenBy(p => p.Key).ToList();
        Rule(output, '=');
        output.WriteLine("BINANCE TESTNET FUTURES - POSITION DUMP");
        Rule(output, '=');
        output.WriteLine($"Total symbols checked: {(symbol is not null ? "1" : leverages is null ? "unknown" : Text(leverages.Count))}");
        output.WriteLine($"Active positions (abs(qty) > 1e-08): {Text(active.Count)}");
        Rule(output, '=');
        if (active.Count > 0)
        {
            WriteTable(output, active);
        }
        else if (IsWhole)
        {
            output.WriteLine();
            output.WriteLine(symbol is null
                ? "ALL FLAT - No active positions found (qty threshold: 1e-08)"
                : $"No active position found for symbol: {symbol} (qty threshold: 1e-08)");
        }

        foreach (var row in rows.Unreadable)
        {
            error.WriteLine($"ERROR: the row of {row.Symbol} cannot be understood: {row.Reason}. Treat it as OPEN");
        }

        if (LeverageFault is { } fault)
        {
            error.WriteLine($"WARNING: leverages could not be read: {fault}");
        }

        if (IsWhole)
        {
            output.WriteLine();
            output.WriteLine("Direct exchange position dump complete");
        }
    }

    private void WriteTable(TextWriter output, List<Position> active)
    {
        if (active.Count > max)
        {
            output.WriteLine();
            output.WriteLine($"Limiting to top {Text(max)} positions (total: {Text(active.Count)})");
        }

        output.WriteLine();
        Row(output, "SYMBOL", "SIDE", "QTY", "MARK_PRICE", "NOTIONAL_USD", "LEV");
        Rule(output, '-');
        foreach (var p in active.Take(max))
        {
            var leverage = leverages is not null && leverages.TryGetValue(p.Symbol, out var x) ? Text(x) + "x" : "-";
            Row(output, p.Symbol.Value, p.IsLong ? "LONG" : "SHORT", Text(p.Quantity), Text(p.MarkPrice), Money(p.Notional, "0.00"), leverage);
        }

        var total = active.Sum(p => p.Notional);
        Rule(output, '-');
        Row(output, "TOTAL", "", "", "", Money(total, "0.00"), "");
        Rule(output, '=');
        output.WriteLine();
        output.WriteLine($"Active symbols: {Text(active.Select(p => p.Symbol).Distinct().Count())}");
        output.WriteLine($"Total notional exposure: ${Money(total, "#,##0.00")}");
        output.WriteLine($"Query timestamp: {(AtMs is { } ms ? ms.ToString(CultureInfo.InvariantCulture) : "unknown")}");
    }

    private static void Row(TextWriter output, string symbol, string side, string quantity, string price, string notional, string leverage) =>
        output.WriteLine($"{symbol,-12} {side,-6} {quantity,15} {price,15} {notional,15} {leverage,8}".TrimEnd());

    private static void Rule(TextWriter output, char of) => output.WriteLine(new string(of, Width));

    private static string Text(decimal value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Money(decimal value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
