namespace Trader.Hosting.Configuration;

/// <summary>A text that must never reach a log, a metric, an audit line or an exception (S16): it prints as three
/// stars.</summary>
public sealed class Secret : IEquatable<Secret>
{
    private readonly string _value;

    /// <param name="value">Not empty.</param>
    public Secret(string value)
    {
        ArgumentException.ThrowIfNullOrEmpty(value);
        _value = value;
    }

    /// <summary>The text itself, for the one place that needs it.</summary>
    public string Reveal() => _value;

    public bool Equals(Secret? other) =>
        other is not null && string.Equals(_value, other._value, StringComparison.Ordinal);

    public override bool Equals(object? obj) => Equals(obj as Secret);

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(_value);

    public override string ToString() => "***";
}
