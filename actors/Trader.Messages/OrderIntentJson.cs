using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace Trader.Messages;

/// <summary>
/// An intent as the body of <c>POST /gate/intents</c>: one flat JSON object, read strictly. Decimals are JSON text or numbers of plain
/// digits, without sign or exponent; what a decimal cannot hold exactly is refused and not rounded (S13).
/// </summary>
public static class OrderIntentJson
{
    /// <summary>Bytes; the largest intent is well below.</summary>
    public const int MaxBytes = 2048;

    /// <summary>Characters; more than any decimal needs.</summary>
    private const int MaxNumber = 64;

    private const string Decimal = "a plain decimal, as text or number, without sign or exponent and not too fine to be held exactly,";

    private const string NoObject = "the body is no JSON object";

    private static readonly string[] Names =
    [
        "source", "intent_id", "symbol", "action", "quantity", "price", "kill_score", "confidence", "leverage", "leg", "created_at_ms",
    ];

    private static readonly (string Word, IntentAction Action)[] Actions =
    [
        ("open_long", IntentAction.OpenLong), ("open_short", IntentAction.OpenShort), ("close_full", IntentAction.CloseFull),
        ("close_75", IntentAction.Close75), ("close_50", IntentAction.Close50), ("close_25", IntentAction.Close25),
        ("reduce_long", IntentAction.ReduceLong), ("reduce_short", IntentAction.ReduceShort),
    ];

    public static byte[] Write(OrderIntent intent)
    {
        ArgumentNullException.ThrowIfNull(intent);
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("source", intent.Id.Source);
            json.WriteString("intent_id", intent.Id.Name);
            json.WriteString("symbol", intent.Symbol.Value);
            json.WriteString("action", Actions.Single(known => known.Action == intent.Action).Word);
            Add(json, "quantity", intent.Quantity);
            Add(json, "price", intent.Price);
            Add(json, "kill_score", intent.KillScore);
            Add(json, "confidence", intent.Confidence);
            Add(json, "leverage", intent.Leverage);
            if (intent.Leg != PositionSide.Both)
            {
                json.WriteString("leg", intent.Leg == PositionSide.Long ? "long" : "short");
            }

            if (intent.CreatedAtMs is { } at)
            {
                json.WriteNumber("created_at_ms", at);
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <param name="why">One line: which field, and what it must be.</param>
    public static bool TryRead(
        ReadOnlyMemory<byte> body, [NotNullWhen(true)] out OrderIntent? intent, [NotNullWhen(false)] out string? why)
    {
        intent = null;
        try
        {
            if (TryFields(body, out var fields, out why))
            {
                intent = Read(fields, out why);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The second is how the parser speaks of text that is no UTF-16, such as half a surrogate pair.
            why = NoObject;
        }

        return intent is not null;
    }

    /// <summary>Digits, and perhaps a point with digits behind it, that a decimal holds exactly.</summary>
    public static bool TryDecimal(string? text, out decimal number)
    {
        number = 0;
        var parts = text is { Length: <= MaxNumber } ? text.Split('.') : [];
        return parts.Length is 1 or 2 && parts.All(part => part.Length > 0 && part.All(char.IsAsciiDigit))
            && decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number)
            && Digits(number.ToString(CultureInfo.InvariantCulture)) == Digits(text!);
    }

    /// <summary>Without the zeros that say nothing, so that rounding shows.</summary>
    private static string Digits(string number) => number.Contains('.', StringComparison.Ordinal)
        ? number.TrimStart('0').TrimEnd('0').TrimEnd('.')
        : number.TrimStart('0');

    private static bool TryFields(
        ReadOnlyMemory<byte> body, out Dictionary<string, JsonElement> fields, [NotNullWhen(false)] out string? why)
    {
        fields = new(StringComparer.Ordinal);
        why = NoObject;
        using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 8 });
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            return false;
        }

        foreach (var property in document.RootElement.EnumerateObject())
        {
            if (!Names.Contains(property.Name))
            {
                why = $"'{Short(property.Name)}' is no field of an intent; the fields are {string.Join(", ", Names)}";
                return false;
            }

            if (!fields.TryAdd(property.Name, property.Value.Clone()))
            {
                why = $"{property.Name} stands twice";
                return false;
            }
        }

        why = null;
        return true;
    }

    private static OrderIntent? Read(Dictionary<string, JsonElement> fields, out string? why)
    {
        why = null;
        decimal? quantity = null;
        if (!IntentId.TryCreate(Text(fields, "source"), Text(fields, "intent_id"), out var id))
        {
            why = $"source and intent_id must be text of 1 to {IntentId.MaxLength} of A-Z a-z 0-9 . _ -, source none of the system's own";
        }
        else if (!Symbol.TryParse(Text(fields, "symbol"), out var symbol))
        {
            why = "symbol must be an instrument's name, such as \"BTCUSDT\"";
        }
        else if (!TryAction(Text(fields, "action"), out var action))
        {
            why = $"action must be one of {string.Join(", ", Actions.Select(known => known.Word))}";
        }
        else if (!TryNumber(fields, "quantity", OrderIntent.IsAmount, ref quantity))
        {
            why = $"quantity must be {Decimal} above 0 up to 1e14";
        }
        else if (!OrderIntent.TryCreate(id, symbol, action, quantity, out var intent))
        {
            why = OrderIntent.NeedsQuantity(action)
                ? "quantity is missing: this action needs one" : "quantity does not go with a close: it takes its share of the position";
        }
        else
        {
            return WithRest(intent, fields, out why);
        }

        return null;
    }

    /// <summary>What an intent may say besides.</summary>
    private static OrderIntent? WithRest(OrderIntent intent, Dictionary<string, JsonElement> fields, out string? why)
    {
        decimal? price = null, killScore = null, confidence = null, leverage = null;
        var leg = PositionSide.Both;
        long? createdAt = null;
        why = !TryNumber(fields, "price", OrderIntent.IsAmount, ref price) ? $"price must be {Decimal} above 0 up to 1e14"
            : !TryNumber(fields, "kill_score", OrderIntent.IsFraction, ref killScore) ? $"kill_score must be {Decimal} from 0 to 1"
            : !TryNumber(fields, "confidence", OrderIntent.IsFraction, ref confidence) ? $"confidence must be {Decimal} from 0 to 1"
            : !TryNumber(fields, "leverage", OrderIntent.IsLeverage, ref leverage) ? $"leverage must be {Decimal} above 0 up to 1000"
            : !TryLeg(fields, ref leg) || !OrderIntent.FitsLeg(intent.Action, leg) ? "leg must be \"long\" or \"short\", and goes with a close only"
            : !TryTime(fields, ref createdAt) ? "created_at_ms must be a whole number of unix milliseconds"
            : null;
        return why is not null ? null : intent with
        {
            Price = price,
            KillScore = killScore,
            Confidence = confidence,
            Leverage = leverage,
            Leg = leg,
            CreatedAtMs = createdAt,
        };
    }

    private static bool TryAction(string? word, out IntentAction action)
    {
        var known = Actions.FirstOrDefault(one => one.Word == word);
        action = known.Action;
        return known.Word is not null;
    }

    private static bool TryNumber(
        Dictionary<string, JsonElement> fields, string name, Func<decimal?, bool> inRange, ref decimal? number)
    {
        if (!fields.TryGetValue(name, out var value))
        {
            return true;
        }

        var text = value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number => value.GetRawText(),
            _ => null,
        };
        if (!TryDecimal(text, out var read) || !inRange(read))
        {
            return false;
        }

        number = read;
        return true;
    }

    private static bool TryLeg(Dictionary<string, JsonElement> fields, ref PositionSide leg)
    {
        if (!fields.ContainsKey("leg"))
        {
            return true;
        }

        leg = Text(fields, "leg") switch { "long" => PositionSide.Long, "short" => PositionSide.Short, _ => PositionSide.Both };
        return leg != PositionSide.Both;
    }

    private static bool TryTime(Dictionary<string, JsonElement> fields, ref long? createdAt)
    {
        if (!fields.TryGetValue("created_at_ms", out var value))
        {
            return true;
        }

        if (value.ValueKind != JsonValueKind.Number
            || !long.TryParse(value.GetRawText(), NumberStyles.None, CultureInfo.InvariantCulture, out var ms) || !OrderIntent.IsTime(ms))
        {
            return false;
        }

        createdAt = ms;
        return true;
    }

    private static string? Text(Dictionary<string, JsonElement> fields, string name) =>
        fields.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static void Add(Utf8JsonWriter json, string name, decimal? number)
    {
        if (number is { } value)
        {
            json.WriteString(name, value.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>Enough to find it by; a log line or an answer is no place for kilobytes.</summary>
    private static string Short(string text) => text.Length <= IntentId.MaxLength ? text : text[..IntentId.MaxLength];
}
