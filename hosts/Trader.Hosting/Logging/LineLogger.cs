using System.Globalization;
using System.Text;
using Trader.Actors.Ports;
using Trader.Hosting.Configuration;

namespace Trader.Hosting.Logging;

/// <summary>The documented level names.</summary>
public enum LineLevel
{
    Debug,
    Info,
    Warning,
    Error,

    /// <summary>A person is needed now. Akka.NET has no such level: an error whose text begins with <c>CRITICAL: </c>
    /// is one.</summary>
    Critical,
}

/// <summary>
/// Makes the documented lines <c>YYYY-MM-DD HH:MM:SS | LEVEL | [TAG] text</c> (emergency-exit contract 3.1), or
/// <c>YYYY-MM-DD HH:MM:SS [LEVEL] text</c> for the roles whose documents have it so (flatten contract 2.1). One
/// event is one line: line ends and control characters in a text are shown, not obeyed, so that nothing from outside
/// can forge a line.
/// </summary>
public sealed class LineLogger(LineWriter writer, TimeProvider time)
{
    /// <summary>Characters of one line; an exchange's error page is not worth more.</summary>
    public const int MaxText = 4000;

    /// <summary>Tag of everything that belongs to no role.</summary>
    public const string NodeTag = "TRADER";

    private const int MaxTraceLines = 30;

    private static readonly HashSet<string> PlainTags =
        [.. RoleNames.All.Where(r => r.WritesPlainLines()).Select(r => r.Tag())];

    private volatile string[] _secrets = [];

    /// <summary>Texts that are replaced by stars wherever they would appear (S16).</summary>
    public void Redact(IEnumerable<Secret?> secrets) =>
        _secrets = [.. secrets.OfType<Secret>().Select(s => s.Reveal()).Where(s => s.Length >= 4)];

    public void Log(LineLevel level, string tag, string text, Exception? cause = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (level == LineLevel.Error && text.StartsWith(LogText.Critical, StringComparison.Ordinal))
        {
            level = LineLevel.Critical;
            text = text[LogText.Critical.Length..];
        }

        var at = time.GetLocalNow();
        if (cause is not null && !text.Contains(cause.Message, StringComparison.Ordinal))
        {
            text = $"{text}: {cause.GetType().Name}: {cause.Message}";
        }

        writer.Write(Format(at, level, tag, text));
        foreach (var line in (cause?.StackTrace ?? "").Split('\n').Where(l => l.Length > 0).Take(MaxTraceLines))
        {
            writer.Write(Format(at, level, tag, "   " + line.Trim()));
        }
    }

    public void Info(string text) => Log(LineLevel.Info, NodeTag, text);

    /// <summary>The tag of an actor, from its path or log source: the first element that names a role
    /// decides.</summary>
    public static string TagOf(string source)
    {
        ArgumentNullException.ThrowIfNull(source);
        foreach (var element in source.Split('/', '#', '('))
        {
            if (RoleNames.OfActor(element.Trim()) is { } role)
            {
                return role.Tag();
            }
        }

        return NodeTag;
    }

    private string Format(DateTimeOffset at, LineLevel level, string tag, string text)
    {
        foreach (var secret in _secrets)
        {
            text = text.Replace(secret, "***", StringComparison.Ordinal);
        }

        var name = level switch
        {
            LineLevel.Debug => "DEBUG",
            LineLevel.Info => "INFO",
            LineLevel.Warning => "WARNING",
            LineLevel.Error => "ERROR",
            LineLevel.Critical => "CRITICAL",
        };
        var line = new StringBuilder(text.Length + 48);
        line.Append(at.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture));
        line = PlainTags.Contains(tag)
            ? line.Append(" [").Append(name).Append("] ")
            : line.Append(" | ").Append(name).Append(" | [").Append(tag).Append("] ");
        foreach (var c in text.Length <= MaxText ? text : string.Concat(text.AsSpan(0, Cut(text)), "…"))
        {
            _ = c switch
            {
                '\n' => line.Append("\\n"),
                '\r' => line,
                '\t' => line.Append(' '),
                '\u2028' or '\u2029' => line.Append("\\n"),
                _ when char.IsControl(c) => line.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => line.Append(c),
            };
        }

        return line.ToString();
    }

    // Half an emoji is not UTF-8.
    private static int Cut(string text) => char.IsHighSurrogate(text[MaxText - 1]) ? MaxText - 1 : MaxText;
}
