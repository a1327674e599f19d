using System.Globalization;
using System.Text;

namespace Akka.Configuration.Hocon;

/// <summary>
/// Reads HOCON text (https://github.com/lightbend/config/blob/main/HOCON.md) without includes and without the
/// environment as a source of substitutions: settings come from text alone.
/// </summary>
internal sealed class HoconParser
{
    /// <summary>Deeper nesting is refused before it can exhaust the stack.</summary>
    private const int DepthLimit = 100;

    private const string NotUnquoted = "$\"{}[]:=,#`^?!@*&\\";

    private readonly HoconReader _in;
    private int _depth;

    private HoconParser(string text) => _in = new HoconReader(text);

    /// <exception cref="HoconParserException">The text is not HOCON, or a substitution leads nowhere.</exception>
    public static HoconValue Parse(string text)
    {
        var parser = new HoconParser(text);
        var root = parser.ParseRoot();
        return HoconResolver.Resolve(root);
    }

    private ObjectNode ParseRoot()
    {
        _in.SkipBlank();
        ObjectNode root;
        if (_in.Peek == '{')
        {
            root = ParseObject();
            _in.SkipBlank();
        }
        else
        {
            root = new ObjectNode(_in.Line, _in.Column);
            ParseFields(root, HoconReader.End);
        }
        return _in.Peek == HoconReader.End ? root : throw _in.Unexpected("end of text");
    }

    private ObjectNode ParseObject()
    {
        var node = new ObjectNode(_in.Line, _in.Column);
        Enter();
        _in.Expect('{');
        ParseFields(node, '}');
        _in.Expect('}');
        _depth--;
        return node;
    }

    private void ParseFields(ObjectNode node, int close)
    {
        _in.SkipBlank();
        while (_in.Peek != close && _in.Peek != HoconReader.End)
        {
            ParseField(node);
            SkipSeparator(close);
        }
    }

    private void ParseField(ObjectNode node)
    {
        var (line, column) = (_in.Line, _in.Column);
        var path = ParseKey();
        _in.SkipBlank();
        if (_in.Peek == '{')
        {
            node.Assign(path, ParseValue());
            return;
        }
        if (path is ["include"] && _in.Peek == '"')
        {
            throw new HoconParserException("include is not supported", line, column);
        }
        var append = _in.Take('+');
        if (!_in.Take('=') && (append || !_in.Take(':')))
        {
            throw _in.Unexpected($"'=', ':' or '{{' after key '{HoconPath.Join(path)}'");
        }
        _in.SkipBlank();
        var value = ParseValue();
        node.Assign(path, append
            ? new ConcatenationNode(
                [new PreviousNode(line, column), new ArrayNode([value], line, column)], line, column)
            : value);
    }

    /// <summary>A separator is a comma or a line's end; two commas in a row are a mistake.</summary>
    private void SkipSeparator(int close)
    {
        var brokeLine = _in.SkipBlank();
        if (_in.Take(','))
        {
            _in.SkipBlank();
        }
        else if (!brokeLine && _in.Peek != close && _in.Peek != HoconReader.End)
        {
            throw _in.Unexpected("',' or a new line");
        }
    }

    private List<string> ParseKey()
    {
        var path = new List<string>();
        do
        {
            path.Add(ParseKeyElement());
        }
        while (_in.Take('.'));
        return path;
    }

    private string ParseKeyElement()
    {
        var element = new StringBuilder();
        var any = false;
        while (true)
        {
            if (_in.Peek == '"')
            {
                element.Append(_in.QuotedString());
            }
            else if (IsKeyCharacter())
            {
                element.Append(_in.Next());
            }
            else if (any && _in.Peek is ' ' or '\t' && _in.SpacesLeadToKey(NotUnquoted + "+."))
            {
                element.Append(_in.Next());
            }
            else
            {
                return any ? element.ToString() : throw _in.Unexpected("a key");
            }
            any = true;
        }
    }

    private bool IsKeyCharacter() =>
        _in.Peek != HoconReader.End && _in.Peek != '.' && _in.Peek != '+' && IsUnquoted();

    private bool IsUnquoted() =>
        _in.Peek != HoconReader.End
        && !char.IsWhiteSpace((char)_in.Peek)
        && !NotUnquoted.Contains((char)_in.Peek, StringComparison.Ordinal)
        && !_in.AtComment;

    private HoconNode ParseValue()
    {
        var (line, column) = (_in.Line, _in.Column);
        var parts = new List<HoconNode>();
        while (true)
        {
            var spaces = _in.Spaces();
            var (partLine, partColumn) = (_in.Line, _in.Column);
            if (ParsePart(partLine, partColumn) is not { } part)
            {
                break;
            }
            if (parts.Count > 0 && spaces.Length > 0)
            {
                parts.Add(new LiteralNode(spaces, partLine, partColumn));
            }
            parts.Add(part);
        }
        return parts.Count switch
        {
            0 => throw _in.Unexpected("a value"),
            1 => parts[0],
            _ => new ConcatenationNode(parts, line, column),
        };
    }

    private HoconNode? ParsePart(int line, int column) => _in.Peek switch
    {
        '{' => ParseObject(),
        '[' => ParseArray(line, column),
        '"' => new LiteralNode(_in.QuotedString(), line, column),
        '$' => ParseSubstitution(line, column),
        _ => IsUnquoted() ? ParseUnquoted(line, column) : null,
    };

    private LiteralNode ParseUnquoted(int line, int column)
    {
        var text = new StringBuilder();
        while (IsUnquoted())
        {
            text.Append(_in.Next());
        }
        var word = text.ToString();
        return new LiteralNode(word == "null" ? null : word, line, column);
    }

    private ArrayNode ParseArray(int line, int column)
    {
        Enter();
        _in.Expect('[');
        var items = new List<HoconNode>();
        _in.SkipBlank();
        while (_in.Peek != ']')
        {
            items.Add(ParseValue());
            SkipSeparator(']');
        }
        _in.Expect(']');
        _depth--;
        return new ArrayNode(items, line, column);
    }

    private SubstitutionNode ParseSubstitution(int line, int column)
    {
        _in.Expect('$');
        _in.Expect('{');
        var optional = _in.Take('?');
        _in.Spaces();
        var path = ParseKey();
        _in.Spaces();
        _in.Expect('}');
        return new SubstitutionNode(path, optional, line, column);
    }

    private void Enter()
    {
        if (++_depth > DepthLimit)
        {
            throw new HoconParserException(
                string.Create(CultureInfo.InvariantCulture, $"more than {DepthLimit} levels of nesting"),
                _in.Line, _in.Column);
        }
    }
}
