using System.Globalization;
using Trader.Cli.CommandLine;
using Trader.Cli.Demo;
using Trader.Cli.Settings;
using Trader.Cli.Stack;
using Trader.Hosting.Configuration;
using Trader.Messages;
using Trader.Redis;

namespace Trader.Cli.Bench;

/// <summary>
/// The testnet flatten against a paper exchange 50 ms away: how long from the arm key to the first order and to an account that was read back flat,
/// and what a big flatten costs those who wait for permits meanwhile. Every run has processes of its own, because the cooldown is a minute.
/// </summary>
internal static class FlattenBench
{
    private const int Held = 44;
    private const int Many = 200;
    private const int IdlePermits = 200;
    private const double FirstOrderMs = 150;
    private const double FlatMs = 500;
    private const double PermitSlackMs = 20;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan PermitDeadline = TimeSpan.FromSeconds(5);

    /// <summary>Connections, market lots and the first minute's compiling: a governor that has just started is no measurement.</summary>
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(3);

    /// <param name="FirstOrder">From the arm key to the first order's arrival at the exchange, ms.</param>
    /// <param name="Flat">From the arm key to the completion line, which follows the account's last read, ms.</param>
    private sealed record Run(long FirstOrder, long Flat);

    public static async Task<IReadOnlyList<BenchRow>> RunAsync(int runs, Terminal terminal, CancellationToken cancel)
    {
        var flattens = new List<Run>();
        for (var run = 1; run <= runs; run++)
        {
            await using var stack = await UpAsync(Held, cancel);
            var measured = await FlattenAsync(stack, Held, static (_, _) => Task.CompletedTask, cancel);
            flattens.Add(measured);
            terminal.Say(Text($"flatten.{Held} {run}/{runs}: first order {measured.FirstOrder} ms after, flat {measured.Flat} ms after"));
        }

        var (idle, busy) = (new List<double>(), new List<double>());
        for (var run = 1; run <= Math.Max(1, runs / 4); run++)
        {
            await using var stack = await UpAsync(Many, cancel);
            await using var redis = await RedisSession.OpenAsync(stack.RedisEndpoint, cancel);
            // The first permits of a process are compiled while they are waited for.
            await PermitsAsync(redis, [], IdlePermits / 4, cancel);
            await PermitsAsync(redis, idle, IdlePermits, cancel);
            var measured = await FlattenAsync(stack, Many, (done, stop) => WhileAsync(redis, busy, done, stop), cancel);
            terminal.Say(Text($"flatten.{Many} {run}: flat {measured.Flat} ms after; {busy.Count} permits meanwhile"));
        }

        return
        [
            new($"flatten.{Held}.armToFirstOrder.median", Figures.Of(flattens.Select(f => (long?)f.FirstOrder))?.Median, "ms", null, FirstOrderMs),
            new($"flatten.{Held}.armToFlat.median", Figures.Of(flattens.Select(f => (long?)f.Flat))?.Median, "ms", null, FlatMs),
            new($"flatten.{Many}.permit.p99AboveIdle", Figures.Share(busy, 0.99) - Figures.Share(idle, 0.99), "ms", null, PermitSlackMs),
        ];
    }

    /// <summary>Governor and order gate with the flags set and the stop on, until the governor says that it is armed and ready.</summary>
    private static async Task<PrivateStack> UpAsync(int positions, CancellationToken cancel)
    {
        var stack = await PrivateStack.StartAsync(new StackOptions { Positions = positions }, cancel);
        try
        {
            var etc = Directory.CreateDirectory(stack.Variables["QUANTUM_ETC_DIR"]).FullName;
            await File.WriteAllTextAsync(
                Path.Combine(etc, "governor.env"),
                "GOV_TESTNET_FORCE_FLATTEN=true\nGOV_TESTNET_FORCE_FLATTEN_CONFIRM=FLATTEN_NOW\n", cancel);
            var run = Directory.CreateDirectory(stack.Variables["QUANTUM_RUN_DIR"]).FullName;
            await File.WriteAllTextAsync(Path.Combine(run, "ESS_ON"), "", cancel);
            stack.StartRole(Role.ApplyLayer);
            var governor = stack.StartRole(Role.Governor);
            await stack.ReadyAsync([Role.Governor], cancel);
            _ = await governor.LineAsync(l => l.Contains("Testnet flatten ARMED", StringComparison.Ordinal), Deadline, cancel)
                ?? throw new Refusal(ExitCode.Bad, $"the governor is not armed:\n{stack.Tails(15)}");
            await Task.Delay(Settle, cancel);
            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    /// <param name="meanwhile">Runs beside the flatten; its first argument ends with it.</param>
    private static async Task<Run> FlattenAsync(
        PrivateStack stack, int positions, Func<Task, CancellationToken, Task> meanwhile, CancellationToken cancel)
    {
        await using var redis = await RedisSession.OpenAsync(stack.RedisEndpoint, cancel);
        using var exchange = new PaperControl(stack.PaperAddress);
        var completion = stack.Role(Role.Governor).LineAsync(l => l.Contains("TESTNET_FLATTEN done", StringComparison.Ordinal), Deadline, cancel);
        var armed = NowMs();
        var set = await redis.AskAsync(RedisCommand.Of("SET", RedisKeys.FlattenArm, "1", "EX", 60), cancel);
        var others = meanwhile(completion, cancel);
        var line = set.Trouble is null ? await completion : null;
        var flat = NowMs();
        await others;
        var account = await exchange.SummaryAsync(cancel);
        return line is not null && line.Contains(Text($" orders_ok={positions} "), StringComparison.Ordinal)
            && line.Contains("status=flat", StringComparison.Ordinal) && account.OpenPositions == 0
            ? new Run(account.FirstOrderReceivedMs - armed, flat - armed)
            : throw new Refusal(
                ExitCode.Bad, $"a flatten that does not end flat is no measurement: {set.Trouble ?? line ?? "no completion"}\n{stack.Tails(15)}");
    }

    private static async Task WhileAsync(RedisSession redis, List<double> into, Task done, CancellationToken cancel)
    {
        while (!done.IsCompleted)
        {
            await PermitsAsync(redis, into, 1, cancel);
        }
    }

    /// <summary>Closes, which get their permits under the stop too, one after the other: from the plan to its permit, ms.</summary>
    private static async Task PermitsAsync(RedisSession redis, List<double> into, int count, CancellationToken cancel)
    {
        for (var i = 0; i < count; i++)
        {
            var plan = PlanIdHash.OfText(Guid.NewGuid().ToString()).Value;
            var began = TimeProvider.System.GetTimestamp();
            var added = await redis.AskAsync(
                RedisCommand.Of(
                    "XADD", RedisKeys.Plans, "*", "plan_id", plan, "symbol", "BTCUSDT", "action", "FULL_CLOSE_PROPOSED", "decision", "EXECUTE",
                    "kill_score", "0.1", "side", "CLOSE", "qty", "0.0", "source", "apply_layer", "timestamp", NowMs() / 1000),
                cancel);
            while ((await redis.TextAsync(RedisKeys.Permit + plan, cancel)).Value is null)
            {
                if (TimeProvider.System.GetElapsedTime(began) > PermitDeadline)
                {
                    throw new Refusal(ExitCode.Bad, $"no permit for plan {plan} within {PermitDeadline.TotalSeconds:F0} s {added.Trouble}");
                }

                await Task.Delay(TimeSpan.FromMilliseconds(1), cancel);
            }

            into.Add(TimeProvider.System.GetElapsedTime(began).TotalMilliseconds);
        }
    }

    private static long NowMs() => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
