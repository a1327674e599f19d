namespace Akka.Actor;

/// <summary>Something scheduled that can be called off.</summary>
public interface ICancelable
{
    /// <summary>True after a cancel.</summary>
    bool IsCancellationRequested { get; }

    /// <summary>A token cancelled together with this.</summary>
    CancellationToken Token { get; }

    /// <summary>Cancels now.</summary>
    void Cancel();

    /// <summary>Cancels after a delay.</summary>
    void CancelAfter(TimeSpan delay);

    /// <summary>Cancels after a delay.</summary>
    void CancelAfter(int millisecondsDelay);

    /// <summary>Cancels now; <paramref name="throwOnFirstException"/>: stop at the first callback that throws.</summary>
    void Cancel(bool throwOnFirstException);
}

/// <summary>Helpers on cancelables.</summary>
public static class CancelableExtensions
{
    /// <summary>Cancels if there is something to cancel.</summary>
    public static void CancelIfNotNull(this ICancelable? cancelable) => cancelable?.Cancel();
}

/// <summary>Something that is cancelled already.</summary>
public sealed class AlreadyCanceledCancelable : ICancelable
{
    private AlreadyCanceledCancelable()
    {
    }

    /// <summary>The one instance.</summary>
    public static ICancelable Instance { get; } = new AlreadyCanceledCancelable();

    /// <inheritdoc />
    public bool IsCancellationRequested => true;

    /// <inheritdoc />
    public CancellationToken Token => new(canceled: true);

    /// <inheritdoc />
    public void Cancel()
    {
    }

    /// <inheritdoc />
    public void CancelAfter(TimeSpan delay)
    {
    }

    /// <inheritdoc />
    public void CancelAfter(int millisecondsDelay)
    {
    }

    /// <inheritdoc />
    public void Cancel(bool throwOnFirstException)
    {
    }
}

/// <summary>A cancelable whose delays run on a scheduler, so that they follow its clock.</summary>
public class Cancelable : ICancelable, IDisposable
{
    private readonly IActionScheduler _scheduler;
    private readonly CancellationTokenSource _source;

    /// <summary>Cancels itself after a delay.</summary>
    public Cancelable(IActionScheduler scheduler, TimeSpan delay)
        : this(scheduler) => CancelAfter(delay);

    /// <summary>Cancels itself after a delay.</summary>
    public Cancelable(IScheduler scheduler, TimeSpan delay)
        : this(scheduler.Advanced, delay)
    {
    }

    /// <summary>Cancels itself after a delay.</summary>
    public Cancelable(IScheduler scheduler, int millisecondsDelay)
        : this(scheduler.Advanced, TimeSpan.FromMilliseconds(millisecondsDelay))
    {
    }

    /// <summary>Makes the cancelable.</summary>
    public Cancelable(IScheduler scheduler)
        : this(scheduler.Advanced)
    {
    }

    /// <summary>Makes the cancelable.</summary>
    public Cancelable(IActionScheduler scheduler)
        : this(scheduler, new CancellationTokenSource())
    {
    }

    private Cancelable(IActionScheduler scheduler, CancellationTokenSource source) =>
        (_scheduler, _source) = (scheduler, source);

    /// <inheritdoc />
    public bool IsCancellationRequested => _source.IsCancellationRequested;

    /// <inheritdoc />
    public CancellationToken Token => _source.Token;

    /// <summary>True after Dispose.</summary>
    public bool IsDisposed { get; private set; }

    /// <summary>One that is cancelled with any of the others.</summary>
    public static ICancelable CreateLinkedCancelable(IScheduler scheduler, params ICancelable[] cancelables) =>
        new Cancelable(
            scheduler.Advanced,
            CancellationTokenSource.CreateLinkedTokenSource(cancelables.Select(c => c.Token).ToArray()));

    /// <summary>One that is cancelled already.</summary>
    public static ICancelable CreateCanceled() => AlreadyCanceledCancelable.Instance;

    /// <inheritdoc />
    public void Cancel() => Cancel(throwOnFirstException: false);

    /// <inheritdoc />
    public void Cancel(bool throwOnFirstException)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        _source.Cancel(throwOnFirstException);
    }

    /// <inheritdoc />
    public void CancelAfter(TimeSpan delay)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        if (!_source.IsCancellationRequested)
        {
            _scheduler.ScheduleOnce(delay, CancelUnlessDisposed, this);
        }
    }

    /// <inheritdoc />
    public void CancelAfter(int millisecondsDelay) => CancelAfter(TimeSpan.FromMilliseconds(millisecondsDelay));

    /// <inheritdoc />
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the token source.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing && !IsDisposed)
        {
            IsDisposed = true;
            _source.Dispose();
        }
    }

    private void CancelUnlessDisposed()
    {
        if (!IsDisposed)
        {
            _source.Cancel();
        }
    }
}
