using System.Diagnostics.CodeAnalysis;
using Trader.Messages;

namespace Trader.Exchange;

/// <summary>
/// What a venue call gives: a value, or the fault that stands in its place. Exchange calls fail daily, so failure is
/// data here and an exception only where the program itself is wrong.
/// </summary>
public readonly struct Result<T> : IEquatable<Result<T>>
    where T : notnull
{
    private readonly T? _value;
    private readonly ExchangeFault? _fault;
    private readonly bool _good;

    public Result(T value)
    {
        _value = value;
        _good = true;
    }

    public Result(ExchangeFault fault) => _fault = fault;

    /// <summary>Exactly one of the two comes out. A result nobody filled in is a fault, never a value (S1).</summary>
    public bool TryGet([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out ExchangeFault? fault)
    {
        value = _value;
        fault = _good ? null : _fault ?? new ExchangeFault(FaultKind.Unreadable, 0, "no result");
        return _good;
    }

    /// <summary>One of two projections, whichever applies.</summary>
    public TOut Match<TOut>(Func<T, TOut> value, Func<ExchangeFault, TOut> fault)
    {
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(fault);
        return TryGet(out var v, out var f) ? value(v) : fault(f);
    }

    public static implicit operator Result<T>(T value) => new(value);

    public static implicit operator Result<T>(ExchangeFault fault) => new(fault);

    public static bool operator ==(Result<T> left, Result<T> right) => left.Equals(right);

    public static bool operator !=(Result<T> left, Result<T> right) => !left.Equals(right);

    public bool Equals(Result<T> other) =>
        _good == other._good && EqualityComparer<T?>.Default.Equals(_value, other._value)
        && Equals(_fault, other._fault);

    public override bool Equals(object? obj) => obj is Result<T> other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(_good, _value, _fault);

    public override string ToString() => TryGet(out var value, out var fault) ? $"{value}" : fault.ToString();
}
