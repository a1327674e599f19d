using Akka.Actor;
using Akka.TestKit.Internal;

namespace Akka.TestKit;

public abstract partial class TestKitBase
{
    /// <summary>The next message is of that type and from that actor.</summary>
    public T ExpectMsgFrom<T>(
        IActorRef sender,
        TimeSpan? duration = null,
        string? hint = null,
        CancellationToken cancellationToken = default) =>
        Blocking.Result(ExpectFrom<T>(
            true, duration, hint, s => AssertSender(sender, s, hint), null, cancellationToken));

    /// <summary>The next message is of that type and from that actor.</summary>
    public ValueTask<T> ExpectMsgFromAsync<T>(
        IActorRef sender,
        TimeSpan? duration = null,
        string? hint = null,
        CancellationToken cancellationToken = default) =>
        ExpectFrom<T>(
            false, duration, hint, s => AssertSender(sender, s, hint), null, cancellationToken);

    /// <summary>The next message is equal to that one and from that actor.</summary>
    public T ExpectMsgFrom<T>(
        IActorRef sender,
        T message,
        TimeSpan? timeout = null,
        string? hint = null,
        CancellationToken cancellationToken = default) =>
        Blocking.Result(ExpectFrom<T>(
            true,
            timeout,
            hint,
            s => AssertSender(sender, s, hint),
            e => AssertEqual(message, (T)e.Message!, hint),
            cancellationToken));

    /// <summary>The next message is equal to that one and from that actor.</summary>
    public ValueTask<T> ExpectMsgFromAsync<T>(
        IActorRef sender,
        T message,
        TimeSpan? timeout = null,
        string? hint = null,
        CancellationToken cancellationToken = default) =>
        ExpectFrom<T>(
            false, timeout, hint,
            s => AssertSender(sender, s, hint),
            e => AssertEqual(message, (T)e.Message!, hint), cancellationToken);

    /// <summary>The next message fulfils the predicate and is from that actor.</summary>
    public T ExpectMsgFrom<T>(
        IActorRef sender,
        Predicate<T> isMessage,
        TimeSpan? timeout = null,
        string? hint = null,
        CancellationToken cancellationToken = default) =>
        Blocking.Result(ExpectFrom<T>(
            true,
            timeout,
            hint,
            s => AssertSender(sender, s, hint),
            e => AssertHolds(isMessage((T)e.Message!), e, hint),
            cancellationToken));

    /// <summary>The next message fulfils the predicate and is from that actor.</summary>
    public ValueTask<T> ExpectMsgFromAsync<T>(
        IActorRef sender,
        Predicate<T> isMessage,
        TimeSpan? timeout = null,
        string? hint = null,
        CancellationToken cancellationToken = default) =>
        ExpectFrom<T>(
            false, timeout, hint,
            s => AssertSender(sender, s, hint),
            e => AssertHolds(isMessage((T)e.Message!), e, hint), cancellationToken);

    /// <summary>The next message and its sender fulfil the predicates.</summary>
    public T ExpectMsgFrom<T>(
        Predicate<IActorRef> isSender,
        Predicate<T> isMessage,
        TimeSpan? timeout = null,
        string? hint = null,
        CancellationToken cancellationToken = default) =>
        Blocking.Result(ExpectFrom<T>(
            true,
            timeout,
            hint,
            s => AssertSender(isSender(s), s, hint),
            e => AssertHolds(isMessage((T)e.Message!), e, hint),
            cancellationToken));

    /// <summary>The next message and its sender fulfil the predicates.</summary>
    public ValueTask<T> ExpectMsgFromAsync<T>(
        Predicate<IActorRef> isSender,
        Predicate<T> isMessage,
        TimeSpan? timeout = null,
        string? hint = null,
        CancellationToken cancellationToken = default) =>
        ExpectFrom<T>(
            false, timeout, hint,
            s => AssertSender(isSender(s), s, hint),
            e => AssertHolds(isMessage((T)e.Message!), e, hint), cancellationToken);

    /// <summary>The next message passes the assertion and is from that actor.</summary>
    public T ExpectMsgFrom<T>(
        IActorRef sender,
        Action<T> assertMessage,
        TimeSpan? timeout = null,
        string? hint = null,
        CancellationToken cancellationToken = default) =>
        Blocking.Result(ExpectFrom<T>(
            true,
            timeout,
            hint,
            s => AssertSender(sender, s, hint),
            e => assertMessage((T)e.Message!),
            cancellationToken));

    /// <summary>The next message passes the assertion and is from that actor.</summary>
    public ValueTask<T> ExpectMsgFromAsync<T>(
        IActorRef sender,
        Action<T> assertMessage,
        TimeSpan? timeout = null,
        string? hint = null,
        CancellationToken cancellationToken = default) =>
        ExpectFrom<T>(
            false, timeout, hint,
            s => AssertSender(sender, s, hint),
            e => assertMessage((T)e.Message!), cancellationToken);

    /// <summary>The next message and its sender pass the assertions.</summary>
    public T ExpectMsgFrom<T>(
        Action<IActorRef> assertSender,
        Action<T> assertMessage,
        TimeSpan? timeout = null,
        string? hint = null,
        CancellationToken cancellationToken = default) =>
        Blocking.Result(ExpectFrom<T>(
            true, timeout, hint, assertSender, e => assertMessage((T)e.Message!), cancellationToken));

    /// <summary>The next message and its sender pass the assertions.</summary>
    public ValueTask<T> ExpectMsgFromAsync<T>(
        Action<IActorRef> assertSender,
        Action<T> assertMessage,
        TimeSpan? timeout = null,
        string? hint = null,
        CancellationToken cancellationToken = default) =>
        ExpectFrom<T>(
            false, timeout, hint, assertSender, e => assertMessage((T)e.Message!), cancellationToken);

    private ValueTask<T> ExpectFrom<T>(
        bool blocking,
        TimeSpan? timeout,
        string? hint,
        Action<IActorRef> checkSender,
        Action<MessageEnvelope>? check,
        CancellationToken cancellationToken) =>
        ExpectOf<T>(
            blocking,
            timeout,
            hint,
            envelope =>
            {
                checkSender(envelope.Sender!);
                check?.Invoke(envelope);
            },
            cancellationToken);

    private void AssertSender(IActorRef expected, IActorRef actual, string? hint) => _assertions.AssertEqual(
        expected, actual, "{0}", $"a message from {expected} was expected{Hint(hint)}, but {actual} sent it");

    private void AssertSender(bool holds, IActorRef actual, string? hint) => _assertions.AssertTrue(
        holds, "{0}", $"the predicate does not hold for the sender {actual}{Hint(hint)}");
}
