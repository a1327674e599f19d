using System.Runtime.InteropServices;
using Trader.PaperExchange;

// Exit codes as sysexits(3) has them: wrong usage, and a configuration that cannot work here.
const int Usage = 64;
const int Configuration = 78;

var commandLine = CommandLine.Parse(args);
if (commandLine.Error is { } error)
{
    await Console.Error.WriteLineAsync($"paper exchange: {error}");
    return Usage;
}
if (commandLine.Options is not { } options)
{
    Console.WriteLine(CommandLine.Help);
    return 0;
}

// Before the start, so that a signal during it also ends cleanly.
using var stop = new CancellationTokenSource();
void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);

try
{
    await using var server = await PaperExchangeServer.StartAsync(options, stop.Token);
    var open = server.Engine.Positions(openOnly: true).Count;
    Console.WriteLine(FormattableString.Invariant(
        $"paper exchange listening on {server.BaseAddress.GetLeftPart(UriPartial.Authority)} ")
        + FormattableString.Invariant(
            $"({options.Symbols} symbols, {open} positions, {options.LatencyMs} ms latency)"));
    await Task.Delay(Timeout.Infinite, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    return 0;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    return 0;
}
catch (IOException failure)
{
    await Console.Error.WriteLineAsync($"paper exchange: {failure.Message}");
    return Configuration;
}
