namespace Trader.Actors.Ports;

/// <summary>One label of a measurement.</summary>
/// <param name="Name">Prometheus label name, e.g. <c>rule</c>.</param>
/// <param name="Value">From a small, closed set: a value that can grow without bound is cut off by the registry.</param>
public readonly record struct Label(string Name, string Value);

/// <summary>
/// Where actors count what they do. Calls never block and never throw: a wrong measurement is dropped and counted, because no
/// safety rule may fail over a metric. Names are Prometheus names; the method decides the type.
/// </summary>
public interface IMeter
{
    /// <summary>Adds one to a counter; its name ends in <c>_total</c>.</summary>
    void Count(string name, params ReadOnlySpan<Label> labels);

    /// <summary>Sets a gauge.</summary>
    void Gauge(string name, double value, params ReadOnlySpan<Label> labels);

    /// <summary>Adds a duration to a histogram; its name ends in <c>_seconds</c>.</summary>
    void Observe(string name, double seconds, params ReadOnlySpan<Label> labels);
}

/// <summary>Measures nothing: for tests and for the simulator, where only decisions matter.</summary>
public sealed class NoMeter : IMeter
{
    public static NoMeter Instance { get; } = new();

    public void Count(string name, params ReadOnlySpan<Label> labels)
    {
    }

    public void Gauge(string name, double value, params ReadOnlySpan<Label> labels)
    {
    }

    public void Observe(string name, double seconds, params ReadOnlySpan<Label> labels)
    {
    }
}
