using Akka.Actor;
using Akka.Event;

namespace Trader.Hosting.Logging;

/// <summary>
/// The engine's logger (<c>akka.loggers</c>): writes every log event as a documented line, with the tag of the role
/// whose actor said it. The engine creates it before anything else, so it keeps what comes first until the node hands
/// it the <see cref="LineLogger"/>.
/// </summary>
public sealed class LineLoggerActor : ReceiveActor
{
    private const int MaxKept = 1000;
    private const int MaxSources = 1000;

    private readonly Queue<LogEvent> _kept = [];
    private readonly Dictionary<string, string> _tags = new(StringComparer.Ordinal);
    private LineLogger? _lines;

    public LineLoggerActor()
    {
        Receive<InitializeLogger>(HandleInitialize);
        Receive<Attach>(HandleAttach);
        Receive<LogEvent>(HandleEvent);
    }

    /// <summary>Published on the event stream by the node once the system stands.</summary>
    public sealed record Attach(LineLogger Lines);

    private void HandleInitialize(InitializeLogger message)
    {
        Context.System.EventStream.Subscribe(Self, typeof(Attach));
        Sender.Tell(new LoggerInitialized());
    }

    private void HandleAttach(Attach message)
    {
        _lines = message.Lines;
        while (_kept.TryDequeue(out var early))
        {
            Write(_lines, early);
        }
    }

    private void HandleEvent(LogEvent message)
    {
        if (_lines is not null)
        {
            Write(_lines, message);
        }
        else if (_kept.Count < MaxKept)
        {
            _kept.Enqueue(message);
        }
    }

    /// <summary>A source has always the same tag.</summary>
    private string Tag(string source)
    {
        if (_tags.TryGetValue(source, out var tag))
        {
            return tag;
        }

        tag = LineLogger.TagOf(source);
        if (_tags.Count < MaxSources)
        {
            _tags.Add(source, tag);
        }

        return tag;
    }

    private void Write(LineLogger lines, LogEvent message)
    {
        var level = message.LogLevel() switch
        {
            LogLevel.DebugLevel => LineLevel.Debug,
            LogLevel.InfoLevel => LineLevel.Info,
            LogLevel.WarningLevel => LineLevel.Warning,
            LogLevel.ErrorLevel => LineLevel.Error,
        };
        lines.Log(level, Tag(message.LogSource), message.Message.ToString() ?? "", message.Cause);
    }
}
