using System.Globalization;
using Trader.Actors.Governor;
using Trader.Messages;

namespace Trader.Actors.Tests.Governor;

/// <summary>A governor's day on which an open of BTCUSDT is in order; tests change one thing at a time.</summary>
internal sealed record Desk
{
    public const long NowMs = 1_795_250_725_000;

    public static readonly Symbol Btc = Symbol.Parse("BTCUSDT");

    public static readonly EssLatch NoLatch = new("/run/ESS_ON", false, "");

    public GovernorSettings Settings { get; init; } = new(
        GovernorMode.Testnet, TestnetAllocation: false, AllocationBurst: 2, AllocationMaxAge: S(300), IntentWarnAge: S(30),
        OpenMaxAge: S(60), CloseMaxAge: S(600), new GovernorCaps(10, 200, 2000), new GovernorRates(S(60), 3, 2, 5000, 0.02m),
        KillScoreCritical: 0.8m, KillScoreOpen: 0.85m, new GovernorDisarmSettings(true, true, 5),
        new RiskGuardSettings(
            RiskGuardUse.Production, 0.025m, 0.08m, 0.10m, S(14_400), 3, S(3600), 50, 0.05m, S(300)),
        new EfficiencySettings(0.65m, 0.45m, 0.25m, S(120), S(600)),
        PositionsEvery: S(1), PositionsMaxAge: S(5), PricesEvery: S(5), PricesMaxAge: S(30), JournalWait: S(1), ExitLock: S(5));

    public GovernorFacts Facts { get; init; } = new()
    {
        RedisNowMs = NowMs,
        EssState = StoredText.Of("clear"),
        EssActive = StoredText.Absent,
        EntriesGate = StoredText.Of("open"),
        Halted = StoredText.Absent,
        Kill = StoredText.Absent,
        Disarm = StoredText.Absent,
        Version = StoredText.Absent,
        Exposure = StoredText.Absent,
        Reserved = [],
        Risk = new GovernorRiskFacts(
            StoredText.Of("10000"), StoredText.Of("10000"), Seconds(NowMs), StoredText.Absent, StoredText.Absent,
            new Dictionary<string, StoredText>()),
        Symbols = new Dictionary<Symbol, GovernorSymbolFacts> { [Btc] = Symbols },
    };

    public static GovernorSymbolFacts Symbols { get; } = new()
    {
        Target = StoredText.Absent,
        TargetMode = StoredText.Absent,
        TargetAt = StoredText.Absent,
        TargetConfidence = StoredText.Absent,
        Efficiency = StoredText.Absent,
        EfficiencyConfidence = StoredText.Absent,
        EfficiencyAt = StoredText.Absent,
        Opening = new GovernorOpeningFacts(
            [], StoredText.Absent, StoredText.Absent, StoredText.Absent, StoredText.Of("5"), StoredText.Of("0.01")),
    };

    public IReadOnlyList<Position> Positions { get; init; } = [];

    public bool PositionsKnown { get; init; } = true;

    public bool RowsReadable { get; init; } = true;

    public IReadOnlyDictionary<Symbol, decimal> Prices { get; init; } = new Dictionary<Symbol, decimal> { [Btc] = 50_000 };

    public EssLatch? Latch { get; init; } = NoLatch;

    public static TimeSpan S(int seconds) => TimeSpan.FromSeconds(seconds);

    public static StoredText Seconds(long ms) => StoredText.Of((ms / 1000m).ToString(CultureInfo.InvariantCulture));

    public static Position Long(string symbol, decimal amount, decimal mark) =>
        new(new PositionKey(Symbol.Parse(symbol), PositionSide.Both), amount, mark, mark, 0, 0);

    /// <summary>Three cents short of the cap per trade.</summary>
    public static RedisProtocol.PlanSeen Open(params (string Name, string Value)[] changes) =>
        Entry([("action", "OPEN_LONG"), ("qty", "0.003999"), ("kill_score", "0.1"), .. changes]);

    public static RedisProtocol.PlanSeen Close(params (string Name, string Value)[] changes) =>
        Entry([("action", "FULL_CLOSE_PROPOSED"), ("kill_score", "0.1"), .. changes]);

    public static RedisProtocol.PlanSeen Entry(params (string Name, string Value)[] changes)
    {
        var fields = new Dictionary<string, string>
        {
            ["plan_id"] = "97367696615fa75a",
            ["symbol"] = "BTCUSDT",
            ["decision"] = "EXECUTE",
            ["source"] = "apply_layer",
        };
        foreach (var (name, value) in changes)
        {
            fields[name] = value;
        }

        return PlanWire.TryRead([.. fields], out var plan, out var fault)
            ? new RedisProtocol.PlanSeen($"{NowMs - 5}-0", plan, false)
            : throw new InvalidOperationException(fault.ToString());
    }

    public Desk In(GovernorMode mode) => this with { Settings = Settings with { Mode = mode } };

    public Desk With(Func<GovernorFacts, GovernorFacts> change) => this with { Facts = change(Facts) };

    public Desk WithSymbol(Func<GovernorSymbolFacts, GovernorSymbolFacts> change) => With(facts => facts with
    {
        Symbols = new Dictionary<Symbol, GovernorSymbolFacts> { [Btc] = change(facts.Symbols[Btc]) },
    });

    public Desk WithOpening(Func<GovernorOpeningFacts, GovernorOpeningFacts> change) =>
        WithSymbol(symbol => symbol with { Opening = change(symbol.Opening!) });

    public Desk Allocated(string target, string mode = "enforce", long ageMs = 0) => WithSymbol(symbol => symbol with
    {
        Target = StoredText.Of(target),
        TargetMode = StoredText.Of(mode),
        TargetAt = Seconds(NowMs - ageMs),
        TargetConfidence = StoredText.Of("0.8"),
    });

    public GovernorBook Book() => new(
        Facts, new Exposure(Positions, PositionsKnown && RowsReadable, PositionsKnown, Prices, Facts.Reserved), Latch, isDisarming: false);

    public GovernorJudgement Judge(RedisProtocol.PlanEntry entry) => GovernorRules.Judge(Settings, entry, Book());

    /// <summary><c>permit</c>, <c>pass</c>, or why not.</summary>
    public string Verdict(RedisProtocol.PlanEntry entry) => Judge(entry).Verdict switch
    {
        GovernorVerdict.Permit => "permit",
        GovernorVerdict.PassOver => "pass",
        GovernorVerdict.Refuse refuse => refuse.Text,
        var other => throw new InvalidOperationException($"{other}"),
    };
}
