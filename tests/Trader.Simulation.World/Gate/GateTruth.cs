using Trader.Messages;

namespace Trader.Simulation.Gate;

/// <summary>A last reading before orders: when it was asked for, and what stood there when it was served.</summary>
internal sealed record LastReading(double AskedMs, KillSwitchSeen Switch, bool ForOpens, TakeRefusal? Closed);

/// <summary>A position read as the gate holds it.</summary>
internal sealed record SightedPositions(double AskedMs, ExchangeProtocol.PositionsRead Read);

/// <summary>What one life of a gate has been told and has asked, as far as the rules need it.</summary>
internal sealed class GateTruth
{
    public Dictionary<long, double> ReadsAskedMs { get; } = [];

    /// <summary>The newest positions that reached it.</summary>
    public SightedPositions? Positions { get; set; }

    /// <summary>The positions it had when it asked for a plan's taking.</summary>
    public Dictionary<PlanId, SightedPositions?> SizedBy { get; } = [];

    /// <summary>Readings by their number, whether or not they reached it.</summary>
    public Dictionary<long, LastReading> Readings { get; } = [];

    /// <summary>The newest that reached it, for closes and for opens.</summary>
    public Dictionary<bool, LastReading> Reached { get; } = [];

    /// <summary>When it was told that it had taken a plan.</summary>
    public Dictionary<PlanId, double> ToldTakenMs { get; } = [];

    /// <summary>The newest reading of the switch by the time it was asked for, of those that reached it.</summary>
    public (double AskedMs, bool On) NewestSwitch { get; set; } = (double.NegativeInfinity, false);

    /// <summary>Orders whose end it has not been told, by symbol.</summary>
    public Dictionary<Symbol, (PlanId Plan, double SentMs)> UnderWay { get; } = [];

    /// <summary>When it was last told anything about an order of its own in a symbol.</summary>
    public Dictionary<Symbol, double> TouchedMs { get; } = [];

    /// <summary>Plans whose taking is in the journal.</summary>
    public HashSet<string> OnDisk { get; } = [];

    /// <summary>The emergency stop's file, as it was shown to it.</summary>
    public bool Latched { get; set; } = true;
}
