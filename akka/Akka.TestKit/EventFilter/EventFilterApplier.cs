using Akka.Actor;
using Akka.TestKit.Internal;
using Akka.TestKit.TestEvent;

namespace Akka.TestKit;

/// <inheritdoc cref="IEventFilterApplier"/>
internal sealed class EventFilterApplier(
    TestKitBase testKit, ActorSystem system, IReadOnlyList<EventFilterBase> filters) : IEventFilterApplier
{
    public EventFilterFactory And => new(testKit, system, filters);

    public void ExpectOne(Action action, CancellationToken cancellationToken = default) =>
        Expect(1, action, cancellationToken);

    public Task ExpectOneAsync(Func<Task> actionAsync, CancellationToken cancellationToken = default) =>
        ExpectAsync(1, actionAsync, cancellationToken);

    public Task ExpectOneAsync(Action action, CancellationToken cancellationToken = default) =>
        Intercept(false, Returning(action), null, 1, cancellationToken).AsTask();

    public void ExpectOne(TimeSpan timeout, Action action, CancellationToken cancellationToken = default) =>
        Expect(1, timeout, action, cancellationToken);

    public Task ExpectOneAsync(TimeSpan timeout, Func<Task> action, CancellationToken cancellationToken = default) =>
        ExpectAsync(1, timeout, action, cancellationToken);

    public void Expect(int expectedCount, Action action, CancellationToken cancellationToken = default) =>
        Blocking.Result(Intercept(true, Returning(action), null, expectedCount, cancellationToken));

    public Task ExpectAsync(
        int expectedCount, Func<Task> actionAsync, CancellationToken cancellationToken = default) =>
        ExpectAsync(expectedCount, actionAsync, null, cancellationToken);

    public Task ExpectAsync(
        int expectedCount, Func<Task> actionAsync, TimeSpan? timeout, CancellationToken cancellationToken = default) =>
        Intercept(false, Returning(actionAsync), timeout, expectedCount, cancellationToken).AsTask();

    public void Expect(
        int expectedCount, TimeSpan timeout, Action action, CancellationToken cancellationToken = default) =>
        Blocking.Result(Intercept(true, Returning(action), timeout, expectedCount, cancellationToken));

    public Task ExpectAsync(
        int expectedCount, TimeSpan timeout, Func<Task> action, CancellationToken cancellationToken = default) =>
        ExpectAsync(expectedCount, action, timeout, cancellationToken);

    public Task ExpectAsync(
        int expectedCount, TimeSpan timeout, Action action, CancellationToken cancellationToken = default) =>
        Intercept(false, Returning(action), timeout, expectedCount, cancellationToken).AsTask();

    public T ExpectOne<T>(Func<T> func, CancellationToken cancellationToken = default) =>
        Expect(1, func, cancellationToken);

    public Task<T> ExpectOneAsync<T>(Func<Task<T>> func, CancellationToken cancellationToken = default) =>
        ExpectAsync(1, func, cancellationToken);

    public T ExpectOne<T>(TimeSpan timeout, Func<T> func, CancellationToken cancellationToken = default) =>
        Expect(1, timeout, func, cancellationToken);

    public Task<T> ExpectOneAsync<T>(
        TimeSpan timeout, Func<Task<T>> func, CancellationToken cancellationToken = default) =>
        ExpectAsync(1, timeout, func, cancellationToken);

    public T Expect<T>(int expectedCount, Func<T> func, CancellationToken cancellationToken = default) =>
        Blocking.Result(Intercept(true, () => Task.FromResult(func()), null, expectedCount, cancellationToken));

    public Task<T> ExpectAsync<T>(
        int expectedCount, Func<Task<T>> func, CancellationToken cancellationToken = default) =>
        Intercept(false, func, null, expectedCount, cancellationToken).AsTask();

    public T Expect<T>(
        int expectedCount, TimeSpan timeout, Func<T> func, CancellationToken cancellationToken = default) =>
        Blocking.Result(Intercept(true, () => Task.FromResult(func()), timeout, expectedCount, cancellationToken));

    public Task<T> ExpectAsync<T>(
        int expectedCount, TimeSpan timeout, Func<Task<T>> func, CancellationToken cancellationToken = default) =>
        Intercept(false, func, timeout, expectedCount, cancellationToken).AsTask();

    public T Mute<T>(Func<T> func, CancellationToken cancellationToken = default) =>
        Blocking.Result(Intercept(true, () => Task.FromResult(func()), null, null, cancellationToken));

    public Task<T> MuteAsync<T>(Func<Task<T>> func, CancellationToken cancellationToken = default) =>
        Intercept(false, func, null, null, cancellationToken).AsTask();

    public void Mute(Action action, CancellationToken cancellationToken = default) =>
        Blocking.Result(Intercept(true, Returning(action), null, null, cancellationToken));

    public Task MuteAsync(Func<Task> action, CancellationToken cancellationToken = default) =>
        Intercept(false, Returning(action), null, null, cancellationToken).AsTask();

    public Task MuteAsync(Action action, CancellationToken cancellationToken = default) =>
        Intercept(false, Returning(action), null, null, cancellationToken).AsTask();

    public IUnmutableFilter Mute()
    {
        system.EventStream.Publish(new Mute(filters));
        return new MutedFilter(system, filters);
    }

    private static Func<Task<bool>> Returning(Action action) => () =>
    {
        action();
        return Task.FromResult(true);
    };

    private static Func<Task<bool>> Returning(Func<Task> action) => async () =>
    {
        await action();
        return true;
    };

    private async ValueTask<T> Intercept<T>(
        bool blocking, Func<Task<T>> func, TimeSpan? timeout, int? expected, CancellationToken cancellationToken)
    {
        var seen = new Seen();
        EventMatched onMatch = (_, _) => seen.Add();
        foreach (var filter in filters)
        {
            filter.EventMatched += onMatch;
        }
        using var muted = Mute();
        try
        {
            var result = await func();
            if (expected is { } count)
            {
                var wait = testKit.Dilated(timeout ?? testKit.TestKitSettings.TestEventFilterLeeway);
                await Await(blocking, seen, count, wait, cancellationToken).ConfigureAwait(false);
            }
            return result;
        }
        finally
        {
            foreach (var filter in filters)
            {
                filter.EventMatched -= onMatch;
            }
        }
    }

    private async ValueTask Await(
        bool blocking, Seen seen, int expected, TimeSpan wait, CancellationToken cancellationToken)
    {
        // What was logged before is ahead of this in the listener's mailbox, so too many are noticed too.
        var flushed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        system.EventStream.Publish(new TestEventListener.Flush(flushed));
        await TestKitBase.Poll(
            blocking,
            () => Task.FromResult(seen.Count >= expected && flushed.Task.IsCompleted),
            wait,
            TimeSpan.FromMilliseconds(10),
            cancellationToken).ConfigureAwait(false);
        if (seen.Count == expected)
        {
            return;
        }
        var listening = flushed.Task.IsCompleted ? "" : "; is TestEventListener among akka.loggers?";
        var what = string.Join(" or ", filters);
        testKit.FailWith.Fail("{0}",
            seen.Count < expected
                ? $"Timeout ({wait}): {seen.Count} of {expected} log events came: {what}{listening}"
                : $"Received {seen.Count - expected} {(seen.Count - expected == 1 ? "message" : "messages")} too many. "
                    + $"{expected} expected, {seen.Count} came: {what}");
    }

    private sealed class Seen
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public void Add() => Interlocked.Increment(ref _count);
    }

    private sealed class MutedFilter(ActorSystem system, IReadOnlyList<EventFilterBase> filters) : IUnmutableFilter
    {
        public void Unmute() => system.EventStream.Publish(new Unmute(filters));

        public void Dispose() => Unmute();
    }
}
