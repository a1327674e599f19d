namespace Akka.TestKit;

public abstract partial class TestKitBase
{
    /// <summary>What is left of the enclosing Within, else the default of one expectation.</summary>
    public TimeSpan RemainingOrDefault => RemainingOr(Dilated(TestKitSettings.SingleExpectDefault));

    /// <summary>What is left of the enclosing Within.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public TimeSpan Remaining => _end is null
        ? throw new InvalidOperationException("Remaining may not be called outside of Within")
        : RemainingOr(TimeSpan.Zero);

    /// <summary>The block must end in time; expectations in it have what is left of that time.</summary>
    public void Within(
        TimeSpan max, Action action, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        Within(TimeSpan.Zero, max, action, null, epsilonValue, cancellationToken);

    /// <summary>The block must end in time, and not before <paramref name="min"/>.</summary>
    public void Within(
        TimeSpan min,
        TimeSpan max,
        Action action,
        string? hint = null,
        TimeSpan? epsilonValue = null,
        CancellationToken cancellationToken = default) =>
        Within(min, max, () =>
        {
            action();
            return true;
        }, hint, epsilonValue, cancellationToken);

    /// <inheritdoc cref="Within(TimeSpan, Action, TimeSpan?, CancellationToken)"/>
    public T Within<T>(
        TimeSpan max, Func<T> function, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        Within(TimeSpan.Zero, max, function, null, epsilonValue, cancellationToken);

    /// <inheritdoc cref="Within(TimeSpan, TimeSpan, Action, string, TimeSpan?, CancellationToken)"/>
    public T Within<T>(
        TimeSpan min,
        TimeSpan max,
        Func<T> function,
        string? hint = null,
        TimeSpan? epsilonValue = null,
        CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var block = Enter(min, max, hint, epsilonValue);
        T result;
        try
        {
            result = function();
        }
        finally
        {
            _end = block.OuterEnd;
        }
        Leave(block);
        return result;
    }

    /// <inheritdoc cref="Within(TimeSpan, Action, TimeSpan?, CancellationToken)"/>
    public Task WithinAsync(
        TimeSpan max,
        Func<Task> actionAsync,
        TimeSpan? epsilonValue = null,
        CancellationToken cancellationToken = default) =>
        WithinAsync(TimeSpan.Zero, max, actionAsync, null, epsilonValue, cancellationToken);

    /// <inheritdoc cref="Within(TimeSpan, TimeSpan, Action, string, TimeSpan?, CancellationToken)"/>
    public Task WithinAsync(
        TimeSpan min,
        TimeSpan max,
        Func<Task> actionAsync,
        string? hint = null,
        TimeSpan? epsilonValue = null,
        CancellationToken cancellationToken = default) =>
        WithinAsync(min, max, async () =>
        {
            await actionAsync();
            return true;
        }, hint, epsilonValue, cancellationToken);

    /// <inheritdoc cref="Within(TimeSpan, Action, TimeSpan?, CancellationToken)"/>
    public Task<T> WithinAsync<T>(
        TimeSpan max,
        Func<Task<T>> function,
        TimeSpan? epsilonValue = null,
        CancellationToken cancellationToken = default) =>
        WithinAsync(TimeSpan.Zero, max, function, null, epsilonValue, cancellationToken);

    /// <inheritdoc cref="Within(TimeSpan, TimeSpan, Action, string, TimeSpan?, CancellationToken)"/>
    public async Task<T> WithinAsync<T>(
        TimeSpan min,
        TimeSpan max,
        Func<Task<T>> function,
        string? hint = null,
        TimeSpan? epsilonValue = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(function);
        cancellationToken.ThrowIfCancellationRequested();
        var block = Enter(min, max, hint, epsilonValue);
        T result;
        try
        {
            result = await function().WaitAsync(cancellationToken);
        }
        finally
        {
            _end = block.OuterEnd;
        }
        Leave(block);
        return result;
    }

    /// <summary>The time times the factor; without one, <see cref="RemainingOrDefault"/>.</summary>
    public TimeSpan RemainingOrDilated(TimeSpan? duration) =>
        duration is { } given ? Dilated(given) : RemainingOrDefault;

    /// <summary>What is left of the enclosing Within, never negative, else <paramref name="duration"/>.</summary>
    protected TimeSpan RemainingOr(TimeSpan duration)
    {
        if (_end is not { } end)
        {
            return duration;
        }
        var left = end - Now;
        return left < TimeSpan.Zero ? TimeSpan.Zero : left;
    }

    private Block Enter(TimeSpan min, TimeSpan max, string? hint, TimeSpan? epsilon)
    {
        var start = Now;
        var dilated = Dilated(max);
        var limit = RemainingOr(dilated) < dilated ? RemainingOr(dilated) : dilated;
        _assertions.AssertTrue(
            limit >= min, "{0}", $"the block needs {min} at least, but only {limit} is left{Hint(hint)}");
        var block = new Block(_end, start, min, limit, epsilon ?? TimeSpan.Zero, hint);
        _lastWasNoMsg = false;
        _end = start + limit;
        return block;
    }

    private void Leave(Block block)
    {
        var took = Now - block.Start;
        _assertions.AssertTrue(
            took >= block.Min, "{0}", $"the block took {took}, it should take {block.Min} at least{Hint(block.Hint)}");
        if (!_lastWasNoMsg)
        {
            // Waiting for nothing uses up the whole time by design.
            _assertions.AssertTrue(
                took <= block.Max + block.Epsilon,
                "{0}",
                $"the block took {took}, it should take {block.Max} at most{Hint(block.Hint)}");
        }
    }

    private static string Hint(string? hint) => string.IsNullOrEmpty(hint) ? "" : $" ({hint})";

    private sealed record Block(
        TimeSpan? OuterEnd, TimeSpan Start, TimeSpan Min, TimeSpan Max, TimeSpan Epsilon, string? Hint);
}
