using System.Runtime.CompilerServices;
using Akka.TestKit.Internal;

namespace Akka.TestKit;

public abstract partial class TestKitBase
{
    /// <summary>The next message is equal to one of these.</summary>
    public T ExpectMsgAnyOf<T>(IEnumerable<T> messages, CancellationToken cancellationToken = default) =>
        Blocking.Result(AnyOf(true, [.. messages], cancellationToken));

    /// <inheritdoc cref="ExpectMsgAnyOf{T}(IEnumerable{T}, CancellationToken)"/>
    public ValueTask<T> ExpectMsgAnyOfAsync<T>(
        IEnumerable<T> messages, CancellationToken cancellationToken = default) =>
        AnyOf(false, [.. messages], cancellationToken);

    /// <summary>The next messages are these, in any order.</summary>
    public IReadOnlyCollection<T> ExpectMsgAllOf<T>(params T[] messages) =>
        Blocking.List(AllOf(true, RemainingOrDefault, messages, default), default);

    /// <inheritdoc cref="ExpectMsgAllOf{T}(T[])"/>
    public IReadOnlyCollection<T> ExpectMsgAllOf<T>(
        IReadOnlyCollection<T> messages, CancellationToken cancellationToken = default) =>
        Blocking.List(AllOf(true, RemainingOrDefault, messages, cancellationToken), cancellationToken);

    /// <inheritdoc cref="ExpectMsgAllOf{T}(T[])"/>
    public IReadOnlyCollection<T> ExpectMsgAllOf<T>(TimeSpan max, params T[] messages) =>
        Blocking.List(AllOf(true, Dilated(max), messages, default), default);

    /// <inheritdoc cref="ExpectMsgAllOf{T}(T[])"/>
    public IReadOnlyCollection<T> ExpectMsgAllOf<T>(
        TimeSpan max, IReadOnlyCollection<T> messages, CancellationToken cancellationToken = default) =>
        Blocking.List(AllOf(true, Dilated(max), messages, cancellationToken), cancellationToken);

    /// <inheritdoc cref="ExpectMsgAllOf{T}(T[])"/>
    public IAsyncEnumerable<T> ExpectMsgAllOfAsync<T>(
        IReadOnlyCollection<T> messages, CancellationToken cancellationToken = default) =>
        AllOf(false, RemainingOrDefault, messages, cancellationToken);

    /// <inheritdoc cref="ExpectMsgAllOf{T}(T[])"/>
    public IAsyncEnumerable<T> ExpectMsgAllOfAsync<T>(
        TimeSpan max, IReadOnlyCollection<T> messages, CancellationToken cancellationToken = default) =>
        AllOf(false, Dilated(max), messages, cancellationToken);

    /// <summary>The next messages are as many as there are predicates, and for each predicate there is one.</summary>
    public IReadOnlyCollection<object> ExpectMsgAllOfMatchingPredicates(params PredicateInfo[] predicates) =>
        Blocking.List(AllMatching(true, RemainingOrDefault, predicates, default), default);

    /// <inheritdoc cref="ExpectMsgAllOfMatchingPredicates(PredicateInfo[])"/>
    public IReadOnlyCollection<object> ExpectMsgAllOfMatchingPredicates(
        TimeSpan max, params PredicateInfo[] predicates) =>
        Blocking.List(AllMatching(true, Dilated(max), predicates, default), default);

    /// <inheritdoc cref="ExpectMsgAllOfMatchingPredicates(PredicateInfo[])"/>
    public IAsyncEnumerable<object> ExpectMsgAllOfMatchingPredicatesAsync(
        IReadOnlyCollection<PredicateInfo> predicates, CancellationToken cancellationToken = default) =>
        AllMatching(false, RemainingOrDefault, predicates, cancellationToken);

    /// <inheritdoc cref="ExpectMsgAllOfMatchingPredicates(PredicateInfo[])"/>
    public IAsyncEnumerable<object> ExpectMsgAllOfMatchingPredicatesAsync(
        TimeSpan max, IReadOnlyCollection<PredicateInfo> predicates, CancellationToken cancellationToken = default) =>
        AllMatching(false, Dilated(max), predicates, cancellationToken);

    private async ValueTask<T> AnyOf<T>(bool blocking, T[] messages, CancellationToken cancellationToken)
    {
        var wait = RemainingOrDefault;
        var (found, envelope) = await Take(blocking, true, wait, cancellationToken).ConfigureAwait(false);
        var expected = string.Join(", ", messages);
        if (!found)
        {
            Fail($"no message came within {wait}, one of {expected} was expected");
        }
        if (envelope.Message is T message && messages.Contains(message))
        {
            return message;
        }
        Fail($"one of {expected} was expected, but {ReceivedHistory.Text(envelope)} came");
        return default;
    }

    private async IAsyncEnumerable<T> AllOf<T>(
        bool blocking,
        TimeSpan max,
        IReadOnlyCollection<T> messages,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var came = new List<object>();
        await foreach (var message in ReceiveMany(blocking, messages.Count, max, cancellationToken)
            .ConfigureAwait(false))
        {
            came.Add(message);
        }
        // One message answers one expectation: two equal ones need two.
        var missing = messages.ToList();
        var unexpected = came.Where(c => c is not T typed || !missing.Remove(typed)).ToArray();
        CheckNone(missing, unexpected);
        foreach (var message in came)
        {
            yield return (T)message;
        }
    }

    private async IAsyncEnumerable<object> AllMatching(
        bool blocking,
        TimeSpan max,
        IReadOnlyCollection<PredicateInfo> predicates,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var came = new List<object>();
        await foreach (var message in ReceiveMany(blocking, predicates.Count, max, cancellationToken)
            .ConfigureAwait(false))
        {
            came.Add(message);
        }
        var missing = predicates.Where(p => !came.Exists(p.IsMatch)).ToArray();
        var unexpected = came.Where(c => !predicates.Any(p => p.IsMatch(c))).ToArray();
        CheckNone(missing, unexpected);
        foreach (var message in came)
        {
            yield return message;
        }
    }

    private void CheckNone<T>(IReadOnlyCollection<T> missing, object[] unexpected)
    {
        if (missing.Count > 0 || unexpected.Length > 0)
        {
            var absent = missing.Count > 0 ? $"not found [{string.Join(", ", missing)}] " : "";
            var extra = unexpected.Length > 0 ? $"found unexpected [{string.Join(", ", unexpected)}]" : "";
            Fail(absent + extra);
        }
    }
}

/// <summary>A predicate on messages of one type.</summary>
public sealed class PredicateInfo
{
    private readonly Predicate<object> _isMatch;

    private PredicateInfo(Type type, Predicate<object> isMatch)
    {
        Type = type;
        _isMatch = isMatch;
    }

    public Type Type { get; }

    public static PredicateInfo Create<T>(Predicate<T> predicateT) =>
        new(typeof(T), m => m is T typed && predicateT(typed));

    public override string ToString() => $"predicate on {Type}";

    internal bool IsMatch(object message) => _isMatch(message);
}

public static class PredicateInfoExtensions
{
    public static PredicateInfo CreatePredicateInfo<T>(
        this Predicate<T> predicateT) => PredicateInfo.Create(predicateT);
}
