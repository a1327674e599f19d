namespace Trader.Cli.Stack;

/// <summary>What a private stack looks like.</summary>
internal sealed record StackOptions
{
    /// <summary>Positions that are open at the start.</summary>
    public int Positions { get; init; } = 44;

    /// <summary>Symbols the exchange lists.</summary>
    public int Symbols { get; init; } = 674;

    /// <summary>From request to answer of the exchange.</summary>
    public int LatencyMs { get; init; } = 50;

    /// <summary>Faults of the exchange, in the paper exchange's grammar.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [];

    /// <summary>Hedge mode instead of one-way.</summary>
    public bool Hedge { get; init; }

    /// <summary>Further arguments of the paper exchange.</summary>
    public IReadOnlyList<string> Paper { get; init; } = [];

    /// <summary>Further variables of the roles.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets every line of every process; null: nobody does.</summary>
    public Action<string>? Echo { get; init; }
}
