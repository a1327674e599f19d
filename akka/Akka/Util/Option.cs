namespace Akka.Util;

/// <summary>A value that may be absent. A default instance is absent, and so is one made from null.</summary>
/// <typeparam name="T">The value's type.</typeparam>
public readonly struct Option<T> : IEquatable<Option<T>>
{
    /// <summary>Absent.</summary>
    public static readonly Option<T> None;

    private Option(T value)
    {
        Value = value;
        HasValue = true;
    }

    /// <summary>Whether there is a value.</summary>
    public bool HasValue { get; }

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => !HasValue;

    /// <summary>The value; the type's default when there is none.</summary>
    public T Value { get; }

    public static implicit operator Option<T>(T value) => Create(value);

    public static bool operator ==(Option<T> left, Option<T> right) => left.Equals(right);

    public static bool operator !=(Option<T> left, Option<T> right) => !left.Equals(right);

    /// <summary>The value as an option; null is <see cref="None"/>.</summary>
    public static Option<T> Create(T value) => value is null ? None : new Option<T>(value);

    /// <summary>The value, or another where there is none.</summary>
    public T GetOrElse(T fallbackValue) => HasValue ? Value : fallbackValue;

    /// <summary>The option of what the value is mapped to.</summary>
    public Option<TNew> Select<TNew>(Func<T, TNew> selector)
    {
        ArgumentNullException.ThrowIfNull(selector);
        return HasValue ? Option<TNew>.Create(selector(Value)) : Option<TNew>.None;
    }

    public bool Equals(Option<T> other) =>
        HasValue == other.HasValue && EqualityComparer<T>.Default.Equals(Value, other.Value);

    public override bool Equals(object? obj) => obj is Option<T> other && Equals(other);

    public override int GetHashCode() => HasValue ? HashCode.Combine(Value) : 0;

    public override string ToString() => HasValue ? $"Some<{Value}>" : "None";
}
