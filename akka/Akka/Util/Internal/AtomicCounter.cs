namespace Akka.Util.Internal;

/// <summary>A counter for many threads.</summary>
public class AtomicCounter(int initialValue)
{
    private int _value = initialValue;

    public AtomicCounter() : this(-1)
    {
    }

    public int Current => Volatile.Read(ref _value);

    /// <summary>Increments and returns the new value.</summary>
    public int Next() => Interlocked.Increment(ref _value);

    /// <summary>Decrements and returns the new value.</summary>
    public int Decrement() => Interlocked.Decrement(ref _value);

    public int GetAndIncrement() => Interlocked.Increment(ref _value) - 1;

    public int IncrementAndGet() => Interlocked.Increment(ref _value);

    public int GetAndDecrement() => Interlocked.Decrement(ref _value) + 1;

    public int DecrementAndGet() => Interlocked.Decrement(ref _value);

    public int GetAndAdd(int amount) => Interlocked.Add(ref _value, amount) - amount;

    public int AddAndGet(int amount) => Interlocked.Add(ref _value, amount);

    public int GetAndSet(int value) => Interlocked.Exchange(ref _value, value);

    public void Reset() => Interlocked.Exchange(ref _value, 0);

    public bool CompareAndSet(int expected, int newValue) =>
        Interlocked.CompareExchange(ref _value, newValue, expected) == expected;
}

/// <summary>A counter of 64 bits for many threads.</summary>
public class AtomicCounterLong(long value)
{
    private long _value = value;

    public AtomicCounterLong() : this(-1)
    {
    }

    public long Current => Interlocked.Read(ref _value);

    /// <summary>Increments and returns the new value.</summary>
    public long Next() => Interlocked.Increment(ref _value);

    public long GetAndIncrement() => Interlocked.Increment(ref _value) - 1;

    public long IncrementAndGet() => Interlocked.Increment(ref _value);

    public long GetAndDecrement() => Interlocked.Decrement(ref _value) + 1;

    public long DecrementAndGet() => Interlocked.Decrement(ref _value);

    public long GetAndAdd(long amount) => Interlocked.Add(ref _value, amount) - amount;

    public long AddAndGet(long amount) => Interlocked.Add(ref _value, amount);

    public long GetAndSet(long value) => Interlocked.Exchange(ref _value, value);

    public void Reset() => Interlocked.Exchange(ref _value, 0);

    public bool CompareAndSet(long expected, long newValue) =>
        Interlocked.CompareExchange(ref _value, newValue, expected) == expected;
}
