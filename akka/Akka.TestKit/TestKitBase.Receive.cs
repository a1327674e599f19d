using System.Collections;
using System.Runtime.CompilerServices;
using Akka.TestKit.Internal;

namespace Akka.TestKit;

public abstract partial class TestKitBase
{
    /// <summary>The next message, or null when none came in time.</summary>
    public object? ReceiveOne(TimeSpan? max = null, CancellationToken cancellationToken = default) =>
        Blocking.Result(Take(true, true, max, cancellationToken)).Envelope.Message;

    /// <inheritdoc cref="ReceiveOne"/>
    public async ValueTask<object?> ReceiveOneAsync(
        TimeSpan? max = null, CancellationToken cancellationToken = default) =>
        (await Take(false, true, max, cancellationToken).ConfigureAwait(false)).Envelope.Message;

    public bool TryReceiveOne(
        out MessageEnvelope envelope, TimeSpan? max = null, CancellationToken cancellationToken = default)
    {
        (var found, envelope) = Blocking.Result(Take(true, true, max, cancellationToken));
        return found;
    }

    public ValueTask<(bool success, MessageEnvelope envelope)> TryReceiveOneAsync(
        TimeSpan? max = null, CancellationToken cancellationToken = default) =>
        Take(false, true, max, cancellationToken);

    /// <summary>The next message, which stays, or null when none came in time.</summary>
    public object? PeekOne(TimeSpan? max = null, CancellationToken cancellationToken = default) =>
        Blocking.Result(Take(true, false, max, cancellationToken)).Envelope.Message;

    public object? PeekOne(CancellationToken cancellationToken) => PeekOne(null, cancellationToken);

    /// <inheritdoc cref="PeekOne(TimeSpan?, CancellationToken)"/>
    public async ValueTask<object?> PeekOneAsync(
        TimeSpan? max = null, CancellationToken cancellationToken = default) =>
        (await Take(false, false, max, cancellationToken).ConfigureAwait(false)).Envelope.Message;

    public ValueTask<object?> PeekOneAsync(CancellationToken cancellationToken) =>
        PeekOneAsync(null, cancellationToken);

    public bool TryPeekOne(out MessageEnvelope envelope, TimeSpan? max, CancellationToken cancellationToken)
    {
        (var found, envelope) = Blocking.Result(Take(true, false, max, cancellationToken));
        return found;
    }

    public ValueTask<(bool success, MessageEnvelope envelope)> TryPeekOneAsync(
        TimeSpan? max, CancellationToken cancellationToken) => Take(false, false, max, cancellationToken);

    /// <summary>So many messages, whatever they are.</summary>
    public IReadOnlyCollection<object> ReceiveN(int numberOfMessages, CancellationToken cancellationToken = default) =>
        Blocking.List(ReceiveMany(true, numberOfMessages, RemainingOrDefault, cancellationToken), cancellationToken);

    /// <inheritdoc cref="ReceiveN(int, CancellationToken)"/>
    public IReadOnlyCollection<object> ReceiveN(
        int numberOfMessages, TimeSpan max, CancellationToken cancellationToken = default) =>
        Blocking.List(ReceiveMany(true, numberOfMessages, Dilated(max), cancellationToken), cancellationToken);

    /// <inheritdoc cref="ReceiveN(int, CancellationToken)"/>
    public IAsyncEnumerable<object> ReceiveNAsync(
        int numberOfMessages, CancellationToken cancellationToken = default) =>
        ReceiveMany(false, numberOfMessages, RemainingOrDefault, cancellationToken);

    /// <inheritdoc cref="ReceiveN(int, CancellationToken)"/>
    public IAsyncEnumerable<object> ReceiveNAsync(
        int numberOfMessages, TimeSpan max, CancellationToken cancellationToken = default) =>
        ReceiveMany(false, numberOfMessages, Dilated(max), cancellationToken);

    /// <summary>
    /// Takes messages while the filter makes something other than null of them; the first other one stays.
    /// </summary>
    public IReadOnlyList<T> ReceiveWhile<T>(
        TimeSpan? max,
        Func<object, T?> filter,
        int msgs = int.MaxValue,
        CancellationToken cancellationToken = default) =>
        ReceiveWhile(filter, max, Timeout.InfiniteTimeSpan, msgs, cancellationToken);

    /// <inheritdoc cref="ReceiveWhile{T}(TimeSpan?, Func{object, T}, int, CancellationToken)"/>
    public IReadOnlyList<T> ReceiveWhile<T>(
        TimeSpan? max,
        TimeSpan? idle,
        Func<object, T?> filter,
        int msgs = int.MaxValue,
        CancellationToken cancellationToken = default) => ReceiveWhile(filter, max, idle, msgs, cancellationToken);

    /// <inheritdoc cref="ReceiveWhile{T}(TimeSpan?, Func{object, T}, int, CancellationToken)"/>
    public IReadOnlyList<T> ReceiveWhile<T>(
        Func<object, T?> filter,
        TimeSpan? max = null,
        TimeSpan? idle = null,
        int msgs = int.MaxValue,
        CancellationToken cancellationToken = default) =>
        Blocking.List(TakeWhile(true, Filter(filter), max, idle, msgs, cancellationToken), cancellationToken);

    /// <inheritdoc cref="ReceiveWhile{T}(TimeSpan?, Func{object, T}, int, CancellationToken)"/>
    public IAsyncEnumerable<T> ReceiveWhileAsync<T>(
        TimeSpan? max,
        Func<object, T?> filter,
        int msgs = int.MaxValue,
        CancellationToken cancellationToken = default) =>
        ReceiveWhileAsync(filter, max, Timeout.InfiniteTimeSpan, msgs, cancellationToken);

    /// <inheritdoc cref="ReceiveWhile{T}(TimeSpan?, Func{object, T}, int, CancellationToken)"/>
    public IAsyncEnumerable<T> ReceiveWhileAsync<T>(
        TimeSpan? max,
        TimeSpan? idle,
        Func<object, T?> filter,
        int msgs = int.MaxValue,
        CancellationToken cancellationToken = default) => ReceiveWhileAsync(filter, max, idle, msgs, cancellationToken);

    /// <inheritdoc cref="ReceiveWhile{T}(TimeSpan?, Func{object, T}, int, CancellationToken)"/>
    public IAsyncEnumerable<T> ReceiveWhileAsync<T>(
        Func<object, T?> filter,
        TimeSpan? max = null,
        TimeSpan? idle = null,
        int msgs = int.MaxValue,
        CancellationToken cancellationToken = default) =>
        TakeWhile(false, Filter(filter), max, idle, msgs, cancellationToken);

    /// <summary>
    /// Takes messages of that type while the predicate holds; the first for which it does not stays. Messages of
    /// other types are passed over, or end it.
    /// </summary>
    public IReadOnlyList<T> ReceiveWhile<T>(
        Predicate<T> shouldContinue,
        TimeSpan? max = null,
        TimeSpan? idle = null,
        int msgs = int.MaxValue,
        bool shouldIgnoreOtherMessageTypes = true,
        CancellationToken cancellationToken = default) =>
        Blocking.List(
            TakeWhile(true, Filter(shouldContinue, shouldIgnoreOtherMessageTypes), max, idle, msgs, cancellationToken),
            cancellationToken);

    /// <inheritdoc cref="ReceiveWhile{T}(Predicate{T}, TimeSpan?, TimeSpan?, int, bool, CancellationToken)"/>
    public IAsyncEnumerable<T> ReceiveWhileAsync<T>(
        Predicate<T> shouldContinue,
        TimeSpan? max = null,
        TimeSpan? idle = null,
        int msgs = int.MaxValue,
        bool shouldIgnoreOtherMessageTypes = true,
        CancellationToken cancellationToken = default) =>
        TakeWhile(false, Filter(shouldContinue, shouldIgnoreOtherMessageTypes), max, idle, msgs, cancellationToken);

    /// <summary>Takes messages until none comes for that long; gives them all.</summary>
    public async Task<ArrayList> WaitForRadioSilenceAsync(
        TimeSpan? max = null, uint? maxMessages = null, CancellationToken cancellationToken = default)
    {
        var messages = new ArrayList();
        while (await ReceiveOneAsync(max, cancellationToken).ConfigureAwait(false) is { } message)
        {
            messages.Add(message);
            _assertions.AssertFalse(
                messages.Count > maxMessages,
                "{0}",
                $"maxMessages violated: no silence after {maxMessages} messages, the last is {message}");
        }
        return ArrayList.ReadOnly(messages);
    }

    private static Func<object, (Taking, T?)> Filter<T>(Func<object, T?> filter) => message =>
        filter(message) is { } result ? (Taking.Yield, result) : (Taking.Stop, default);

    private static Func<object, (Taking, T?)> Filter<T>(Predicate<T> shouldContinue, bool ignoreOthers) => message =>
        message switch
        {
            T typed when shouldContinue(typed) => (Taking.Yield, typed),
            T => (Taking.Stop, default),
            _ => (ignoreOthers ? Taking.Skip : Taking.Stop, default),
        };

    /// <summary>The one place where messages leave the queue.</summary>
    private async ValueTask<(bool Found, MessageEnvelope Envelope)> Take(
        bool blocking, bool remove, TimeSpan? max, CancellationToken cancellationToken)
    {
        var (found, envelope) = await _queue.TakeAsync(
            blocking, remove, null, max ?? RemainingOrDefault, cancellationToken).ConfigureAwait(false);
        _lastWasNoMsg = false;
        if (!found)
        {
            envelope = NullMessageEnvelope.Instance;
        }
        _lastMessage = envelope;
        if (remove && found)
        {
            _history.Add(envelope);
        }
        return (found, envelope);
    }

    private async IAsyncEnumerable<object> ReceiveMany(
        bool blocking, int count, TimeSpan max, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var end = Now + max;
        for (var i = 0; i < count; i++)
        {
            var (found, envelope) = await Take(blocking, true, AtLeastZero(end - Now), cancellationToken)
                .ConfigureAwait(false);
            if (!found)
            {
                TimedOut(max, $"only {i} of {count} messages came");
            }
            yield return envelope.Message!;
        }
    }

    private async IAsyncEnumerable<T> TakeWhile<T>(
        bool blocking,
        Func<object, (Taking, T?)> filter,
        TimeSpan? max,
        TimeSpan? idle,
        int count,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var end = Now + RemainingOrDilated(max);
        var last = (MessageEnvelope)NullMessageEnvelope.Instance;
        while (count > 0)
        {
            var left = AtLeastZero(end - Now);
            var wait = idle is { } most && most >= TimeSpan.Zero && most < left ? most : left;
            var (found, envelope) = await Take(blocking, false, wait, cancellationToken).ConfigureAwait(false);
            var (taking, result) = found ? filter(envelope.Message!) : (Taking.Stop, default);
            if (taking == Taking.Stop)
            {
                break;
            }
            await Take(blocking, true, TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
            last = envelope;
            if (taking == Taking.Yield)
            {
                count--;
                yield return result!;
            }
        }
        _lastMessage = last;
        _lastWasNoMsg = true;
    }

    private static TimeSpan AtLeastZero(TimeSpan time) => time < TimeSpan.Zero ? TimeSpan.Zero : time;

    private enum Taking
    {
        Stop,
        Yield,
        Skip,
    }
}
