using System.CommandLine;
using Trader.Cli.CommandLine;
using Trader.Cli.Settings;
using Trader.Exchange.Binance;
using Trader.Hosting.Configuration;
using Trader.Messages;

namespace Trader.Cli.Positions;

/// <summary>
/// <c>dump-positions</c>: the documented <c>dump_exchange_positions.py</c> (flatten contract 7). It only reads (D-S3), sorts before it cuts, and
/// puts errors on standard error; no text of it holds the name or the value of a key (S16).
/// </summary>
internal static class DumpCommand
{
    /// <summary>Neither file nor credentials, or settings that mean another account than the testnet's. Documented.</summary>
    private const int NoCredentials = 2;

    private const string DefaultFile = "governor.env";

    // What the documents call the testnet's credentials, and what this system calls them.
    private static readonly (string Documented, string Ours)[] Aliases =
        [("BINANCE_TESTNET_API_KEY", "BINANCE_API_KEY"), ("BINANCE_TESTNET_API_SECRET", "BINANCE_API_SECRET")];

    public static Verb Create()
    {
        var file = new Option<FileInfo?>("--env-file")
        {
            Description = "variables to read, as systemd reads them (default: governor.env in QUANTUM_ETC_DIR)",
            HelpName = "FILE",
        };
        var symbol = new Option<string?>("--symbol") { Description = "only this symbol", HelpName = "SYMBOL" };
        var max = CommonOptions.Ranged("--max", int.MaxValue, 1, int.MaxValue, "show only the biggest N");
        var command = new Command(
            "dump-positions",
            "Open positions of the testnet in the documented table, read from the exchange now. Exit code 0 when the whole list was read, flat or "
            + "not, 1 when it was not, 2 without file or credentials.") { file, symbol, max };
        return new Verb(
            command, "./trader dump-positions\n./trader dump-positions --env-file /etc/quantum/governor.env --symbol BTCUSDT --max 10",
            async (parsed, terminal, cancel) =>
            {
                try
                {
                    using var client = Client(parsed.GetValue(file), terminal);
                    var dump = await ReadAsync(client, parsed.GetValue(symbol), parsed.GetValue(max)).WaitAsync(cancel);
                    dump.Write(terminal.Out, terminal.Error);
                    return dump.IsWhole ? ExitCode.Good : ExitCode.Bad;
                }
                catch (Refusal refusal)
                {
                    terminal.Error.WriteLine("ERROR: " + refusal.Message);
                    return refusal.ExitCode;
                }
            });
    }

    private static BinanceClient Client(FileInfo? file, Terminal terminal)
    {
        var variables = Variables(OperatorSettings.Environment(), file, terminal);
        ExchangeSettings exchange;
        try
        {
            exchange = OperatorSettings.Load(null, variables).Exchange;
        }
        catch (Refusal refusal)
        {
            throw new Refusal(NoCredentials, refusal.Message, refusal);
        }

        if (exchange.Options.Environment.Kind is VenueEnvironment.Production)
        {
            throw new Refusal(NoCredentials, "these settings mean the production account; this dump is the testnet's (./trader positions shows any)");
        }

        return exchange.Key is { } key && exchange.Secret is { } secret
            ? new BinanceClient(exchange.Options, new BinanceCredentials(key.Reveal(), secret.Reveal()), TimeProvider.System)
            : throw new Refusal(NoCredentials, "neither the environment nor the env-file holds the exchange's credentials");
    }

    /// <summary>The process environment under the env file.</summary>
    private static Dictionary<string, string> Variables(IReadOnlyDictionary<string, string> process, FileInfo? named, Terminal terminal)
    {
        var variables = new Dictionary<string, string>(process, StringComparer.Ordinal);
        var etc = process.GetValueOrDefault("QUANTUM_ETC_DIR") is { Length: > 0 } dir ? dir : "/etc/quantum";
        var path = named?.FullName ?? Path.Combine(etc, DefaultFile);
        try
        {
            var text = File.ReadAllText(path);
            foreach (var (name, entry) in EnvFile.Parse(text, (line, what) => terminal.Error.WriteLine($"WARNING: {path} line {line} {what}")))
            {
                variables[name] = entry.Value.Trim();
            }

            terminal.Error.WriteLine("Loaded env-file: yes");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException && named is null)
        {
            terminal.Error.WriteLine("Loaded env-file: no (there is none)");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Refusal(NoCredentials, $"the env-file {path} cannot be read", e);
        }

        // Read above, and the only one that counts here: another file beside it must not change which account is dumped.
        variables["QUANTUM_ETC_DIR"] = "/dev/null";
        foreach (var (documented, ours) in Aliases)
        {
            if (variables.GetValueOrDefault(documented) is { Length: > 0 } value)
            {
                variables[ours] = value;
            }
        }

        return variables;
    }

    private static async Task<PositionDump> ReadAsync(BinanceClient client, string? symbol, int max)
    {
        var read = await client.GetPositionsAsync();
        if (!read.TryGet(out var rows, out var fault))
        {
            throw new Refusal(ExitCode.Bad, $"the positions on {client.Environment.VenueName} could NOT be read, so nothing is known: {fault}");
        }

        // The whole list again, with the symbols that hold nothing. Without it the dump is poorer, not wrong.
        var leverages = (await client.GetLeveragesAsync()).TryGet(out var known, out var why) ? known : null;
        if (symbol is not null && leverages?.Keys.Any(s => s.Value == symbol) == false)
        {
            throw new Refusal(ExitCode.Bad, $"{client.Environment.VenueName} lists no symbol {symbol}");
        }

        var clock = await client.SyncClockAsync(ReadPriority.Background);
        return new PositionDump(rows, leverages, symbol, max)
        {
            LeverageFault = leverages is null ? why?.ToString() : null,
            AtMs = clock.TryGet(out var ms, out _) ? ms : null,
        };
    }
}
