using Trader.PaperExchange.Engine;
using Trader.PaperExchange.Faults;
using Trader.PaperExchange.Limits;

namespace Trader.PaperExchange.Http;

/// <summary>Everything one exchange consists of, apart from its socket.</summary>
public sealed class Venue(PaperEngine engine, RateLimiter limiter, FaultBoard faults, string key, string secret)
{
    private double _latencyMs;

    public PaperEngine Engine => engine;
    public RateLimiter Limiter => limiter;
    public FaultBoard Faults => faults;
    public string Key => key;
    public string Secret => secret;

    /// <summary>From receiving a request to answering it, ms; half before it is executed and half after.</summary>
    public double LatencyMs
    {
        get => Volatile.Read(ref _latencyMs);
        set => Volatile.Write(ref _latencyMs, value);
    }
}

/// <summary>One request under way.</summary>
public sealed record FapiCall
{
    /// <summary>The endpoint's name in fault specs.</summary>
    public required string Endpoint { get; init; }
    public required Parameters Parameters { get; init; }

    /// <summary>How it goes into the ledger.</summary>
    public required Receipt Receipt { get; init; }

    /// <summary>The fault it met, if any.</summary>
    public FaultRule? Fault { get; init; }

    /// <summary>When the engine must have it, server ms; null for requests the engine does not check again.</summary>
    public long? EngineDeadlineMs { get; init; }
}

/// <summary>A route of the public surface.</summary>
/// <param name="Endpoint">Name in fault specs.</param>
/// <param name="Weight">Request weight, which may depend on whether a symbol is given.</param>
/// <param name="Signed">Needs key, timestamp and signature.</param>
/// <param name="Handle">Executes it.</param>
/// <param name="Records">What it is in the ledger when it is stopped early; null for requests that touch no
/// order.</param>
public sealed record Route(
    string Endpoint, Func<Parameters, int> Weight, bool Signed, Func<FapiCall, Reply> Handle,
    LedgerKind? Records = null);
