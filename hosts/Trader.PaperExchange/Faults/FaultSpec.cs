using System.Globalization;

namespace Trader.PaperExchange.Faults;

/// <summary>
/// The fault grammar, its one home:
/// <code>
/// ENDPOINT:SYMBOL:KIND[:count=N][:after=N][:probability=P][:seed=N][:ms=N][:fraction=F]
/// </code>
/// ENDPOINT is a name of <see cref="Endpoints"/> or <c>*</c>; <c>order</c> also meets single elements of a batch when
/// the kind has an answer of its own, <c>batch</c> meets the batch as a whole. SYMBOL is a symbol or <c>*</c>. KIND is
/// a name of
/// <see cref="FaultKind.All"/> or a code of the error table, such as <c>-2022</c>. <c>after</c> lets that many matching
/// requests pass first, <c>count</c> ends the fault after that many hits (default: never), <c>probability</c> (0 to 1,
/// default 1) is drawn from <c>seed</c> (default 1).
/// </summary>
/// <example><c>order:BTCUSDT:-1007-executed:count=1</c></example>
public sealed record FaultSpec
{
    /// <summary>The names an ENDPOINT may have.</summary>
    public static IReadOnlyList<string> Endpoints { get; } =
    [
        "ping", "time", "exchangeInfo", "premiumIndex", "tickerPrice", "positionRisk", "order", "queryOrder",
        "cancelOrder", "batch", "cancelBatch", "openOrders", "openOrder", "cancelAll", "getMode", "setMode",
        "rateLimitOrder", "account", "balance", "openAlgoOrders", "cancelAllAlgo", "leverageBracket",
    ];

    public required string Text { get; init; }

    /// <summary>Null for any.</summary>
    public string? Endpoint { get; init; }

    /// <summary>Null for any.</summary>
    public string? Symbol { get; init; }
    public required FaultKind Kind { get; init; }
    public int? Count { get; init; }
    public int After { get; init; }
    public double Probability { get; init; } = 1;
    public int Seed { get; init; } = 1;
    public int? Ms { get; init; }
    public decimal? Fraction { get; init; }

    /// <summary>Reads a spec; on failure <paramref name="error"/> is one line that says what is wrong.</summary>
    public static FaultSpec? Parse(string text, out string error)
    {
        var parts = text.Split(':');
        if (parts.Length < 3)
        {
            error = $"fault '{text}': expected ENDPOINT:SYMBOL:KIND, for example order:BTCUSDT:-1007-executed:count=1";
            return null;
        }
        if (parts[0] != "*" && !Endpoints.Contains(parts[0]))
        {
            error = $"fault '{text}': unknown endpoint '{parts[0]}'; one of * {string.Join(' ', Endpoints)}";
            return null;
        }
        if (parts[1].Length == 0)
        {
            error = $"fault '{text}': the symbol is empty; write * for any";
            return null;
        }
        if (FaultKind.Find(parts[2]) is not { } kind)
        {
            error = $"fault '{text}': unknown kind '{parts[2]}'; an error code such as -2022, or one of "
                + string.Join(' ', FaultKind.All.Select(known => known.Name));
            return null;
        }
        if ((kind.Rows != RowDamage.None && parts[0] != "positionRisk")
            || (kind.FillFraction is not null && parts[0] != "order"))
        {
            var only = kind.FillFraction is null ? "positionRisk" : "order";
            error = $"fault '{text}': '{kind.Name}' goes with the endpoint {only} only";
            return null;
        }
        var spec = new FaultSpec
        {
            Text = text,
            Endpoint = parts[0] == "*" ? null : parts[0],
            Symbol = parts[1] == "*" ? null : parts[1],
            Kind = kind,
        };
        foreach (var option in parts.Skip(3))
        {
            if (spec.With(option) is not { } next)
            {
                error = $"fault '{text}': bad option '{option}'; "
                    + "count=N after=N probability=0..1 seed=N ms=N fraction=0..1";
                return null;
            }
            spec = next;
        }
        error = "";
        return spec;
    }

    private FaultSpec? With(string option)
    {
        var split = option.IndexOf('=', StringComparison.Ordinal);
        var name = split < 0 ? option : option[..split];
        var value = split < 0 ? "" : option[(split + 1)..];
        var isCount = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        var isPart = decimal.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var part)
            && part is >= 0 and <= 1;
        return name switch
        {
            "count" when isCount && number > 0 => this with { Count = number },
            "after" when isCount => this with { After = number },
            "seed" when isCount => this with { Seed = number },
            "ms" when isCount => this with { Ms = number },
            "probability" when isPart => this with { Probability = (double)part },
            "fraction" when isPart => this with { Fraction = part },
            _ => null,
        };
    }
}
