using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Trader.PaperExchange.Limits;

namespace Trader.PaperExchange.Tests;

/// <summary>The command line, and the program as a process of its own.</summary>
public sealed class ProgramTests
{
    [Fact]
    public void Every_option_is_read()
    {
        var options = CommandLine.Parse(
        [
            "--port", "9200", "--symbols", "30", "--positions", "5", "--oversized", "1", "--latency-ms", "50",
                "--hedge", "--seed", "9",
            "--key", "k", "--secret", "s", "--clock-skew-ms", "-250", "--window", "sliding", "--weight-limit", "6000",
            "--orders-10s", "20", "--orders-1m", "90", "--fault", "time:*:429", "--fault", "ping:*:slow:ms=5",
        ]).Options;
        Assert.NotNull(options);
        Assert.Equal((9200, 30, 5, 1, 50d),
            (options.Port, options.Symbols, options.Positions, options.OversizedPositions, options.LatencyMs));
        Assert.Equal((true, 9, "k", "s", -250L),
            (options.Engine.Hedge, options.Seed, options.Key, options.Secret, options.ClockSkewMs));
        Assert.Equal(
            new RateLimits
            {
                Mode = WindowMode.Sliding,
                WeightPerMinute = 6000,
                OrdersPer10Seconds = 20,
                OrdersPerMinute = 90,
            },
            options.Limits);
        Assert.Equal(["time:*:429", "ping:*:slow:ms=5"], options.Faults);
    }

    [Theory]
    [InlineData("unknown option '--prot'", "--prot", "9")]
    [InlineData("--port wants a value", "--port")]
    [InlineData("--port does not take 'x'", "--port", "x")]
    [InlineData("--port does not take '65536'", "--port", "65536")]
    [InlineData("--symbols does not take '0'", "--symbols", "0")]
    [InlineData("--latency-ms does not take '-1'", "--latency-ms", "-1")]
    [InlineData("--window does not take 'wide'", "--window", "wide")]
    [InlineData("fault 'order:x'", "--fault", "order:x")]
    [InlineData("--positions 5 must not exceed --symbols 4", "--positions", "5", "--symbols", "4")]
    public void A_bad_argument_is_one_clear_line(string start, params string[] arguments)
    {
        var error = CommandLine.Parse(arguments).Error;
        Assert.StartsWith(start, error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error ?? "");
    }

    [Fact]
    public async Task It_says_when_it_listens_and_ends_cleanly_on_SIGTERM()
    {
        using var process = Start("--port", "0", "--symbols", "30", "--positions", "4", "--latency-ms", "5");
        try
        {
            var line = await process.StandardOutput.ReadLineAsync(Deadline());
            Assert.Matches(
                @"^paper exchange listening on http://127\.0\.0\.1:\d+ \(30 symbols, 4 positions, 5 ms latency\)$",
                line);
            using var http = new HttpClient();
            var address = line!.Split(' ')[4];
            Assert.Equal("{}", await http.GetStringAsync(new Uri(address + "/fapi/v1/ping")));
            Assert.Contains("\"orderRequests\":0,", await http.GetStringAsync(new Uri(address + "/paper/summary")),
                StringComparison.Ordinal);
            using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
            await process.WaitForExitAsync(Deadline());
            Assert.Equal(0, process.ExitCode);
        }
        finally
        {
            EndIfRunning(process);
        }
    }

    [Fact]
    public async Task A_port_in_use_is_one_line_and_78()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        var (code, errors) = await RunAsync("--port", port, "--symbols", "3");
        Assert.Equal(78, code);
        Assert.Contains(port, Assert.Single(errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_usage_is_one_line_and_64()
    {
        var (code, errors) = await RunAsync("--bogus");
        Assert.Equal(64, code);
        Assert.Equal("paper exchange: unknown option '--bogus'; --help lists them", Assert.Single(errors));
    }

    private static async Task<(int Code, string[] Errors)> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        try
        {
            var errors = await process.StandardError.ReadToEndAsync(Deadline());
            await process.WaitForExitAsync(Deadline());
            return (process.ExitCode, errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
        finally
        {
            EndIfRunning(process);
        }
    }

    private static Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(typeof(PaperExchangeServer).Assembly.Location);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }
        return Process.Start(start) ?? throw new InvalidOperationException("the process did not start");
    }

    private static CancellationToken Deadline() => new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;

    private static void EndIfRunning(Process process)
    {
        if (!process.HasExited)
        {
            process.Kill();
        }
    }
}
