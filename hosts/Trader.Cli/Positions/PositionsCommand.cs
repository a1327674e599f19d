using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Trader.Cli.CommandLine;
using Trader.Cli.Settings;
using Trader.Exchange.Binance;
using Trader.Hosting.Configuration;

namespace Trader.Cli.Positions;

/// <summary><c>positions</c>: what the exchange itself says is open. A list that cannot be read is an error, never empty (S3).</summary>
internal static class PositionsCommand
{
    public static Verb Create()
    {
        var json = CommonOptions.Json();
        var config = CommonOptions.Config();
        var command = new Command(
            "positions",
            "Open positions, read from the exchange now. Exit code 0 when the whole list was read, 1 when a row could not be understood, 69 when "
            + "the exchange did not answer.") { json, config };
        return new Verb(command, "./trader positions\n./trader positions --json", async (parsed, terminal, cancel) =>
        {
            var settings = OperatorSettings.Load(parsed.GetValue(config)?.FullName);
            using var client = Client(settings.Exchange);
            var rows = await ReadAsync(client).WaitAsync(cancel);
            if (parsed.GetValue(json))
            {
                terminal.Out.WriteLine(Json(client.Environment, rows));
            }
            else
            {
                Write(terminal.Out, client.Environment, rows);
            }

            foreach (var row in rows.Unreadable)
            {
                terminal.Error.WriteLine($"trader positions: the row of {row.Symbol} cannot be understood: {row.Reason}. Treat it as OPEN");
            }

            return rows.Unreadable.Count == 0 ? ExitCode.Good : ExitCode.Bad;
        });
    }

    /// <exception cref="Refusal">There are no credentials.</exception>
    public static BinanceClient Client(ExchangeSettings exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        if (exchange.Key is not { } key || exchange.Secret is not { } secret)
        {
            throw new Refusal(
                ExitCode.Configuration, "there is no key for the exchange: set BINANCE_API_KEY and BINANCE_API_SECRET as the nodes have them");
        }

        return new BinanceClient(exchange.Options, new BinanceCredentials(key.Reveal(), secret.Reveal()), TimeProvider.System);
    }

    /// <exception cref="Refusal">The list could not be read.</exception>
    public static async Task<PositionRows> ReadAsync(BinanceClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        var read = await client.GetPositionsAsync();
        return read.TryGet(out var rows, out var fault)
            ? rows
            : throw new Refusal(
                ExitCode.Unavailable, $"the positions on {client.Environment.VenueName} could NOT be read, so nothing is known: {fault}");
    }

    private static void Write(TextWriter output, BinanceEnvironment venue, PositionRows rows)
    {
        if (rows.Open.Count > 0)
        {
            new Table("symbol", "amount", "entry", "mark", "notional", "unrealized").Fill(
                rows.Open.OrderByDescending(p => p.Notional).Select(p => new[]
                {
                    p.Key.ToString(), Text(p.Amount), Text(p.EntryPrice), Text(p.MarkPrice), Money(p.Notional), Money(p.UnrealizedProfit),
                })).Write(output);
            output.WriteLine();
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{rows.Open.Count} open positions on {venue}, notional {rows.Open.Sum(p => p.Notional):#,##0.00}")
            + (rows.Unreadable.Count > 0 ? $"; {rows.Unreadable.Count} rows UNREADABLE" : ""));
    }

    private static string Json(BinanceEnvironment venue, PositionRows rows) => JsonSerializer.Serialize(
        new
        {
            venue = venue.VenueName,
            environment = venue.Kind.ToString(),
            positions = rows.Open.Select(p => new
            {
                symbol = p.Symbol.Value,
                side = p.Key.Side.ToString(),
                amount = Text(p.Amount),
                entryPrice = Text(p.EntryPrice),
                markPrice = Text(p.MarkPrice),
                notional = Text(p.Notional),
                unrealizedProfit = Text(p.UnrealizedProfit),
            }),
            unreadable = rows.Unreadable.Select(u => new { symbol = u.Symbol, reason = u.Reason }),
        },
        JsonSerializerOptions.Web);

    private static string Text(decimal value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Money(decimal value) => value.ToString("#,##0.00", CultureInfo.InvariantCulture);
}
