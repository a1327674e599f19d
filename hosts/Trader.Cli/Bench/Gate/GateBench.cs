using System.Diagnostics;
using System.Globalization;
using Trader.Cli.CommandLine;
using Trader.Cli.Demo;
using Trader.Cli.Stack;
using Trader.Hosting.Configuration;
using Trader.Messages;
using Trader.Redis;

namespace Trader.Cli.Bench.Gate;

/// <summary>
/// The order gate against a paper exchange without latency, so that what is measured is ours: the way from a plan to its order, the number of
/// plans that governor, P3.3 and gate as three processes carry, and what still leaves after the kill switch was set. Who received which order
/// when is asked of the exchange, whose clock is this machine's.
/// </summary>
internal static class GateBench
{
    private const int Symbols = 674;
    private const int LatencyPlans = 500;
    private const int LoadPerSecond = 2000;
    private const int SustainedOpen = 300;
    private const int StopRounds = 10;
    private const int Larger = 10_000;
    private const double LatencyP50Ms = 2;
    private const double LatencyP99Ms = 10;
    private const double StopMs = 5;

    private static readonly TimeSpan Warm = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Sustained = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(10);

    // The account's limits would end the measurement after 300 orders in ten seconds.
    private static readonly StackOptions Stack = new()
    {
        Positions = Symbols,
        Symbols = Symbols,
        LatencyMs = 0,
        Paper = ["--orders-10s", "1000000", "--orders-1m", "1000000", "--weight-limit", "1000000"],
    };

    public static async Task<IReadOnlyList<BenchRow>> RunAsync(int seconds, Terminal terminal, CancellationToken cancel)
    {
        var rows = new List<BenchRow>();
        await using (var stack = await UpAsync(Stack, [Role.ApplyLayer], cancel))
        {
            rows.AddRange(await LatencyAsync(stack, terminal, cancel));
        }

        await using (var stack = await UpAsync(Stack, [Role.Governor, Role.PositionState, Role.ApplyLayer], cancel))
        {
            rows.AddRange(await LoadAsync(stack, seconds, terminal, cancel));
        }

        // Without P3.3's pause after each execution there are enough orders for a switch to stop.
        var dense = Stack with { Variables = new Dictionary<string, string> { ["P33_COOLDOWN_SEC"] = "0" } };
        await using (var stack = await UpAsync(dense, [Role.Governor, Role.PositionState, Role.ApplyLayer], cancel))
        {
            rows.AddRange(await StopAsync(stack, terminal, cancel));
        }

        return rows;
    }

    private static async Task<PrivateStack> UpAsync(StackOptions options, Role[] roles, CancellationToken cancel)
    {
        var stack = await PrivateStack.StartAsync(options, cancel);
        try
        {
            using (var exchange = new PaperControl(stack.PaperAddress))
            {
                // Enough for some hundred partial closes before the exchange's least quantity ends them.
                foreach (var (symbol, amount) in await exchange.PositionsAsync(cancel))
                {
                    await exchange.HoldAsync(symbol, amount * Larger, cancel);
                }
            }

            foreach (var role in roles)
            {
                stack.StartRole(role);
            }

            await stack.ReadyAsync(roles, cancel);
            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    /// <summary>One plan after the other, both permits there before it: from its XADD to the order's arrival.</summary>
    private static async Task<IEnumerable<BenchRow>> LatencyAsync(PrivateStack stack, Terminal terminal, CancellationToken cancel)
    {
        await using var feed = await PlanFeed.OpenAsync(stack.RedisEndpoint, cancel);
        using var exchange = new PaperControl(stack.PaperAddress);
        var held = await exchange.PositionsAsync(cancel);
        var measured = new List<PlanId>();
        // What is slow at first is compiled while these go through.
        for (var i = 0; i < LatencyPlans * 2; i++)
        {
            var id = PlanFeed.NewId();
            var symbol = held[i % held.Count];
            await PermitAsync(feed, id, symbol, cancel);
            var fate = await feed.AddAsync(id, symbol.Symbol, PlanAction.Partial25, cancel);
            await feed.DrainAsync(Quiet, cancel);
            if (!fate.Executed)
            {
                throw new Refusal(ExitCode.Bad, $"a plan that is not executed is no measurement: {symbol.Symbol} {fate.Error}\n{stack.Tails(15)}");
            }

            if (i >= LatencyPlans)
            {
                measured.Add(id);
            }

            await Task.Delay(i % 7, cancel);
        }

        var orders = await exchange.OrdersAsync(cancel);
        var took = measured.Select(id => (orders.Single(o => o.Id == ClientOrderId.ForPlan(id).Value).ReceivedUs - feed.Fates[id.Value].SentUs) / 1000.0)
            .Order().ToArray();
        terminal.Say(Text($"gate.latency: {took.Length} plans, worst {took[^1]:0.00} ms"));
        return
        [
            new("gate.planToOrder.p50", Figures.Share(took, 0.50), "ms", null, LatencyP50Ms),
            new("gate.planToOrder.p99", Figures.Share(took, 0.99), "ms", null, LatencyP99Ms),
        ];
    }

    private static async Task PermitAsync(PlanFeed feed, PlanId id, (string Symbol, decimal Amount) held, CancellationToken cancel)
    {
        var amount = Math.Abs(held.Amount).ToString(CultureInfo.InvariantCulture);
        await Task.WhenAll(
            feed.DoAsync(RedisCommand.Of("SET", RedisKeys.Permit + id, $$"""{"granted":true,"symbol":"{{held.Symbol}}"}""", "EX", 60), cancel),
            feed.DoAsync(
                RedisCommand.Of(
                    "SET", RedisKeys.PositionStatePermit + id, $$"""{"allow":true,"symbol":"{{held.Symbol}}","safe_close_qty":{{amount}}}""", "EX", 60),
                cancel));
    }

    /// <summary>2,000 plans a second: every plan has one result, and an order on the exchange exactly where the result says so.</summary>
    private static async Task<IEnumerable<BenchRow>> LoadAsync(PrivateStack stack, int seconds, Terminal terminal, CancellationToken cancel)
    {
        await using var feed = await PlanFeed.OpenAsync(stack.RedisEndpoint, cancel);
        using var exchange = new PaperControl(stack.PaperAddress);
        var next = Mix(await exchange.PositionsAsync(cancel));
        using (var warm = new CancellationTokenSource(Warm))
        {
            await feed.RunAsync(LoadPerSecond / 4, next, warm.Token);
        }

        await feed.DrainAsync(Quiet, cancel);
        var (before, cpu, began) = (feed.Fates.Count, Cpu(stack), TimeProvider.System.GetTimestamp());
        using (var until = CancellationTokenSource.CreateLinkedTokenSource(cancel))
        {
            until.CancelAfter(TimeSpan.FromSeconds(seconds));
            await feed.RunAsync(LoadPerSecond, next, until.Token);
        }

        cancel.ThrowIfCancellationRequested();
        var open = feed.Fates.Count - feed.Ended;
        var fed = TimeProvider.System.GetElapsedTime(began);
        await feed.DrainAsync(Quiet, cancel);
        var all = TimeProvider.System.GetElapsedTime(began);
        var plans = feed.Fates.Count - before;
        foreach (var (name, used) in Cpu(stack))
        {
            terminal.Say(Text($"gate.load: {name} used {(used - cpu[name]).TotalMicroseconds / plans:0} us of a core per plan"));
        }

        var waited = feed.Fates.Values.Where(f => f.EndedUs > 0).Select(f => (f.EndedUs - f.SentUs) / 1000.0).ToArray();
        var (sustained, ended) = (TimeProvider.System.GetTimestamp(), feed.Ended);
        using (var until = CancellationTokenSource.CreateLinkedTokenSource(cancel))
        {
            until.CancelAfter(Sustained);
            await feed.KeepOpenAsync(SustainedOpen, next, until.Token);
        }

        cancel.ThrowIfCancellationRequested();
        var rate = (feed.Ended - ended) / TimeProvider.System.GetElapsedTime(sustained).TotalSeconds;
        await feed.DrainAsync(Quiet, cancel);
        var orders = await exchange.OrdersAsync(cancel);
        var mistakes = Mistakes(feed.Fates, orders);
        terminal.Say(Text($"gate.load: {plans} plans in {fed.TotalSeconds:0.0} s, {open} open at its end, all answered ")
            + Text($"{(all - fed).TotalSeconds:0.0} s later; {orders.Count} orders; plan to result ")
            + Text($"p50 {Figures.Share(waited, 0.5):0} ms, p99 {Figures.Share(waited, 0.99):0} ms"));
        terminal.Say("gate.load: " + Ends(feed));
        return
        [
            new("gate.sustained.plansPerSecond", rate, "/s", LoadPerSecond, null),
            new("gate.load.plansPerSecond", plans / all.TotalSeconds, "/s", LoadPerSecond * 0.95, null),
            new("gate.load.orders", orders.Count, "", 1, null),
            new("gate.load.lost", mistakes.Lost, "plans", null, 0),
            new("gate.load.answeredTwice", mistakes.AnsweredTwice, "plans", null, 0),
            new("gate.load.executedTwice", mistakes.ExecutedTwice, "plans", null, 0),
            new("gate.load.resultAndExchangeDiffer", mistakes.Differ, "plans", null, 0),
        ];
    }

    /// <summary>The switch by SET, ten times, and by the command, once, while orders leave as fast as they can.</summary>
    private static async Task<IEnumerable<BenchRow>> StopAsync(PrivateStack stack, Terminal terminal, CancellationToken cancel)
    {
        await using var feed = await PlanFeed.OpenAsync(stack.RedisEndpoint, cancel);
        using var exchange = new PaperControl(stack.PaperAddress);
        using var person = new RedisCli(stack.RedisPort);
        using var until = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var load = feed.RunAsync(LoadPerSecond / 2, Mix(await exchange.PositionsAsync(cancel)), until.Token);
        // What is compiled meanwhile would be measured.
        await Task.Delay(Warm * 2, cancel);
        var (late, offAt, orders) = (new List<double?>(), PlanFeed.NowUs, 0);
        for (var round = 0; round < StopRounds; round++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1500 + (37 * round)), cancel);
            await person.TypeAsync($"SET {RedisKeys.KillSwitch} true", cancel);
            var acknowledged = PlanFeed.NowUs;
            await Task.Delay(TimeSpan.FromMilliseconds(500), cancel);
            var since = (await exchange.OrdersAsync(cancel)).Where(o => o.ReceivedUs > offAt).Select(o => o.ReceivedUs).ToArray();
            orders += since.Length;
            // A round without an order shows nothing.
            late.Add(since.Length == 0 ? null : (since.Max() - acknowledged) / 1000.0);
            offAt = PlanFeed.NowUs;
            await person.TypeAsync($"SET {RedisKeys.KillSwitch} false", cancel);
        }

        await Task.Delay(Warm, cancel);
        var command = await stack.VerbAsync(["kill-switch", "on", "--reason", "bench"], cancel);
        var returned = PlanFeed.NowUs;
        await Task.Delay(TimeSpan.FromSeconds(1), cancel);
        var after = (await exchange.OrdersAsync(cancel)).Count(o => o.ReceivedUs > returned);
        await until.CancelAsync();
        await load;
        await feed.DrainAsync(Quiet, cancel);
        var mistakes = Mistakes(feed.Fates, await exchange.OrdersAsync(cancel));
        terminal.Say("gate.stop: " + Ends(feed));
        terminal.Say(Text($"gate.stop: {orders} orders in {StopRounds} rounds; last order after SET, ms: ")
            + Text($"{string.Join(' ', late.Select(l => l is { } ms ? Text($"{ms:0.0}") : "none"))}"));
        return
        [
            new("gate.stop.lastOrderAfterSet.worst", late.Contains(null) ? null : late.Max(), "ms", null, StopMs),
            new("gate.stop.command.exitCode", command, "", null, 0),
            new("gate.stop.ordersAfterCommand", after, "orders", null, 0),
            new("gate.stop.lostOrTwice", mistakes.Lost + mistakes.AnsweredTwice + mistakes.ExecutedTwice + mistakes.Differ, "plans", null, 0),
        ];
    }

    private static (int Lost, int AnsweredTwice, int ExecutedTwice, int Differ) Mistakes(
        IReadOnlyDictionary<string, PlanFate> fates, IReadOnlyList<PaperOrder> orders)
    {
        var accepted = orders.Where(o => o.Accepted).GroupBy(o => o.Id).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
        return (
            fates.Count(f => f.Value.Finals == 0),
            fates.Count(f => f.Value.Finals > 1),
            accepted.Count(a => a.Value > 1),
            fates.Count(f => f.Value.Executed != accepted.ContainsKey(ClientOrderId.ForPlan(PlanId.Parse(f.Key)).Value)));
    }

    private static string Ends(PlanFeed feed) => string.Join(", ", feed.Fates.Values
        .GroupBy(f => f.Finals == 0 ? "NO RESULT" : f.Executed ? "executed" : f.Error).OrderByDescending(g => g.Count())
        .Select(g => $"{g.Count()} {g.Key}"));

    private static Func<(string Symbol, PlanAction Action)> Mix(IReadOnlyList<(string Symbol, decimal Amount)> held)
    {
        var random = new Random(1);
        return () => (held[random.Next(held.Count)].Symbol, random.Next(10) switch
        {
            0 => PlanAction.Partial50,
            1 => PlanAction.Partial75,
            _ => PlanAction.Partial25,
        });
    }

    private static Dictionary<string, TimeSpan> Cpu(PrivateStack stack) => stack.Processes.ToDictionary(p => p.Name, p =>
    {
        using var process = Process.GetProcessById(p.Pid);
        return process.TotalProcessorTime;
    });

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
