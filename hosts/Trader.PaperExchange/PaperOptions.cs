using Trader.PaperExchange.Engine;
using Trader.PaperExchange.Limits;

namespace Trader.PaperExchange;

/// <summary>What a paper exchange is made of. The defaults suit tests: a free port, no latency, no positions.</summary>
public sealed record PaperOptions
{
    /// <summary>TCP port on 127.0.0.1; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>Symbols in the universe, 1 to <see cref="Universe.MaxCount"/>.</summary>
    public int Symbols { get; init; } = Universe.DefaultCount;

    /// <summary>Positions open at start, 0 to <see cref="Symbols"/>.</summary>
    public int Positions { get; init; }

    /// <summary>How many of <see cref="Positions"/> are larger than one MARKET order may be.</summary>
    public int OversizedPositions { get; init; }

    /// <summary>From receiving a request to answering it, ms.</summary>
    public double LatencyMs { get; init; }

    /// <summary>Seeds universe and positions.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>What clients see as the server's clock error, ms.</summary>
    public long ClockSkewMs { get; init; }

    public string Key { get; init; } = "paper";
    public string Secret { get; init; } = "paper";

    /// <summary>
    /// Faults in force from the start, each in the grammar of <see cref="Trader.PaperExchange.Faults.FaultSpec"/>.
    /// </summary>
    public IReadOnlyList<string> Faults { get; init; } = [];
    public RateLimits Limits { get; init; } = new();
    public EngineSettings Engine { get; init; } = new();

    /// <summary>
    /// Serve every route once in a throw-away exchange first, so that no real first request waits for the compiler.
    /// </summary>
    public bool WarmUp { get; init; }
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
