using Trader.Messages;

namespace Trader.Redis.Gateway;

/// <summary>Which keys the governor's facts are read from, and the answers as facts.</summary>
internal static class GovernorFactsWire
{
    private const string Get = "get";

    private static readonly string[] Guards =
        ["DAILY_LOSS", "DRAWDOWN", "EMERGENCY_FLATTEN", "CONSEC_LOSS", "EQUITY_STALE", "SPREAD_SPIKE", "ATR_SPIKE"];

    /// <summary>Keys and what to ask of each, in the order in which <see cref="Read"/> takes the answers.</summary>
    public static IReadOnlyList<(string Key, string Word)> Questions(RedisProtocol.ReadGovernorFacts ask)
    {
        List<(string, string)> questions =
        [
            (RedisKeys.EssState, Get), (RedisKeys.EssActive, Get), (RedisKeys.EntriesGate, Get), (RedisKeys.TradingState, "halted"),
            (RedisKeys.Kill, Get), (RedisKeys.GovernorDisarm + ask.Day, Get), (RedisKeys.GovernorVersion, Get),
            (RedisKeys.PortfolioExposure, Get), (RedisKeys.GovernorReserved, "reserved"),
            (RedisKeys.Equity, "equity,peak,last_update_ts"), (RedisKeys.DailyProfit + ask.Day, "pnl"),
            (RedisKeys.ConsecutiveLosses, Get), .. Guards.Select(guard => (RedisKeys.RiskGuardActive + guard, Get)),
        ];
        foreach (var (symbol, opens) in ask.Symbols)
        {
            questions.Add((RedisKeys.AllocationTarget + symbol, "target_usd,mode,timestamp,confidence"));
            questions.Add((RedisKeys.CapitalEfficiency + symbol, "efficiency_score,confidence,ts"));
            if (opens)
            {
                questions.Add((RedisKeys.GovernorExecutions + symbol, "list"));
                questions.Add((RedisKeys.GovernorLastExecution + symbol, Get));
                questions.Add(($"{RedisKeys.GovernorDaily}{symbol}:{ask.Day}", Get));
                questions.Add(($"{RedisKeys.GovernorDailyQuantity}{symbol}:{ask.Day}", Get));
                questions.Add((RedisKeys.MarketState + symbol, "spread_bps,atr_pct"));
            }
        }

        return questions;
    }

    /// <summary>Null when the answer has another shape.</summary>
    public static GovernorFacts? Read(RespValue answer, RedisProtocol.ReadGovernorFacts ask)
    {
        if (answer.Items.Length != Questions(ask).Count + 1
            || !answer.Items[0].TryText(out var clock) || !long.TryParse(clock, out var nowMs))
        {
            return null;
        }

        var next = new Answers(answer);
        var (ess, marker, gate, halted) = (next.Text(), next.Text(), next.Text(), next.Text());
        var (kill, disarm, version, exposure) = (next.Text(), next.Text(), next.Text(), next.Text());
        return new GovernorFacts
        {
            RedisNowMs = nowMs,
            EssState = ess,
            EssActive = marker,
            EntriesGate = gate,
            Halted = halted,
            Kill = kill,
            Disarm = disarm,
            Version = version,
            Exposure = exposure,
            Reserved = next.List(),
            Risk = Risk(next),
            Symbols = ask.Symbols.ToDictionary(symbol => symbol.Key, symbol => Of(next, symbol.Value)),
        };
    }

    private static GovernorRiskFacts Risk(Answers next)
    {
        var equity = next.Fields(3);
        var profit = next.Fields(1);
        var losses = next.Text();
        return new GovernorRiskFacts(
            equity[0], equity[1], equity[2], profit[0], losses, Guards.ToDictionary(guard => guard, _ => next.Text()));
    }

    private static GovernorSymbolFacts Of(Answers next, bool opens)
    {
        var target = next.Fields(4);
        var efficiency = next.Fields(3);
        return new GovernorSymbolFacts
        {
            Target = target[0],
            TargetMode = target[1],
            TargetAt = target[2],
            TargetConfidence = target[3],
            Efficiency = efficiency[0],
            EfficiencyConfidence = efficiency[1],
            EfficiencyAt = efficiency[2],
            Opening = opens ? Opening(next) : null,
        };
    }

    private static GovernorOpeningFacts Opening(Answers next)
    {
        var executions = next.List();
        var (last, notional, quantity) = (next.Text(), next.Text(), next.Text());
        var market = next.Fields(2);
        return new GovernorOpeningFacts(executions, last, notional, quantity, market[0], market[1]);
    }

    /// <summary>Takes the answers one after the other; the first one is the clock.</summary>
    private sealed class Answers(RespValue all)
    {
        private int at = 1;

        public StoredText Text() => Text(all.Items[at++]);

        /// <summary>Fields of a hash; each unreadable when the key is no hash.</summary>
        public StoredText[] Fields(int count)
        {
            var item = all.Items[at++];
            if (item.Kind != RespKind.Array || item.Items.Length != count)
            {
                return [.. Enumerable.Repeat(StoredText.Unreadable, count)];
            }

            var fields = new StoredText[count];
            for (var i = 0; i < count; i++)
            {
                fields[i] = Text(item.Items[i]);
            }

            return fields;
        }

        /// <summary>Null when the key is no list.</summary>
        public IReadOnlyList<string>? List()
        {
            var item = all.Items[at++];
            if (item.Kind != RespKind.Array)
            {
                return null;
            }

            var texts = new List<string>(item.Items.Length);
            foreach (var part in item.Items)
            {
                texts.Add(part.TryText(out var text) ? text : "");
            }

            return texts;
        }

        private static StoredText Text(RespValue value) => value.IsNull ? StoredText.Absent
            : !value.IsError && value.TryText(out var text) ? StoredText.Of(text) : StoredText.Unreadable;
    }
}
