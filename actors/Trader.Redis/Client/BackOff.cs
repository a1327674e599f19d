namespace Trader.Redis;

/// <summary>Waits between reconnects: doubling from the first to the cap, each cut at random to between half and all
/// of it, so that roles that lost the same server do not come back in step.</summary>
internal sealed class BackOff(TimeSpan first, TimeSpan cap, Random random)
{
    private int _doublings;

    public TimeSpan Next()
    {
        TimeSpan whole = first * Math.Pow(2, _doublings);
        if (whole < cap)
        {
            _doublings++;
        }
        else
        {
            whole = cap;
        }

        return whole * (0.5 + (random.NextDouble() / 2));
    }

    public void Reset() => _doublings = 0;
}
