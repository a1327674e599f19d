using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Trader.Messages;

/// <summary>
/// The written-out mapping of plans to the fields of <c>quantum:stream:apply.plan</c> (apply-layer contract 1.6, governor contract 1b).
/// Words are documented in capitals and are compared exactly: what somebody spelled his own way is not carried out. Numbers are invariant
/// text as Python writes it, exponents included; <c>nan</c>, <c>inf</c> and blanks are none. Of a field written twice the last one counts.
/// </summary>
public static class PlanWire
{
    /// <summary>Longest word or name that is kept, in characters.</summary>
    public const int MaxText = 64;

    /// <summary>Documented plans have at most 31 fields.</summary>
    public const int MaxFields = 96;

    private const int MaxNumber = 40;

    /// <summary>Beyond any quantity, price or time in ms; two such numbers can be multiplied without overflow.</summary>
    private const decimal Largest = 100_000_000_000_000m;

    /// <summary>Numbers below this are seconds, from here on milliseconds.</summary>
    private const decimal SecondsBelow = 100_000_000_000m;

    private const decimal LatestMs = 99_999_999_999_999m;

    private static readonly (string Word, PlanDecision Decision)[] Decisions =
    [
        ("EXECUTE", PlanDecision.Execute), ("SKIP", PlanDecision.Skip), ("BLOCKED", PlanDecision.Blocked), ("ERROR", PlanDecision.Error),
        ("HOLD", PlanDecision.Hold), ("HALT", PlanDecision.Halt),
    ];

    /// <summary>Reads one entry; on failure <paramref name="fault"/> says why.</summary>
    public static bool TryRead(
        IReadOnlyList<KeyValuePair<string, string>> fields, [NotNullWhen(true)] out Plan? plan, out PlanFault fault)
    {
        ArgumentNullException.ThrowIfNull(fields);
        plan = null;
        if (fields.Count > MaxFields)
        {
            fault = PlanFault.TooLarge;
            return false;
        }

        var map = new Dictionary<string, string>(fields.Count, StringComparer.Ordinal);
        foreach (var (name, value) in fields)
        {
            map[name] = value;
        }

        if (Essentials(map) is not { } read)
        {
            fault = FirstFault(map);
            return false;
        }

        fault = default;
        plan = read with
        {
            KillScore = Number(map, "kill_score"),
            Confidence = Number(map, "confidence"),
            RegimeFlip = Number(map, "k_regime_flip"),
            Price = Positive(Number(map, "price")) ?? Positive(Number(map, "entry_price")),
            Leverage = Positive(Number(map, "leverage")),
            Source = Cut(map.GetValueOrDefault("source", "")),
            TimestampMs = Time(map, "timestamp"),
            IntentCreatedAtMs = Time(map, "intent_created_at"),
            SnapshotPositionCount = Count(map, "snapshot_position_count"),
            SnapshotExposure = Number(map, "snapshot_exposure_pct"),
            Fields = fields,
        };
        return true;
    }

    /// <summary>
    /// The fields a producer writes: the contract's required ones first, then those that the plan has. Quantities are plain decimal text.
    /// </summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Write(Plan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var fields = new List<KeyValuePair<string, string>>
        {
            new("plan_id", plan.Id.Value),
            new("symbol", plan.Symbol.Value),
            new("action", plan.ActionText),
            new("decision", plan.DecisionText),
            new("side", plan.Effect == PlanEffect.Closes && plan.Side is null ? "CLOSE" : Text(plan.Side)),
            new("qty", plan.Quantity is { } quantity ? Text(quantity) : "0.0"),
            new("source", plan.Source),
            new("timestamp", ((plan.TimestampMs ?? 0) / 1000).ToString(CultureInfo.InvariantCulture)),
        };
        Add(fields, "kill_score", plan.KillScore);
        Add(fields, "confidence", plan.Confidence);
        Add(fields, "k_regime_flip", plan.RegimeFlip);
        Add(fields, "price", plan.Price);
        Add(fields, "leverage", plan.Leverage);
        Add(fields, "intent_created_at", plan.IntentCreatedAtMs / 1000m);
        Add(fields, "snapshot_position_count", plan.SnapshotPositionCount);
        Add(fields, "snapshot_exposure_pct", plan.SnapshotExposure);
        if (plan.ReduceOnly is { } reduceOnly)
        {
            fields.Add(new("reduceOnly", reduceOnly ? "true" : "false"));
        }

        return fields;
    }

    /// <summary>The documented word of an action; an open is written as <c>OPEN</c>, its direction as <c>side</c>.</summary>
    public static string Text(PlanAction action) => action switch
    {
        PlanAction.FullClose => "FULL_CLOSE_PROPOSED",
        PlanAction.Partial75 => "PARTIAL_75",
        PlanAction.Partial50 => "PARTIAL_50",
        PlanAction.Partial25 => "PARTIAL_25",
        PlanAction.Open => "OPEN",
        PlanAction.UpdateStopLoss => "UPDATE_SL",
        PlanAction.Hold => "HOLD",
        PlanAction.Unknown => "",
    };

    /// <summary>The documented word; empty for <see cref="PlanDecision.Unknown"/>.</summary>
    public static string Text(PlanDecision decision) => Decisions.FirstOrDefault(known => known.Decision == decision).Word ?? "";

    /// <summary>The stable code of a fault, in records and metric labels.</summary>
    public static string Code(PlanFault fault) => fault switch
    {
        PlanFault.TooLarge => "too_large",
        PlanFault.PlanIdMissing => "plan_id_missing",
        PlanFault.PlanIdInvalid => "plan_id_invalid",
        PlanFault.SymbolInvalid => "symbol_invalid",
        PlanFault.WordTooLong => "word_too_long",
        PlanFault.QuantityInvalid => "quantity_invalid",
        PlanFault.SideInvalid => "side_invalid",
        PlanFault.SideContradiction => "side_contradiction",
        PlanFault.ReduceOnlyInvalid => "reduce_only_invalid",
        PlanFault.ReduceOnlyContradiction => "reduce_only_contradiction",
    };

    /// <summary>A number as Python or a person writes it; false for nan, inf, blanks and what is beyond 1e14.</summary>
    public static bool TryNumber(string? text, out decimal number)
    {
        number = 0;
        return text is { Length: > 0 and <= MaxNumber }
            && decimal.TryParse(
                text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
                CultureInfo.InvariantCulture, out number)
            && Math.Abs(number) <= Largest;
    }

    /// <summary>What must be understood before a plan can be anything; null when one of it is not.</summary>
    private static Plan? Essentials(Dictionary<string, string> map)
    {
        if (!PlanId.TryParse(map.GetValueOrDefault("plan_id"), out var id)
            || !Symbol.TryParse(map.GetValueOrDefault("symbol"), out var symbol)
            || !TryWord(map, "decision", out var decision) || !TryWord(map, "action", out var action)
            || !TryQuantity(map, out var quantity) || !TryReduceOnly(map, out var reduceOnly)
            || !TrySide(map.GetValueOrDefault("side", ""), out var side))
        {
            return null;
        }

        var (kind, own) = Action(action);
        return (own is not null && side is not null && own != side) || Contradicts(action, reduceOnly)
            ? null
            : new Plan
            {
                Id = id,
                Symbol = symbol,
                Decision = Decision(decision),
                DecisionText = decision,
                Action = kind,
                ActionText = action,
                Side = side ?? own,
                Quantity = quantity,
                ReduceOnly = reduceOnly,
            };
    }

    private static PlanFault FirstFault(Dictionary<string, string> map) =>
        map.GetValueOrDefault("plan_id", "").Length == 0 ? PlanFault.PlanIdMissing
        : !PlanId.TryParse(map["plan_id"], out _) ? PlanFault.PlanIdInvalid
        : !Symbol.TryParse(map.GetValueOrDefault("symbol"), out _) ? PlanFault.SymbolInvalid
        : !TryWord(map, "decision", out _) || !TryWord(map, "action", out _) ? PlanFault.WordTooLong
        : !TryQuantity(map, out _) ? PlanFault.QuantityInvalid
        : !TryReduceOnly(map, out var reduceOnly) ? PlanFault.ReduceOnlyInvalid
        : !TrySide(map.GetValueOrDefault("side", ""), out _) ? PlanFault.SideInvalid
        : Contradicts(map.GetValueOrDefault("action", ""), reduceOnly) ? PlanFault.ReduceOnlyContradiction
        : PlanFault.SideContradiction;

    private static bool TryWord(Dictionary<string, string> map, string name, out string word)
    {
        word = map.GetValueOrDefault(name, "");
        return word.Length <= MaxText;
    }

    private static PlanDecision Decision(string word)
    {
        foreach (var known in Decisions)
        {
            if (known.Word == word)
            {
                return known.Decision;
            }
        }

        return PlanDecision.Unknown;
    }

    /// <summary>The action, and the direction that its own word names.</summary>
    private static (PlanAction Action, OrderSide? Side) Action(string word) => word switch
    {
        "FULL_CLOSE_PROPOSED" => (PlanAction.FullClose, null),
        "PARTIAL_75" => (PlanAction.Partial75, null),
        "PARTIAL_50" => (PlanAction.Partial50, null),
        "PARTIAL_25" => (PlanAction.Partial25, null),
        "OPEN" => (PlanAction.Open, null),
        "OPEN_LONG" or "LONG" or "BUY" => (PlanAction.Open, OrderSide.Buy),
        "OPEN_SHORT" or "SHORT" or "SELL" => (PlanAction.Open, OrderSide.Sell),
        "UPDATE_SL" => (PlanAction.UpdateStopLoss, null),
        "HOLD" => (PlanAction.Hold, null),
        _ => (PlanAction.Unknown, null),
    };

    /// <summary>BUY and SELL name an order, which may reduce; the others name a position that would be opened.</summary>
    private static bool Contradicts(string action, bool? reduceOnly) =>
        reduceOnly == true && action is "OPEN" or "OPEN_LONG" or "OPEN_SHORT" or "LONG" or "SHORT";

    private static bool TryQuantity(Dictionary<string, string> map, out decimal? quantity)
    {
        quantity = null;
        var text = map.GetValueOrDefault("qty", "");
        if (text.Length == 0)
        {
            return true;
        }

        if (!TryNumber(text, out var number) || number < 0)
        {
            return false;
        }

        quantity = Positive(number);
        return true;
    }

    private static bool TryReduceOnly(Dictionary<string, string> map, out bool? reduceOnly)
    {
        reduceOnly = map.GetValueOrDefault("reduceOnly", "").ToLowerInvariant() switch
        {
            "true" or "1" or "yes" => true,
            "false" or "0" or "no" => false,
            _ => null,
        };
        return reduceOnly is not null || map.GetValueOrDefault("reduceOnly", "").Length == 0;
    }

    private static bool TrySide(string word, out OrderSide? side)
    {
        side = word switch
        {
            "BUY" or "LONG" => OrderSide.Buy,
            "SELL" or "SHORT" => OrderSide.Sell,
            _ => null,
        };
        return side is not null || word is "" or "CLOSE";
    }

    private static decimal? Number(Dictionary<string, string> map, string name) =>
        TryNumber(map.GetValueOrDefault(name), out var number) ? number : null;

    private static decimal? Positive(decimal? number) => number > 0 ? number : null;

    private static int? Count(Dictionary<string, string> map, string name) =>
        TryNumber(map.GetValueOrDefault(name), out var number) && number is >= 0 and <= 1_000_000
            ? (int)number
            : null;

    private static long? Time(Dictionary<string, string> map, string name) =>
        TryNumber(map.GetValueOrDefault(name), out var number) && number > 0 && number <= LatestMs
            ? (long)(number < SecondsBelow ? number * 1000 : number)
            : null;

    private static string Cut(string text) => text.Length > MaxText ? text[..MaxText] : text;

    private static string Text(OrderSide? side) => side switch
    {
        OrderSide.Buy => "BUY",
        OrderSide.Sell => "SELL",
        null => "",
    };

    private static string Text(decimal number) => number.ToString(CultureInfo.InvariantCulture);

    private static void Add(List<KeyValuePair<string, string>> fields, string name, decimal? number)
    {
        if (number is { } value)
        {
            fields.Add(new(name, Text(value)));
        }
    }
}
