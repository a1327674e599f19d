using System.Globalization;

namespace Akka.Event;

/// <summary>Makes a line from a template and its arguments.</summary>
public interface ILogMessageFormatter
{
    string Format(string format, params object?[] args);

    string Format(string format, IEnumerable<object?> args);
}

/// <summary>Templates of <see cref="string.Format(IFormatProvider, string, object[])"/>, invariant culture.</summary>
public sealed class DefaultLogMessageFormatter : ILogMessageFormatter
{
    public static readonly DefaultLogMessageFormatter Instance = new();

    public string Format(string format, params object?[] args) =>
        args.Length == 0 ? format : string.Format(CultureInfo.InvariantCulture, format, args);

    public string Format(string format, IEnumerable<object?> args) => Format(format, [.. args]);
}

/// <summary>A template with its arguments, formatted only when somebody wants the text.</summary>
public class LogMessage(ILogMessageFormatter formatter, string format, params object?[] args)
{
    private readonly object?[] _args = args;

    public ILogMessageFormatter Formatter { get; } = formatter;

    public string Format { get; } = format;

    public IEnumerable<object?> Parameters() => _args;

    public string Unformatted() => $"{Format} [{string.Join(", ", _args)}]";

    /// <summary>
    /// The text; where template and arguments do not fit together, both as they are: a log line is never lost.
    /// </summary>
    public override string ToString()
    {
        try
        {
            return Formatter.Format(Format, _args);
        }
        catch (FormatException)
        {
            return $"(template does not fit its arguments) {Unformatted()}";
        }
    }
}
