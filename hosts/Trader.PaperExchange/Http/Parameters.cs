using System.Globalization;
using System.Text.Json;

namespace Trader.PaperExchange.Http;

/// <summary>A request's parameters, decoded. Query and body count alike; on a clash the query wins.</summary>
public sealed class Parameters
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    public string? this[string name] => _values.GetValueOrDefault(name);

    public IReadOnlyDictionary<string, string> Values => _values;

    /// <summary>The value, or null also when it was sent empty.</summary>
    public string? NonEmpty(string name) => _values.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    public long? Long(string name) =>
        long.TryParse(this[name], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : null;

    public decimal? Decimal(string name) => DecimalText.Parse(this[name]);

    public bool? Flag(string name) => this[name] switch
    {
        "true" => true,
        "false" => false,
        _ => null,
    };

    /// <summary>Reads a form, percent-encoded; the first of several equal names counts.</summary>
    public Parameters AddForm(string form)
    {
        foreach (var pair in form.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var split = pair.IndexOf('=', StringComparison.Ordinal);
            var name = Decode(split < 0 ? pair : pair[..split]);
            _values.TryAdd(name, split < 0 ? "" : Decode(pair[(split + 1)..]));
        }
        return this;
    }

    /// <summary>Reads the members of a JSON object as texts; numbers keep their digits.</summary>
    public Parameters AddJson(JsonElement json)
    {
        foreach (var member in json.EnumerateObject())
        {
            _values.TryAdd(member.Name, member.Value.ValueKind == JsonValueKind.String
                ? member.Value.GetString() ?? ""
                : member.Value.GetRawText());
        }
        return this;
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}

/// <summary>Decimal numbers as the exchange takes them: digits and one point, no exponent, no blanks.</summary>
public static class DecimalText
{
    // Longer texts cannot be an honest quantity, and decimal holds 28 digits.
    private const int MaxLength = 40;

    public static decimal? Parse(string? text) =>
        text is { Length: > 0 and <= MaxLength }
        && decimal.TryParse(
            text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture,
            out var value)
            ? value
            : null;

    /// <summary>Exactly this many decimals, rounded half away from zero.</summary>
    public static string Padded(this decimal value, int decimals) => Math
        .Round(value, decimals, MidpointRounding.AwayFromZero)
        .ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    /// <summary>With the scale it has: 0.10 stays "0.10".</summary>
    public static string Plain(this decimal value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>As few decimals as carry the value, but at least this many.</summary>
    public static string Shortest(this decimal value, int atLeast) =>
        value.Padded(Math.Clamp(Engine.OrderRules.Decimals(value), atLeast, 28));
}
