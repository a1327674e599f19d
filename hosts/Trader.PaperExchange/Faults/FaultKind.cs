using System.Globalization;
using Trader.PaperExchange.Engine;

namespace Trader.PaperExchange.Faults;

/// <summary>What becomes of the request itself while a fault applies.</summary>
public enum FaultExecution
{
    /// <summary>It never reaches the engine.</summary>
    Never,

    /// <summary>It is executed as usual, and the client is told something else, or told late, or never told.</summary>
    Now,

    /// <summary>It is executed <see cref="FaultRule.DelayMs"/> after the client was answered.</summary>
    Late,
}

/// <summary>How the answer travels.</summary>
public enum FaultTransport { Normal, Slow, Hang, Reset, BrokenJson, Html }

/// <summary>Damage to the answer of positionRisk.</summary>
public enum RowDamage { None, NullNotional, TextAmount, MissingRow, Empty, Stale }

/// <summary>One kind of fault, as named in a spec.</summary>
public sealed record FaultKind
{
    public required string Name { get; init; }
    public required string Meaning { get; init; }
    public FaultExecution Execution { get; init; } = FaultExecution.Now;
    public FaultTransport Transport { get; init; } = FaultTransport.Normal;

    /// <summary>What the client is told; null for the truth.</summary>
    public ApiError? Answer { get; init; }

    /// <summary>Set for faults of matching: the part of a MARKET order that fills when the spec names none.</summary>
    public decimal? FillFraction { get; init; }
    public RowDamage Rows { get; init; }

    /// <summary>Spares requests that can only reduce, as the exchange promises for -1008.</summary>
    public bool SparesReducing { get; init; }

    /// <summary>Waits this long before execution, so that the engine's own recvWindow check (-5028) can bite.</summary>
    public bool DelaysExecution { get; init; }

    /// <summary>Milliseconds when the spec names none.</summary>
    public int DefaultMs { get; init; }

    /// <summary>
    /// May apply to a single element inside a batch: it has an answer or a matching effect of its own.
    /// </summary>
    public bool FitsBatchElement => (Answer is not null || FillFraction is not null)
        && Transport == FaultTransport.Normal && Answer?.HttpStatus is not (429 or 418);

    /// <summary>
    /// Every named kind. A code of the error table ("-2022") is a kind too: refused with that code, not executed.
    /// </summary>
    public static IReadOnlyList<FaultKind> All { get; } =
    [
        Refuse("429", "too much request weight", ApiError.TooMuchWeight("127.0.0.1", 2400)),
        Refuse("429-orders", "too many orders (-1015)", ApiError.TooManyOrders(300, "TEN_SECONDS")),
        Refuse("418", "the address is banned for ms", ApiError.Banned("127.0.0.1", 0)) with { DefaultMs = 120_000 },
        Refuse("503-unknown", "503 'Unknown error', not executed", ApiError.UnknownExecution),
        Told("503-unknown-executed", "503 'Unknown error', executed", ApiError.UnknownExecution),
        Late("503-unknown-late", "503 'Unknown error', executed ms later", ApiError.UnknownExecution),
        Refuse("503-unavailable", "503 'Service Unavailable.'", ApiError.ServiceUnavailable),
        Refuse("503-internal", "503 -1001", ApiError.Of(-1001)),
        Refuse("503-overload", "503 -1008, sparing orders that reduce", ApiError.Of(-1008))
            with { SparesReducing = true },
        Refuse("503-overload-all", "503 -1008 for every order", ApiError.Of(-1008)),
        Refuse("-1007", "408 timeout, not executed", ApiError.Of(-1007)),
        Told("-1007-executed", "408 timeout, executed", ApiError.Of(-1007)),
        Late("-1007-late", "408 timeout, executed ms later", ApiError.Of(-1007)),
        new()
        {
            Name = "slow",
            Meaning = "executed, answered ms later",
            Transport = FaultTransport.Slow,
            DefaultMs = 2000,
        },
        new()
        {
            Name = "queue",
            Meaning = "waits ms, then executes and answers",
            DelaysExecution = true,
            DefaultMs = 2000,
        },
        new()
        {
            Name = "hang",
            Meaning = "never answered, not executed",
            Transport = FaultTransport.Hang,
            Execution = FaultExecution.Never,
        },
        new() { Name = "hang-executed", Meaning = "executed, never answered", Transport = FaultTransport.Hang },
        new()
        {
            Name = "reset",
            Meaning = "connection reset, not executed",
            Transport = FaultTransport.Reset,
            Execution = FaultExecution.Never,
        },
        new() { Name = "reset-executed", Meaning = "executed, then reset", Transport = FaultTransport.Reset },
        new() { Name = "bad-json", Meaning = "executed, the answer is cut off", Transport = FaultTransport.BrokenJson },
        Html("html-403", 403, "the web firewall's page, not executed"),
        Html("html-502", 502, "the gateway's page, not executed"),
        Partial("partial", "a MARKET order fills fraction, the rest expires", 0.3m),
        Partial("half-expired", "a MARKET order fills half, the rest expires", 0.5m),
        Partial("unfilled", "a MARKET order expires without a fill", 0m),
        Row("bad-row", "positionRisk: notional null in one row", RowDamage.NullNotional),
        Row("bad-amount", "positionRisk: positionAmt \"abc\" in one row", RowDamage.TextAmount),
        Row("missing-row", "positionRisk: one held row left out", RowDamage.MissingRow),
        Row("empty", "positionRisk: [] whatever is held", RowDamage.Empty),
        Row("stale", "positionRisk: as of ms ago", RowDamage.Stale) with { DefaultMs = 1000 },
    ];

    /// <summary>Finds a kind by name, or a refusal by code; null when there is neither.</summary>
    public static FaultKind? Find(string name) =>
        All.FirstOrDefault(kind => kind.Name == name)
        ?? (int.TryParse(name, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var code)
            && ApiError.Find(code) is { } error ? Refuse(name, error.Message, error) : null);

    private static FaultKind Refuse(string name, string meaning, ApiError error) =>
        new() { Name = name, Meaning = meaning, Answer = error, Execution = FaultExecution.Never };

    private static FaultKind Told(string name, string meaning, ApiError error) =>
        new() { Name = name, Meaning = meaning, Answer = error };

    private static FaultKind Late(string name, string meaning, ApiError error) =>
        new() { Name = name, Meaning = meaning, Answer = error, Execution = FaultExecution.Late, DefaultMs = 1000 };

    private static FaultKind Html(string name, int status, string meaning) => new()
    {
        Name = name,
        Meaning = meaning,
        Answer = new ApiError(status, 0, ""),
        Execution = FaultExecution.Never,
        Transport = FaultTransport.Html,
    };

    private static FaultKind Partial(string name, string meaning, decimal fraction) =>
        new() { Name = name, Meaning = meaning, FillFraction = fraction };

    private static FaultKind Row(string name, string meaning, RowDamage damage) =>
        new() { Name = name, Meaning = meaning, Rows = damage };
}
