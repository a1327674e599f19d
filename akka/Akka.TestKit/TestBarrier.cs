namespace Akka.TestKit;

/// <summary>Holds everybody until the given number has come; then lets them go, and can be used again.</summary>
public class TestBarrier
{
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(5);

    private readonly TestKitBase _testKit;
    private readonly int _count;
    private readonly TimeSpan _defaultTimeout;
    private Barrier _barrier;

    public TestBarrier(TestKitBase testKit, int count, TimeSpan? defaultTimeout = null)
    {
        ArgumentNullException.ThrowIfNull(testKit);
        _testKit = testKit;
        _count = count;
        _defaultTimeout = defaultTimeout ?? testKit.TestKitSettings.DefaultTimeout;
        _barrier = new Barrier(count);
    }

    /// <exception cref="TimeoutException">The others did not come in time.</exception>
    public void Await() => Await(_defaultTimeout);

    /// <exception cref="TimeoutException">The others did not come in time.</exception>
    public void Await(TimeSpan timeout)
    {
        var wait = _testKit.Dilated(timeout);
        if (!_barrier.SignalAndWait(wait))
        {
            throw new TimeoutException(
                $"within {wait} only {_count - _barrier.ParticipantsRemaining} of {_count} came to the barrier");
        }
    }

    /// <summary>Starts over, for whoever comes from now on.</summary>
    public void Reset() => _barrier = new Barrier(_count);
}
