using Trader.Actors.PositionState;
using Trader.Messages;
using Xunit;
using static Trader.Actors.Tests.Documented;

namespace Trader.Actors.Tests.PositionState;

/// <summary>The documented figures of P3.3 and small makers of its facts.</summary>
internal static class Account
{
    public const long NowMs = 1_770_000_000_000;

    public static readonly Symbol Btc = Symbol.Parse("BTCUSDT");

    public static readonly MarketLot Lot = new(0.001m, 120m, 0.001m);

    public static readonly PositionStateSettings Settings = new(
        Seconds(1), Ms(1500), Ms(900), Seconds(10), Seconds(15), 1.0m, 0.001m, 0.0001m, Seconds(60), Seconds(60), 0.80m, 5000m,
        new HashSet<Symbol>(), Seconds(10), Seconds(10), Seconds(60), Seconds(30), true);

    public static Plan Plan(string action = "FULL_CLOSE_PROPOSED", params (string Name, string Value)[] more)
    {
        List<KeyValuePair<string, string>> fields =
        [
            new("plan_id", "97367696615fa75a"), new("symbol", "BTCUSDT"), new("action", action), new("decision", "EXECUTE"),
            .. more.Select(m => new KeyValuePair<string, string>(m.Name, m.Value)),
        ];
        Assert.True(PlanWire.TryRead(fields, out var plan, out var fault), fault.ToString());
        return plan;
    }

    public static Plan Open(decimal quantity, string side = "BUY", string killScore = "0.1", string price = "50000") => Plan(
        "OPEN", ("side", side), ("qty", LedgerFacts.Plain(quantity)), ("kill_score", killScore), ("price", price), ("reduceOnly", "false"));

    public static ExchangeView View(decimal amount, double ageSeconds = 0.5, decimal mark = 50000m, int? legs = null, string unreadable = "") =>
        new(amount, mark, mark, 0, legs ?? (amount == 0 ? 0 : 1), unreadable, Seconds(ageSeconds));

    public static LedgerFacts Ledger(decimal? amount) =>
        LedgerFacts.None with { Text = amount is { } value ? LedgerFacts.Plain(value) : null };

    public static PermitFacts Facts(ExchangeView? view, LedgerFacts? ledger = null, MarketLot? lot = null) =>
        new(view, lot ?? Lot, true, ledger ?? LedgerFacts.None, NowMs, NowMs - 20, false);

    public static PermitVerdict Judge(Plan plan, PermitFacts facts, PositionStateSettings? settings = null) =>
        PositionStateRules.Judge(plan, facts, settings ?? Settings);

    public static PermitVerdict.Granted Granted(PermitVerdict verdict) => Assert.IsType<PermitVerdict.Granted>(verdict);

    public static string Denied(PermitVerdict verdict) => Assert.IsType<PermitVerdict.Denied>(verdict).Reason.Code();

    public static decimal Number(PermitVerdict verdict, string name) =>
        Assert.IsType<PermitVerdict.Denied>(verdict).Context.Single(item => item.Name == name).Number!.Value;
}
