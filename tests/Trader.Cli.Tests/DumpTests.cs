using System.Globalization;
using System.Text.RegularExpressions;
using Trader.Cli.Tests.Ops;
using Trader.PaperExchange;
using Trader.PaperExchange.Engine;
using Xunit;

namespace Trader.Cli.Tests;

/// <summary>The documented position dump, as the program behind <c>scripts/dump_exchange_positions.py</c>, against the paper exchange.</summary>
public sealed class DumpTests : IAsyncLifetime
{
    private readonly DirectoryInfo _etc = Directory.CreateTempSubdirectory("trader-etc-");
    private PaperExchangeServer _exchange = null!;

    public async Task InitializeAsync()
    {
        _exchange = await PaperExchangeServer.StartAsync(new PaperOptions { Symbols = 20, Positions = 3 });
        Write("governor.env", $"GOV_X=1\r\nBINANCE_TESTNET_API_KEY=wrong\r\nBINANCE_TESTNET_API_SECRET=\"{_exchange.Secret}\"\r\nBINANCE_TESTNET_API_KEY={_exchange.Key}");
    }

    public async Task DisposeAsync()
    {
        await _exchange.DisposeAsync();
        _etc.Delete(recursive: true);
    }

    [Fact]
    [Trait("covers", "F29,D-S3")]
    public async Task F29_it_shows_what_the_exchange_shows_and_changes_nothing()
    {
        var (code, output, error) = await RunAsync();

        Assert.True(code == 0, output + error);
        Assert.Equal("Loaded env-file: yes\n", error);
        Assert.Contains("BINANCE TESTNET FUTURES - POSITION DUMP\n", output, StringComparison.Ordinal);
        Assert.Contains("Total symbols checked: 20\n", output, StringComparison.Ordinal);
        Assert.Contains("Active positions (abs(qty) > 1e-08): 3\n", output, StringComparison.Ordinal);
        Assert.Matches(@"\nSYMBOL +SIDE +QTY +MARK_PRICE +NOTIONAL_USD +LEV\n", output);
        Assert.Matches(@"\nTOTAL +\d+\.\d\d\n", output);
        Assert.Matches(@"\nActive symbols: 3\nTotal notional exposure: \$[\d,]+\.\d\d\nQuery timestamp: \d{13}\n", output);
        Assert.EndsWith("Direct exchange position dump complete\n", output, StringComparison.Ordinal);
        var held = _exchange.Engine.Positions(openOnly: true);
        Assert.Equal(3, held.Count);
        foreach (var row in held)
        {
            var amount = Math.Abs(row.State.Amount).ToString("0.#########", CultureInfo.InvariantCulture);
            Assert.Matches($@"\n{row.Spec.Name} +{(row.State.Amount > 0 ? "LONG" : "SHORT")} +{Regex.Escape(amount)}0* +\d[\d.]* +\d+\.\d\d +\d+x\n", output);
        }

        // The documented script's "auth test" set a leverage.
        Assert.DoesNotContain(_exchange.Ledger.Read(), entry => entry.Kind is LedgerKind.Order or LedgerKind.Cancel or LedgerKind.Mode);
    }

    [Fact]
    public async Task The_biggest_come_first_and_totals_are_over_all()
    {
        var (_, all, _) = await RunAsync();
        var (code, two, error) = await RunAsync("--max", "2");

        Assert.True(code == 0, error);
        Assert.Contains("Limiting to top 2 positions (total: 3)\n", two, StringComparison.Ordinal);
        var (every, shown) = (Notionals(all), Notionals(two));
        Assert.Equal(every.OrderDescending(), every);
        Assert.Equal(2, shown.Count);
        Assert.Contains("Active symbols: 3\n", two, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_symbol_flat_or_unknown()
    {
        var held = _exchange.Engine.Positions(openOnly: true)[0].Spec.Name;
        Assert.Contains("(abs(qty) > 1e-08): 1\n", (await RunAsync("--symbol", held)).Output, StringComparison.Ordinal);

        // A typing error must not look like a flat position.
        var typo = await RunAsync("--symbol", "NOSUCHUSDT");
        Assert.Equal(1, typo.Code);
        Assert.DoesNotContain("No active", typo.Output, StringComparison.Ordinal);

        foreach (var row in _exchange.Engine.Positions(openOnly: true))
        {
            _exchange.Engine.SetPosition(row.Spec.Name, row.Side, 0);
        }

        var flat = await RunAsync();
        Assert.Equal(0, flat.Code);
        Assert.Contains("ALL FLAT - No active positions found", flat.Output, StringComparison.Ordinal);
        Assert.Contains("Direct exchange position dump complete", flat.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("positionRisk:*:503-unavailable")]
    [InlineData("positionRisk:*:bad-amount")]
    public async Task S3_what_cannot_be_read_is_never_flat(string fault)
    {
        _exchange.Faults.Add(fault);
        var (code, output, error) = await RunAsync();

        Assert.Equal(1, code);
        Assert.Contains("ERROR: ", error, StringComparison.Ordinal);
        Assert.DoesNotContain("ALL FLAT", output, StringComparison.Ordinal);
        Assert.DoesNotContain("complete", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task S16_without_credentials_it_is_2_and_names_none()
    {
        Write("governor.env", "GOV_X=1\n");
        var bare = await RunAsync();
        Assert.Equal(2, bare.Code);
        Assert.DoesNotContain("API_KEY", bare.Output + bare.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", bare.Output + bare.Error, StringComparison.Ordinal);

        var missing = await RunAsync("--env-file", Path.Combine(_etc.FullName, "none.env"));
        Assert.Equal(2, missing.Code);
        Assert.Contains("cannot be read", missing.Error, StringComparison.Ordinal);

        Write("governor.env", $"BINANCE_TESTNET_API_KEY={_exchange.Key}\nBINANCE_TESTNET_API_SECRET=not-this-one\n");
        var refused = await RunAsync();
        Assert.Equal(1, refused.Code);
        Assert.DoesNotContain("not-this-one", refused.Output + refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task S15_it_is_of_the_testnet_only()
    {
        Write("other.env", "BINANCE_TESTNET=false\nBINANCE_BASE_URL=https://fapi.binance.com\nBINANCE_API_KEY=k123\nBINANCE_API_SECRET=s123\n");
        var (code, output, error) = await RunAsync("--env-file", Path.Combine(_etc.FullName, "other.env"));

        Assert.Equal(2, code);
        Assert.Contains("production", error, StringComparison.Ordinal);
        Assert.Empty(output);
    }

    [Fact]
    public async Task The_documented_python_command_works()
    {
        var (code, output, error) = await Shell.RunAsync(
            "python3", [Path.Combine(Repository.Root, "ops", "bin", "dump_exchange_positions.py"), "--max", "1"], Environment());

        Assert.True(code == 0, output + error);
        Assert.Contains("Limiting to top 1 positions", output, StringComparison.Ordinal);
    }

    private static List<decimal> Notionals(string output) =>
        Regex.Matches(output, @"(?m)^\w+USDT +(?:LONG|SHORT) .* (\d+\.\d\d) +\d+x$")
            .Select(m => decimal.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture)).ToList();

    private Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments) =>
        Shell.RunAsync(Path.Combine(Repository.Root, "ops", "bin", "dump_exchange_positions"), arguments, Environment());

    private Dictionary<string, string> Environment() => new()
    {
        ["TRADER_CLI"] = Path.Combine(AppContext.BaseDirectory, "Trader.Cli"),
        ["QUANTUM_ETC_DIR"] = _etc.FullName,
        ["BINANCE_BASE_URL"] = _exchange.BaseAddress.ToString().TrimEnd('/'),
        ["BINANCE_API_KEY"] = "",
        ["BINANCE_API_SECRET"] = "",
        ["BINANCE_TESTNET"] = "",
        ["TESTNET"] = "",
    };

    private void Write(string file, string text) => File.WriteAllText(Path.Combine(_etc.FullName, file), text);
}
