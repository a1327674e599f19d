namespace Trader.Actors.Ports;

/// <summary>
/// Where actors leave figures for <c>/metrics</c>. Implementations never throw, never block and bound their label values, because a
/// metric must not be able to hold up a panic (S2).
/// </summary>
public interface IMeter
{
    /// <summary>Adds to a counter.</summary>
    /// <param name="name">Prometheus name ending in <c>_total</c>.</param>
    /// <param name="by">Zero or more.</param>
    /// <param name="labels">Bounded values only: rules, reasons, roles; never symbols or ids.</param>
    void Count(string name, long by, params ReadOnlySpan<(string Name, string Value)> labels);

    /// <summary>Sets a gauge.</summary>
    void Gauge(string name, double value, params ReadOnlySpan<(string Name, string Value)> labels);

    /// <summary>Adds an observation, in seconds, to a histogram.</summary>
    void Observe(string name, double seconds, params ReadOnlySpan<(string Name, string Value)> labels);
}

/// <summary>Measures nothing: for tests and the simulator.</summary>
public sealed class NoMeter : IMeter
{
    public static readonly NoMeter Instance = new();

    public void Count(string name, long by, params ReadOnlySpan<(string Name, string Value)> labels)
    {
    }

    public void Gauge(string name, double value, params ReadOnlySpan<(string Name, string Value)> labels)
    {
    }

    public void Observe(string name, double seconds, params ReadOnlySpan<(string Name, string Value)> labels)
    {
    }
}
