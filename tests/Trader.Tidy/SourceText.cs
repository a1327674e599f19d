using System.Text;

namespace Trader.Tidy;

/// <param name="Offset">Of the opening quote.</param>
/// <param name="Content">Between the quotes, as written.</param>
internal sealed record StringLiteral(int Offset, string Content);

/// <summary>
/// A C# file taken apart far enough for tidy tests: <see cref="Code"/> is the text with comments and the contents of literals blanked
/// out, offset for offset. A hand-made reader, because the compiler's own would be the biggest dependency of the repository.
/// </summary>
internal sealed class SourceText
{
    private readonly string _text;
    private readonly StringBuilder _code;
    private int _at;

    private SourceText(string text)
    {
        _text = text;
        _code = new StringBuilder(text);
    }

    public string Code { get; private set; } = "";

    public List<StringLiteral> Literals { get; } = [];

    public static SourceText Parse(string text)
    {
        var source = new SourceText(text);
        while (source._at < text.Length)
        {
            source.Step();
        }

        source.Code = source._code.ToString();
        return source;
    }

    private void Step()
    {
        if (Looking("//"))
        {
            Blank(_at, End(_text.IndexOf('\n', _at)));
        }
        else if (Looking("/*"))
        {
            Blank(_at, End(_text.IndexOf("*/", _at + 2, StringComparison.Ordinal), 2));
        }
        else if (_text[_at] == '\'')
        {
            Blank(_at + 1, Close('\''));
            _at++;
        }
        else if (_text[_at] == '"')
        {
            Text();
        }
        else
        {
            _at++;
        }
    }

    private void Text()
    {
        var start = _at;
        var quotes = _text.AsSpan(_at).IndexOfAnyExcept('"') is var n and > 0 ? n : 1;
        int end;
        if (quotes >= 3)
        {
            end = End(_text.IndexOf(new string('"', quotes), _at + quotes, StringComparison.Ordinal));
        }
        else if (quotes == 2)
        {
            end = _at + 1;
            quotes = 1;
        }
        else
        {
            end = IsVerbatim(start) ? CloseVerbatim() : Close('"');
        }

        Literals.Add(new StringLiteral(start, _text[(start + quotes)..end]));
        Blank(start + quotes, end);
        _at = end + quotes;
    }

    private bool IsVerbatim(int quote) =>
        quote > 0 && (_text[quote - 1] == '@' || (quote > 1 && _text[quote - 1] == '$' && _text[quote - 2] == '@'));

    private int Close(char quote)
    {
        for (var i = _at + 1; i < _text.Length; i++)
        {
            if (_text[i] == '\\')
            {
                i++;
            }
            else if (_text[i] == quote || _text[i] == '\n')
            {
                return i;
            }
        }

        return _text.Length;
    }

    private int CloseVerbatim()
    {
        for (var i = _at + 1; i < _text.Length; i++)
        {
            if (_text[i] == '"')
            {
                if (i + 1 == _text.Length || _text[i + 1] != '"')
                {
                    return i;
                }

                i++;
            }
        }

        return _text.Length;
    }

    private bool Looking(string what) => string.CompareOrdinal(_text, _at, what, 0, what.Length) == 0;

    private int End(int found, int more = 0) => found < 0 ? _text.Length : found + more;

    private void Blank(int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            if (_text[i] != '\n')
            {
                _code[i] = ' ';
            }
        }

        _at = to;
    }
}
