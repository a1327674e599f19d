using Akka.TestKit.Internal;

namespace Akka.TestKit;

// No ConfigureAwait(false) around the test's own code: it may rely on the context it was called in.
public abstract partial class TestKitBase
{
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>Repeats the assertion until it holds; at the end its own failure is thrown.</summary>
    public void AwaitAssert(
        Action assertion,
        TimeSpan? duration = null,
        TimeSpan? interval = null,
        CancellationToken cancellationToken = default) =>
        Blocking.Finish(AwaitAssert(true, Once(assertion), duration, interval, cancellationToken));

    /// <inheritdoc cref="AwaitAssert(Action, TimeSpan?, TimeSpan?, CancellationToken)"/>
    public async Task AwaitAssertAsync(
        Action assertion,
        TimeSpan? duration = null,
        TimeSpan? interval = null,
        CancellationToken cancellationToken = default) =>
        await AwaitAssert(false, Once(assertion), duration, interval, cancellationToken);

    /// <inheritdoc cref="AwaitAssert(Action, TimeSpan?, TimeSpan?, CancellationToken)"/>
    public async Task AwaitAssertAsync(
        Func<Task> assertion,
        TimeSpan? duration = null,
        TimeSpan? interval = null,
        CancellationToken cancellationToken = default) =>
        await AwaitAssert(false, assertion, duration, interval, cancellationToken);

    /// <summary>Waits until the condition holds.</summary>
    public void AwaitCondition(Func<bool> conditionIsFulfilled, CancellationToken cancellationToken = default) =>
        AwaitCondition(conditionIsFulfilled, null, null, null, cancellationToken);

    public void AwaitCondition(
        Func<bool> conditionIsFulfilled, TimeSpan? max, CancellationToken cancellationToken = default) =>
        AwaitCondition(conditionIsFulfilled, max, null, null, cancellationToken);

    public void AwaitCondition(
        Func<bool> conditionIsFulfilled,
        TimeSpan? max,
        string message,
        CancellationToken cancellationToken = default) =>
        AwaitCondition(conditionIsFulfilled, max, null, message, cancellationToken);

    public void AwaitCondition(
        Func<bool> conditionIsFulfilled,
        TimeSpan? max,
        TimeSpan? interval,
        string? message = null,
        CancellationToken cancellationToken = default) =>
        Check(max, message, Blocking.Result(Poll(
            true, Once(conditionIsFulfilled), RemainingOrDilated(max), interval, cancellationToken)));

    public Task AwaitConditionAsync(
        Func<Task<bool>> conditionIsFulfilled, CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(conditionIsFulfilled, null, null, null, cancellationToken);

    public Task AwaitConditionAsync(
        Func<bool> conditionIsFulfilled, CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(Once(conditionIsFulfilled), null, null, null, cancellationToken);

    public Task AwaitConditionAsync(
        Func<Task<bool>> conditionIsFulfilled, TimeSpan? max, CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(conditionIsFulfilled, max, null, null, cancellationToken);

    public Task AwaitConditionAsync(
        Func<bool> conditionIsFulfilled, TimeSpan? max, CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(Once(conditionIsFulfilled), max, null, null, cancellationToken);

    public Task AwaitConditionAsync(
        Func<Task<bool>> conditionIsFulfilled,
        TimeSpan? max,
        string message,
        CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(conditionIsFulfilled, max, null, message, cancellationToken);

    public Task AwaitConditionAsync(
        Func<bool> conditionIsFulfilled,
        TimeSpan? max,
        string message,
        CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(Once(conditionIsFulfilled), max, null, message, cancellationToken);

    public async Task AwaitConditionAsync(
        Func<Task<bool>> conditionIsFulfilled,
        TimeSpan? max,
        TimeSpan? interval,
        string? message = null,
        CancellationToken cancellationToken = default)
    {
        var wait = RemainingOrDilated(max);
        Check(wait, message, await Poll(false, conditionIsFulfilled, wait, interval, cancellationToken));
    }

    public Task AwaitConditionAsync(
        Func<bool> conditionIsFulfilled,
        TimeSpan? max,
        TimeSpan? interval,
        string? message = null,
        CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(Once(conditionIsFulfilled), max, interval, message, cancellationToken);

    /// <summary>Whether the condition came to hold in time.</summary>
    public bool AwaitConditionNoThrow(
        Func<bool> conditionIsFulfilled,
        TimeSpan max,
        TimeSpan? interval = null,
        CancellationToken cancellationToken = default) =>
        Blocking.Result(Poll(true, Once(conditionIsFulfilled), Dilated(max), interval, cancellationToken));

    /// <inheritdoc cref="AwaitConditionNoThrow"/>
    public async Task<bool> AwaitConditionNoThrowAsync(
        Func<Task<bool>> conditionIsFulfilled,
        TimeSpan max,
        TimeSpan? interval = null,
        CancellationToken cancellationToken = default) =>
        await Poll(false, conditionIsFulfilled, Dilated(max), interval, cancellationToken);

    /// <inheritdoc cref="AwaitConditionNoThrow"/>
    public Task<bool> AwaitConditionNoThrowAsync(
        Func<bool> conditionIsFulfilled,
        TimeSpan max,
        TimeSpan? interval = null,
        CancellationToken cancellationToken = default) =>
        AwaitConditionNoThrowAsync(Once(conditionIsFulfilled), max, interval, cancellationToken);

    internal static async ValueTask<bool> Poll(
        bool blocking,
        Func<Task<bool>> condition,
        TimeSpan max,
        TimeSpan? interval,
        CancellationToken cancellationToken)
    {
        var end = Now + max;
        while (!await condition())
        {
            var left = end - Now;
            if (left <= TimeSpan.Zero)
            {
                return false;
            }
            await Blocking.Pause(blocking, Shorter(left, interval ?? DefaultInterval), cancellationToken);
        }
        return true;
    }

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static Func<Task> Once(Action action) => () =>
    {
        action();
        return Task.CompletedTask;
    };

    private static Func<Task<bool>> Once(Func<bool> condition) => () => Task.FromResult(condition());

    private void Check(TimeSpan? max, string? message, bool held)
    {
        if (!held)
        {
            Fail($"Timeout ({RemainingOrDilated(max)}): the condition has not come to hold{Hint(message)}");
        }
    }

    private async ValueTask AwaitAssert(
        bool blocking,
        Func<Task> assertion,
        TimeSpan? duration,
        TimeSpan? interval,
        CancellationToken cancellationToken)
    {
        var end = Now + RemainingOrDilated(duration);
        while (true)
        {
            try
            {
                await assertion();
                return;
            }
            catch (Exception e) when (e is not OperationCanceledException && Now < end)
            {
                // Any failure counts: assertions of every framework throw their own.
            }
            var left = end - Now;
            await Blocking.Pause(
                blocking, Shorter(left < TimeSpan.Zero ? TimeSpan.Zero : left, interval ?? DefaultInterval),
                cancellationToken);
        }
    }
}
