using System.Collections;
using Akka.TestKit.Internal;

namespace Akka.TestKit;

public abstract partial class TestKitBase
{
    /// <summary>Passes over messages until one matches.</summary>
    public object FishForMessage(
        Predicate<object> isMessage,
        TimeSpan? max = null,
        string hint = "",
        CancellationToken cancellationToken = default) =>
        FishForMessage<object>(isMessage, max, hint, cancellationToken);

    /// <inheritdoc cref="FishForMessage(Predicate{object}, TimeSpan?, string, CancellationToken)"/>
    public T FishForMessage<T>(
        Predicate<T> isMessage,
        TimeSpan? max = null,
        string hint = "",
        CancellationToken cancellationToken = default) =>
        Blocking.Result(Fish(true, isMessage, null, max, hint, cancellationToken));

    /// <inheritdoc cref="FishForMessage(Predicate{object}, TimeSpan?, string, CancellationToken)"/>
    /// <param name="isMessage">What is fished for.</param>
    /// <param name="allMessages">Cleared, then filled with what was passed over.</param>
    /// <param name="max">How long.</param>
    /// <param name="hint">For the text of a failure.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public T FishForMessage<T>(
        Predicate<T> isMessage,
        ArrayList? allMessages,
        TimeSpan? max = null,
        string hint = "",
        CancellationToken cancellationToken = default) =>
        Blocking.Result(Fish(true, isMessage, allMessages, max, hint, cancellationToken));

    /// <inheritdoc cref="FishForMessage(Predicate{object}, TimeSpan?, string, CancellationToken)"/>
    public ValueTask<object> FishForMessageAsync(
        Predicate<object> isMessage,
        TimeSpan? max = null,
        string hint = "",
        CancellationToken cancellationToken = default) =>
        Fish(false, isMessage, null, max, hint, cancellationToken);

    /// <inheritdoc cref="FishForMessage(Predicate{object}, TimeSpan?, string, CancellationToken)"/>
    public ValueTask<T> FishForMessageAsync<T>(
        Predicate<T> isMessage,
        TimeSpan? max = null,
        string hint = "",
        CancellationToken cancellationToken = default) =>
        Fish(false, isMessage, null, max, hint, cancellationToken);

    /// <inheritdoc cref="FishForMessage{T}(Predicate{T}, ArrayList, TimeSpan?, string, CancellationToken)"/>
    public ValueTask<T> FishForMessageAsync<T>(
        Predicate<T> isMessage,
        ArrayList? allMessages,
        TimeSpan? max = null,
        string hint = "",
        CancellationToken cancellationToken = default) =>
        Fish(false, isMessage, allMessages, max, hint, cancellationToken);

    /// <summary>Passes over messages for that long; one of that type is a failure.</summary>
    public async Task FishUntilMessageAsync<T>(TimeSpan? max = null, CancellationToken cancellationToken = default)
    {
        await foreach (var message in ReceiveWhileAsync<object>(
            _ => true, max, cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            _assertions.AssertFalse(
                message is T, "{0}", $"no message of type {typeof(T)} should come, but {message} did");
        }
    }

    private async ValueTask<T> Fish<T>(
        bool blocking,
        Predicate<T> isMessage,
        ArrayList? allMessages,
        TimeSpan? max,
        string hint,
        CancellationToken cancellationToken)
    {
        var wait = RemainingOrDilated(max);
        var end = Now + wait;
        var passed = 0;
        allMessages?.Clear();
        while (true)
        {
            var (found, envelope) = await Take(blocking, true, AtLeastZero(end - Now), cancellationToken)
                .ConfigureAwait(false);
            if (!found)
            {
                TimedOut(wait, $"no such message of type {typeof(T)} came{Hint(hint)}; {passed} others did");
            }
            if (envelope.Message is T message && isMessage(message))
            {
                return message;
            }
            passed++;
            allMessages?.Add(envelope.Message);
        }
    }
}
