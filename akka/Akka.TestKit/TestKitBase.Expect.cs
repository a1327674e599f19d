using System.Diagnostics.CodeAnalysis;
using Akka.Actor;
using Akka.TestKit.Internal;

namespace Akka.TestKit;

public abstract partial class TestKitBase
{
    /// <summary>The next message is of that type.</summary>
    public T ExpectMsg<T>(
        TimeSpan? duration = null,
        string? hint = null,
        CancellationToken cancellationToken = default) =>
        Blocking.Result(ExpectOf<T>(true, duration, hint, null, cancellationToken));

    /// <summary>The next message is of that type.</summary>
    public ValueTask<T> ExpectMsgAsync<T>(
        TimeSpan? duration = null,
        string? hint = null,
        CancellationToken cancellationToken = default) =>
        ExpectOf<T>(false, duration, hint, null, cancellationToken);

    /// <summary>The next message is equal to that one.</summary>
    public T ExpectMsg<T>(
        T message,
        TimeSpan? timeout = null,
        string? hint = null,
        CancellationToken cancellationToken = default) =>
        Blocking.Result(ExpectOf<T>(
            true, timeout, hint, e => AssertEqual(message, (T)e.Message!, hint), cancellationToken));

    /// <summary>The next message is equal to that one.</summary>
    public ValueTask<T> ExpectMsgAsync<T>(
        T message,
        TimeSpan? timeout = null,
        string? hint = null,
        CancellationToken cancellationToken = default) =>
        ExpectOf<T>(false, timeout, hint, e => AssertEqual(message, (T)e.Message!, hint), cancellationToken);

    /// <summary>The next message is of that type and fulfils the predicate.</summary>
    public T ExpectMsg<T>(
        Predicate<T> isMessage,
        TimeSpan? timeout = null,
        string? hint = null,
        CancellationToken cancellationToken = default) =>
        Blocking.Result(ExpectOf<T>(
            true, timeout, hint, e => AssertHolds(isMessage((T)e.Message!), e, hint), cancellationToken));

    /// <summary>The next message is of that type and fulfils the predicate.</summary>
    public ValueTask<T> ExpectMsgAsync<T>(
        Predicate<T> isMessage,
        TimeSpan? timeout = null,
        string? hint = null,
        CancellationToken cancellationToken = default) =>
        ExpectOf<T>(false, timeout, hint, e => AssertHolds(isMessage((T)e.Message!), e, hint), cancellationToken);

    /// <summary>The next message is of that type and passes the assertion.</summary>
    public T ExpectMsg<T>(
        Action<T> assert,
        TimeSpan? timeout = null,
        string? hint = null,
        CancellationToken cancellationToken = default) =>
        Blocking.Result(ExpectOf<T>(true, timeout, hint, e => assert((T)e.Message!), cancellationToken));

    /// <summary>The next message is of that type and passes the assertion.</summary>
    public ValueTask<T> ExpectMsgAsync<T>(
        Action<T> assert,
        TimeSpan? timeout = null,
        string? hint = null,
        CancellationToken cancellationToken = default) =>
        ExpectOf<T>(false, timeout, hint, e => assert((T)e.Message!), cancellationToken);

    /// <summary>The next message is of that type and fulfils the predicate with its sender.</summary>
    public T ExpectMsg<T>(
        Func<T, IActorRef, bool> isMessageAndSender,
        TimeSpan? timeout = null,
        string? hint = null,
        CancellationToken cancellationToken = default) =>
        Blocking.Result(ExpectOf<T>(
            true,
            timeout,
            hint,
            e => AssertHolds(isMessageAndSender((T)e.Message!, e.Sender!), e, hint),
            cancellationToken));

    /// <summary>The next message is of that type and fulfils the predicate with its sender.</summary>
    public ValueTask<T> ExpectMsgAsync<T>(
        Func<T, IActorRef, bool> isMessageAndSender,
        TimeSpan? timeout = null,
        string? hint = null,
        CancellationToken cancellationToken = default) =>
        ExpectOf<T>(
            false,
            timeout,
            hint,
            e => AssertHolds(isMessageAndSender((T)e.Message!, e.Sender!), e, hint),
            cancellationToken);

    /// <summary>The next message is of that type and passes the assertion with its sender.</summary>
    public T ExpectMsg<T>(
        Action<T, IActorRef> assertMessageAndSender,
        TimeSpan? timeout = null,
        string? hint = null,
        CancellationToken cancellationToken = default) =>
        Blocking.Result(ExpectOf<T>(
            true, timeout, hint, e => assertMessageAndSender((T)e.Message!, e.Sender!), cancellationToken));

    /// <summary>The next message is of that type and passes the assertion with its sender.</summary>
    public ValueTask<T> ExpectMsgAsync<T>(
        Action<T, IActorRef> assertMessageAndSender,
        TimeSpan? timeout = null,
        string? hint = null,
        CancellationToken cancellationToken = default) =>
        ExpectOf<T>(
            false, timeout, hint, e => assertMessageAndSender((T)e.Message!, e.Sender!), cancellationToken);

    /// <summary>The next message is equal to that one by the comparer.</summary>
    public T ExpectMsg<T>(
        T expected,
        Func<T, T, bool> comparer,
        TimeSpan? timeout = null,
        string? hint = null,
        CancellationToken cancellationToken = default) =>
        Blocking.Result(ExpectOf<T>(
            true, timeout, hint, e => AssertEqual(expected, (T)e.Message!, comparer, hint), cancellationToken));

    /// <summary>The next message is equal to that one by the comparer.</summary>
    public ValueTask<T> ExpectMsgAsync<T>(
        T expected,
        Func<T, T, bool> comparer,
        TimeSpan? timeout = null,
        string? hint = null,
        CancellationToken cancellationToken = default) =>
        ExpectOf<T>(
            false, timeout, hint, e => AssertEqual(expected, (T)e.Message!, comparer, hint), cancellationToken);

    /// <summary>The next message says that this actor has ended.</summary>
    public Terminated ExpectTerminated(
        IActorRef target,
        TimeSpan? timeout = null,
        string? hint = null,
        CancellationToken cancellationToken = default) =>
        Blocking.Result(ExpectOf<Terminated>(
            true, timeout, hint, e => AssertEqual(target, ((Terminated)e.Message!).ActorRef, hint), cancellationToken));

    /// <summary>The next message says that this actor has ended.</summary>
    public ValueTask<Terminated> ExpectTerminatedAsync(
        IActorRef target,
        TimeSpan? timeout = null,
        string? hint = null,
        CancellationToken cancellationToken = default) =>
        ExpectOf<Terminated>(
            false, timeout, hint, e => AssertEqual(target, ((Terminated)e.Message!).ActorRef, hint), cancellationToken);

    /// <summary>No message comes in what is left of Within, else in the default time.</summary>
    public void ExpectNoMsg(CancellationToken cancellationToken = default) =>
        Blocking.Finish(ExpectNone(true, NoMsgDefault, cancellationToken));

    /// <inheritdoc cref="ExpectNoMsg(CancellationToken)"/>
    public ValueTask ExpectNoMsgAsync(CancellationToken cancellationToken = default) =>
        ExpectNone(false, NoMsgDefault, cancellationToken);

    /// <summary>No message comes for that long.</summary>
    public void ExpectNoMsg(TimeSpan duration, CancellationToken cancellationToken = default) =>
        Blocking.Finish(ExpectNone(true, Dilated(duration), cancellationToken));

    /// <inheritdoc cref="ExpectNoMsg(TimeSpan, CancellationToken)"/>
    public ValueTask ExpectNoMsgAsync(TimeSpan duration, CancellationToken cancellationToken = default) =>
        ExpectNone(false, Dilated(duration), cancellationToken);

    /// <inheritdoc cref="ExpectNoMsg(TimeSpan, CancellationToken)"/>
    public void ExpectNoMsg(int milliseconds, CancellationToken cancellationToken = default) =>
        ExpectNoMsg(TimeSpan.FromMilliseconds(milliseconds), cancellationToken);

    /// <inheritdoc cref="ExpectNoMsg(TimeSpan, CancellationToken)"/>
    public ValueTask ExpectNoMsgAsync(int milliseconds, CancellationToken cancellationToken = default) =>
        ExpectNoMsgAsync(TimeSpan.FromMilliseconds(milliseconds), cancellationToken);

    private TimeSpan NoMsgDefault => RemainingOr(Dilated(TestKitSettings.ExpectNoMessageDefault));

    private async ValueTask<T> ExpectOf<T>(
        bool blocking,
        TimeSpan? timeout,
        string? hint,
        Action<MessageEnvelope>? check,
        CancellationToken cancellationToken)
    {
        var wait = RemainingOrDilated(timeout);
        var (found, envelope) = await Take(blocking, true, wait, cancellationToken).ConfigureAwait(false);
        if (!found)
        {
            Fail($"no message came within {wait}, one of type {typeof(T)} was expected{Hint(hint)}");
        }
        if (envelope.Message is not T message)
        {
            Fail($"a message of type {typeof(T)} was expected{Hint(hint)}, but {ReceivedHistory.Text(envelope)} came");
            return default!;
        }
        check?.Invoke(envelope);
        return message;
    }

    private async ValueTask ExpectNone(bool blocking, TimeSpan wait, CancellationToken cancellationToken)
    {
        var (found, envelope) = await Take(blocking, true, wait, cancellationToken).ConfigureAwait(false);
        if (found)
        {
            Fail($"no message was expected for {wait}, but {ReceivedHistory.Text(envelope)} came");
        }
        _lastWasNoMsg = true;
    }

    private void AssertEqual<T>(T expected, T actual, string? hint) => _assertions.AssertEqual(
        expected, actual, "{0}", $"the message {expected} was expected{Hint(hint)}, but {actual} came");

    private void AssertEqual<T>(T expected, T actual, Func<T, T, bool> comparer, string? hint) =>
        _assertions.AssertEqual(
            expected, actual, comparer, "{0}", $"the message {expected} was expected{Hint(hint)}, but {actual} came");

    private void AssertHolds(bool holds, MessageEnvelope envelope, string? hint) => _assertions.AssertTrue(
        holds, "{0}", $"the predicate does not hold for {ReceivedHistory.Text(envelope)}{Hint(hint)}");

    /// <summary>Fails for want of a message; the wording and the kind of failure are what callers match on.</summary>
    [DoesNotReturn]
    private void TimedOut(TimeSpan wait, string what)
    {
        var text = $"Timeout ({wait}): {what}{_history.Describe(_queue)}";
        _assertions.AssertTrue(false, "{0}", text);
        throw new TimeoutException(text);
    }

    [DoesNotReturn]
    private void Fail(string what) => _assertions.Fail("{0}", what + _history.Describe(_queue));
}
