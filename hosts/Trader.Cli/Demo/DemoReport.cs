using System.Globalization;
using Trader.Cli.CommandLine;

namespace Trader.Cli.Demo;

/// <summary>The drill on one screen, for tired eyes.</summary>
internal static class DemoReport
{
    public static void Timeline(TextWriter output, DrillFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var events = new List<(long? AtMs, string What)>
        {
            (facts.LastHeartbeatMs, "last heartbeat in the stream"),
            (facts.KilledMs, facts.Frozen ? "exit brain frozen (SIGSTOP)" : "exit brain killed (SIGKILL)"),
            (facts.PanicMs, $"panic_close in the stream, issued by {facts.IssuedBy}: {facts.Reason}"),
            (NonZero(facts.Exchange.FirstOrderReceivedMs), $"first of {facts.Exchange.OrderRequests} close orders reaches the exchange"),
            (NonZero(facts.Exchange.LastFillMs), "last fill on the exchange"),
            (facts.CompletionMs, facts.Completion is { } done
                ? string.Create(CultureInfo.InvariantCulture, $"completion event: {done.Closed} of {done.Total} closed, {done.Failed} failed")
                : ""),
        };
        foreach (var (at, what) in events.Where(e => e.AtMs is not null).OrderBy(e => e.AtMs))
        {
            var clock = DateTimeOffset.FromUnixTimeMilliseconds(at!.Value).ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {clock}  {at.Value - facts.KilledMs,+8:+0;-0;0} ms  {what}"));
        }

        if (facts.PanicSeenMs - facts.PanicMs > 50)
        {
            output.WriteLine($"  (our own blocking read had the panic only {facts.PanicSeenMs - facts.PanicMs} ms after its id: a busy machine)");
        }
    }

    public static void Checks(TextWriter output, DrillVerdict verdict)
    {
        ArgumentNullException.ThrowIfNull(verdict);
        output.WriteLine();
        new Table("check", "limit", "measured", "").Fill(
            verdict.Checks.Select(c => new[] { c.What, c.Limit, c.Measured, c.Pass ? "PASS" : "FAIL" })).Write(output, "  ");
        output.WriteLine();
    }

    public static void Series(TextWriter output, IReadOnlyList<(DrillFacts Facts, DrillVerdict Verdict)> runs)
    {
        var table = new Table("figure", "median", "worst", "of");
        table.Fill(
        [
            Row("kill -> panic_close", runs.Select(r => r.Verdict.KillToPanicMs)),
            Row("panic_close -> verified flat", runs.Select(r => r.Verdict.PanicToFlatMs)),
            Row("kill -> verified flat", runs.Select(r => r.Verdict.KillToFlatMs)),
        ]);
        table.Write(output, "  ");
        output.WriteLine();
    }

    private static string[] Row(string name, IEnumerable<long?> values)
    {
        var figures = Figures.Of(values);
        return
        [
            name,
            figures is null ? "-" : $"{figures.Median} ms",
            figures is null ? "-" : $"{figures.Worst} ms",
            string.Create(CultureInfo.InvariantCulture, $"{figures?.Count ?? 0} runs"),
        ];
    }

    private static long? NonZero(long value) => value == 0 ? null : value;
}
