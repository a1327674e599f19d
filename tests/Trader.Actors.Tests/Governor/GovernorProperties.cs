using FsCheck;
using FsCheck.Fluent;
using Trader.Actors.Governor;
using Trader.Messages;
using Xunit;
using static Trader.Actors.Tests.Governor.Desk;

namespace Trader.Actors.Tests.Governor;

/// <summary>What must hold whatever the world says.</summary>
public sealed class GovernorProperties
{
    private static readonly string[] Closing = ["FULL_CLOSE_PROPOSED", "PARTIAL_75", "PARTIAL_50", "PARTIAL_25"];

    private static readonly string[] Opening = ["OPEN", "OPEN_LONG", "OPEN_SHORT", "LONG", "SHORT", "BUY", "SELL"];

    private static Config Config { get; } = Config.QuickThrowOnFailure.WithMaxTest(2000);

    private static Gen<StoredText> Anything { get; } = Gen.Elements(
        StoredText.Absent, StoredText.Unreadable, StoredText.Of(""), StoredText.Of("clear"), StoredText.Of("open"), StoredText.Of("true"),
        StoredText.Of("nan"), StoredText.Of("-1"), StoredText.Of("0.5"), StoredText.Of("1e14"), Seconds(NowMs), Seconds(NowMs - 400_000));

    private static Gen<EssLatch?> Latches { get; } =
        Gen.Elements<EssLatch?>(null, NoLatch, NoLatch with { Present = true }, NoLatch with { Doubt = "?" });

    private static Gen<Desk> Days { get; } =
        from mode in Gen.Elements(Enum.GetValues<GovernorMode>())
        from guard in Gen.Elements(Enum.GetValues<RiskGuardUse>())
        from texts in Gen.ArrayOf(Anything, 26)
        from known in Gen.Elements(true, false)
        from readable in Gen.Elements(true, false)
        from priced in Gen.Elements(true, false)
        from latch in Latches
        from size in Gen.Choose(0, 12)
        select Day(mode, guard, texts, size) with
        {
            PositionsKnown = known,
            RowsReadable = readable,
            Latch = latch,
            Prices = new Dictionary<Symbol, decimal>(priced ? [new(Btc, 50_000)] : []),
        };

    /// <summary>D-G1, D-G2, D-G3: whatever limits exposure, an exit that is a plan and not killed gets its permit.</summary>
    [Fact]
    [Trait("covers", "D-G1,D-G2,D-G3")]
    public void No_state_of_the_world_but_the_kill_key_stops_a_close() => Quick(
        from day in Days
        from action in Gen.Elements(Closing)
        from figures in Figures
        select (day, entry: Close([("action", action), .. figures])),
        sample => sample.day.With(facts => facts with { Kill = StoredText.Absent }).Judge(sample.entry).Verdict is GovernorVerdict.Permit
        {
            Opening: null,
        });

    /// <summary>F21, S1: on a day that is good otherwise an open is permitted exactly when all stops were looked at and are clear.</summary>
    [Fact]
    [Trait("rule", "S1")]
    [Trait("covers", "F21")]
    public void An_open_is_permitted_when_stop_gate_halt_and_disarm_are_clear_and_not_otherwise() => Quick(
        from mode in Gen.Elements(Enum.GetValues<GovernorMode>())
        from action in Gen.Elements(Opening)
        from latch in Gen.OneOf(Gen.Constant<EssLatch?>(NoLatch), Latches)
        from state in Gen.OneOf(Gen.Constant(StoredText.Of("clear")), Anything)
        from gate in Gen.OneOf(Gen.Constant(StoredText.Of("open")), Anything)
        from stops in Gen.ArrayOf(Gen.OneOf(Gen.Constant(StoredText.Absent), Gen.Constant(StoredText.Absent), Anything), 3)
        select (entry: Open(("action", action)), day: new Desk { Latch = latch }.In(mode).With(facts => facts with
        {
            EssState = state,
            EntriesGate = gate,
            EssActive = stops[0],
            Halted = stops[1],
            Disarm = stops[2],
        })),
        sample => sample.day.Judge(sample.entry).Verdict is GovernorVerdict.Permit
            == (sample.day is
            {
                Latch: { Engaged: false },
                Facts:
                {
                    EssState.Text: "clear", EntriesGate.Text: "open", EssActive.IsPresent: false, Halted.IsPresent: false,
                    Disarm.IsPresent: false,
                },
            }));

    /// <summary>The caps hold whatever was permitted before in the same batch.</summary>
    [Fact]
    [Trait("covers", "D-G3,D-G4")]
    public void However_many_opens_a_batch_holds_the_caps_are_not_passed() => Quick(
        from sizes in Gen.ArrayOf(Gen.Choose(1, 250))
        from standing in Gen.Choose(0, 12)
        select (sizes, standing),
        sample =>
        {
            var symbols = Enumerable.Range(0, sample.sizes.Length).Select(i => Symbol.Parse($"S{i}USDT")).ToList();
            var day = new Desk
            {
                Positions = [.. Enumerable.Range(0, sample.standing).Select(i => Long($"P{i}USDT", 1, 100))],
                Prices = symbols.ToDictionary(symbol => symbol, _ => 1m),
            }.With(facts => facts with { Symbols = symbols.ToDictionary(symbol => symbol, _ => Symbols) });
            var book = day.Book();
            var permitted = new List<int>();
            for (var i = 0; i < symbols.Count; i++)
            {
                var entry = Open(("symbol", symbols[i].Value), ("qty", $"{sample.sizes[i]}"));
                if (GovernorRules.Judge(day.Settings, entry, book).Verdict is GovernorVerdict.Permit permit)
                {
                    book.Record(entry.Plan, permit);
                    permitted.Add(sample.sizes[i]);
                }
            }

            return permitted.All(size => size <= 200)
                && (permitted.Count == 0
                    || (sample.standing + permitted.Count <= 10 && (sample.standing * 100) + permitted.Sum() <= 2000));
        });

    private static Gen<(string, string)[]> Figures { get; } =
        from score in Gen.Elements("", "0", "0.5", "0.99", "1", "nan", "1e14")
        from snapshot in Gen.Elements("", "0", "500", "-3", "x")
        from exposure in Gen.Elements("", "0.1", "99", "inf")
        from quantity in Gen.Elements("", "0.001", "0.004", "1e14")
        select new[] { ("kill_score", score), ("snapshot_position_count", snapshot), ("snapshot_exposure_pct", exposure), ("qty", quantity) };

    private static Desk Day(GovernorMode mode, RiskGuardUse guard, StoredText[] texts, int size)
    {
        var next = 0;
        StoredText Next() => texts[next++];
        var facts = new Desk().Facts with
        {
            EssState = Next(),
            EssActive = Next(),
            EntriesGate = Next(),
            Halted = Next(),
            Kill = Next(),
            Disarm = Next(),
            Version = Next(),
            Exposure = Next(),
            Risk = new GovernorRiskFacts(Next(), Next(), Next(), Next(), Next(), new Dictionary<string, StoredText> { ["X"] = Next() }),
            Symbols = new Dictionary<Symbol, GovernorSymbolFacts>
            {
                [Btc] = new()
                {
                    Target = Next(),
                    TargetMode = Next(),
                    TargetAt = Next(),
                    TargetConfidence = Next(),
                    Efficiency = Next(),
                    EfficiencyConfidence = Next(),
                    EfficiencyAt = Next(),
                    Opening = new GovernorOpeningFacts(size == 12 ? null : ["1795250000.5"], Next(), Next(), Next(), Next(), Next()),
                },
            },
        };
        var settings = new Desk().Settings;
        return new Desk
        {
            Settings = settings with { Mode = mode, TestnetAllocation = true, Risk = settings.Risk with { Use = guard } },
            Facts = facts,
            Positions = [.. Enumerable.Range(0, size).Select(i => Long(i == 0 ? "BTCUSDT" : $"S{i}USDT", -1, 100))],
        };
    }

    private static void Quick<T>(Gen<T> samples, Func<T, bool> holds) => Prop.ForAll(samples.ToArbitrary(), holds).Check(Config);
}
