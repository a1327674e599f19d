using Akka.Event;
using Akka.TestKit.Internal.StringMatcher;

namespace Akka.TestKit;

public delegate void EventMatched(EventFilterBase eventFilter, LogEvent logEvent);

public interface IEventFilter
{
    /// <summary>Whether this is the event that is looked for.</summary>
    bool Apply(LogEvent logEvent);
}

/// <summary>Looks for log events of a kind, by message and source.</summary>
public abstract class EventFilterBase(IStringMatcher? messageMatcher, IStringMatcher? sourceMatcher) : IEventFilter
{
    private readonly IStringMatcher _message = messageMatcher ?? MatchesAll.Instance;
    private readonly IStringMatcher _source = sourceMatcher ?? MatchesAll.Instance;

    public event EventMatched? EventMatched;

    protected abstract string FilterDescriptiveName { get; }

    public bool Apply(LogEvent logEvent)
    {
        ArgumentNullException.ThrowIfNull(logEvent);
        if (!IsMatch(logEvent))
        {
            return false;
        }
        OnEventMatched(logEvent);
        return true;
    }

    public override string ToString()
    {
        var message = _message.ToString();
        var source = _source.ToString();
        return FilterDescriptiveName
            + (message!.Length == 0 ? "" : $" when message {message}")
            + (source!.Length == 0 ? "" : $" when source {source}");
    }

    protected abstract bool IsMatch(LogEvent evt);

    protected virtual void OnEventMatched(LogEvent logEvent) => EventMatched?.Invoke(this, logEvent);

    protected bool InternalDoMatch(string src, object? msg) =>
        _source.IsMatch(src ?? "") && _message.IsMatch(msg?.ToString() ?? "");
}

public class DebugFilter(IStringMatcher? messageMatcher = null, IStringMatcher? sourceMatcher = null)
    : EventFilterBase(messageMatcher, sourceMatcher)
{
    protected override string FilterDescriptiveName => "Debug";

    protected override bool IsMatch(LogEvent evt) => evt is Debug && InternalDoMatch(evt.LogSource, evt.Message);
}

public class InfoFilter(IStringMatcher? messageMatcher = null, IStringMatcher? sourceMatcher = null)
    : EventFilterBase(messageMatcher, sourceMatcher)
{
    protected override string FilterDescriptiveName => "Info";

    protected override bool IsMatch(LogEvent evt) => evt is Info && InternalDoMatch(evt.LogSource, evt.Message);
}

public class WarningFilter(IStringMatcher? messageMatcher = null, IStringMatcher? sourceMatcher = null)
    : EventFilterBase(messageMatcher, sourceMatcher)
{
    protected override string FilterDescriptiveName => "Warning";

    protected override bool IsMatch(LogEvent evt) => evt is Warning && InternalDoMatch(evt.LogSource, evt.Message);
}

/// <summary>Errors, where a type is given those with a cause of that type.</summary>
public class ErrorFilter : EventFilterBase
{
    private readonly Type? _exceptionType;
    private readonly bool _inner;

    public ErrorFilter(IStringMatcher? messageMatcher = null, IStringMatcher? sourceMatcher = null)
        : base(messageMatcher, sourceMatcher)
    {
    }

    public ErrorFilter(
        Type? exceptionType,
        IStringMatcher? messageMatcher = null,
        IStringMatcher? sourceMatcher = null,
        bool recurseInnerExceptions = false)
        : base(messageMatcher, sourceMatcher)
    {
        _exceptionType = exceptionType;
        _inner = recurseInnerExceptions;
    }

    protected override string FilterDescriptiveName =>
        _exceptionType is null ? "Error" : $"Error with {_exceptionType}";

    protected override bool IsMatch(LogEvent evt) =>
        evt is Error && (_exceptionType is null
            ? InternalDoMatch(evt.LogSource, evt.Message)
            : MatchesCause(evt, evt.Cause));

    private bool MatchesCause(LogEvent evt, Exception? cause) =>
        cause is not null
        && ((_exceptionType!.IsInstanceOfType(cause)
                && (InternalDoMatch(evt.LogSource, evt.Message) || InternalDoMatch(evt.LogSource, cause.Message)))
            || (_inner && MatchesCause(evt, cause.InnerException)));
}

public sealed class CustomEventFilter(Predicate<LogEvent> predicate) : EventFilterBase(null, null)
{
    protected override string FilterDescriptiveName => "Custom";

    protected override bool IsMatch(LogEvent evt) => predicate(evt);
}

/// <summary>Dead letters, by the message, its type or a predicate.</summary>
public sealed class DeadLettersFilter(
    IStringMatcher? messageMatcher, IStringMatcher? sourceMatcher, Predicate<DeadLetter>? isMatch = null)
    : EventFilterBase(messageMatcher, sourceMatcher)
{
    protected override string FilterDescriptiveName => "DeadLetter";

    protected override bool IsMatch(LogEvent evt) =>
        evt is Warning { Message: DeadLetter letter }
        && (isMatch is null || isMatch(letter))
        && InternalDoMatch(evt.LogSource, letter.Message);
}
