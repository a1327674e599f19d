namespace Trader.Testing;

/// <summary>Waits for what no callback tells, and says what never came.</summary>
public static class Eventually
{
    /// <summary>Long enough for a loaded machine; no test is faster or slower for it unless it fails.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(20);

    /// <summary>Asks until the answer is not null.</summary>
    /// <param name="what">What is waited for, as in "waited 45 s for WHAT".</param>
    /// <param name="look">Null: not yet.</param>
    /// <param name="patience">Default: <see cref="Patience"/>.</param>
    /// <exception cref="TimeoutException">It never came.</exception>
    public static async Task<T> Come<T>(string what, Func<Task<T?>> look, TimeSpan? patience = null)
        where T : class
    {
        TimeSpan limit = patience ?? Patience;
        long began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (await look().ConfigureAwait(false) is { } found)
            {
                return found;
            }

            if (TimeProvider.System.GetElapsedTime(began) > limit)
            {
                throw new TimeoutException($"waited {limit.TotalSeconds:F0} s for {what}");
            }

            await Task.Delay(LookEvery).ConfigureAwait(false);
        }
    }
}
