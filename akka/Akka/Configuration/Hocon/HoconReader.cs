using System.Globalization;
using System.Text;

namespace Akka.Configuration.Hocon;

/// <summary>A cursor over the text that knows line and column, blanks, comments and quoted strings.</summary>
internal sealed class HoconReader(string text)
{
    public const int End = -1;

    private int _at;

    public int Line { get; private set; } = 1;

    public int Column { get; private set; } = 1;

    public int Peek => _at < text.Length ? text[_at] : End;

    public bool AtComment => Peek == '#' || (Peek == '/' && At(1) == '/');

    public char Next()
    {
        var c = text[_at++];
        if (c == '\n')
        {
            Line++;
            Column = 1;
        }
        else
        {
            Column++;
        }
        return c;
    }

    public bool Take(char wanted)
    {
        if (Peek != wanted)
        {
            return false;
        }
        Next();
        return true;
    }

    public void Expect(char wanted)
    {
        if (!Take(wanted))
        {
            throw Unexpected($"'{wanted}'");
        }
    }

    /// <summary>Spaces on this line, as text: they count between the parts of a joined string.</summary>
    public string Spaces()
    {
        var start = _at;
        while (Peek != End && Peek != '\n' && IsBlank((char)Peek))
        {
            Next();
        }
        return text[start.._at];
    }

    /// <summary>Skips blanks, new lines and comments; true when a line ended.</summary>
    public bool SkipBlank()
    {
        var brokeLine = false;
        while (true)
        {
            if (AtComment)
            {
                while (Peek != End && Peek != '\n')
                {
                    Next();
                }
            }
            else if (Peek != End && IsBlank((char)Peek))
            {
                brokeLine |= Next() == '\n';
            }
            else
            {
                return brokeLine;
            }
        }
    }

    /// <summary>Whether the blanks here are inside a key of several words rather than after it.</summary>
    public bool SpacesLeadToKey(string notKey)
    {
        var ahead = 0;
        while (At(ahead) is ' ' or '\t')
        {
            ahead++;
        }
        var next = At(ahead);
        return next != End && !char.IsWhiteSpace((char)next) && !notKey.Contains((char)next, StringComparison.Ordinal);
    }

    public string QuotedString() =>
        At(1) == '"' && At(2) == '"' ? TripleQuoted() : SingleQuoted();

    public HoconParserException Unexpected(string wanted)
    {
        var found = Peek switch
        {
            End => "the end of the text",
            '\n' => "the end of the line",
            _ => $"'{(char)Peek}'",
        };
        return new HoconParserException($"expected {wanted}, found {found}", Line, Column);
    }

    private static bool IsBlank(char c) => char.IsWhiteSpace(c) || c == '\uFEFF';

    private int At(int ahead) => _at + ahead < text.Length ? text[_at + ahead] : End;

    private string TripleQuoted()
    {
        var (line, column) = (Line, Column);
        var close = text.IndexOf("\"\"\"", _at + 3, StringComparison.Ordinal);
        if (close < 0)
        {
            throw new HoconParserException("a triple-quoted string is not closed", line, column);
        }
        // Quotes in excess of three belong to the string.
        while (close + 3 < text.Length && text[close + 3] == '"')
        {
            close++;
        }
        var value = text[(_at + 3)..close];
        while (_at < close + 3)
        {
            Next();
        }
        return value;
    }

    private string SingleQuoted()
    {
        var (line, column) = (Line, Column);
        Expect('"');
        var value = new StringBuilder();
        while (Peek != '"')
        {
            if (Peek is End or '\n')
            {
                throw new HoconParserException("a quoted string is not closed", line, column);
            }
            var c = Next();
            value.Append(c == '\\' ? Escape() : c);
        }
        Next();
        return value.ToString();
    }

    private char Escape()
    {
        var (line, column) = (Line, Column - 1);
        if (Peek == End)
        {
            throw Unexpected("an escaped character");
        }
        return Next() switch
        {
            '"' => '"',
            '\\' => '\\',
            '/' => '/',
            'b' => '\b',
            'f' => '\f',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => Unicode(line, column),
            var c => throw new HoconParserException($"unknown escape '\\{c}'", line, column),
        };
    }

    private char Unicode(int line, int column)
    {
        if (_at + 4 > text.Length
            || !ushort.TryParse(
                text.AsSpan(_at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
        {
            throw new HoconParserException("'\\u' needs four hexadecimal digits", line, column);
        }
        for (var i = 0; i < 4; i++)
        {
            Next();
        }
        return (char)code;
    }
}
