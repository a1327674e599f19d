using System.Globalization;
using System.Text;

namespace Trader.Messages;

/// <summary>JSON as Python's <c>json.dumps</c> writes it, where other programs compare the text.</summary>
public static class PythonJson
{
    /// <summary>In quotes, everything beyond ASCII as <c>\uXXXX</c>.</summary>
    public static string Quote(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append("\\\\"),
                '\n' => quoted.Append("\\n"),
                '\r' => quoted.Append("\\r"),
                '\t' => quoted.Append("\\t"),
                '\b' => quoted.Append("\\b"),
                '\f' => quoted.Append("\\f"),
                < ' ' or > '~' => quoted.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture)),
                _ => quoted.Append(c),
            };
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>
    /// A decimal as a float: never without a point, so that a reader gets a float. Its own digits, because a quantity must not go through
    /// binary (S13).
    /// </summary>
    public static string Number(decimal number)
    {
        var text = (number / 1.0000000000000000000000000000m).ToString(CultureInfo.InvariantCulture);
        return text.Contains('.', StringComparison.Ordinal) ? text : text + ".0";
    }

    /// <summary>An object of texts, in the given order.</summary>
    public static string Object(IReadOnlyList<KeyValuePair<string, string>> fields) =>
        "{" + string.Join(", ", fields.Select(f => $"{Quote(f.Key)}: {Quote(f.Value)}")) + "}";
}
