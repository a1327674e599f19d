using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Trader.Messages;

namespace Trader.Exchange.Binance;

/// <summary>
/// The one table that turns Binance's answers into <see cref="FaultKind"/>. Sources: the USD-M error-code page, the
/// general-info page's paragraphs on 408 and 503, and recorded answers. Where the wording decides (503), the wording
/// wins over the code, because the code beside "Unknown error" is not documented.
/// </summary>
public static class BinanceErrors
{
    /// <summary>The order does not exist (any more, or yet).</summary>
    public const int OrderDoesNotExist = -2013;

    /// <summary>Too many new orders in the account's 10-second or one-minute window.</summary>
    public const int TooManyOrders = -1015;

    private const int MaxMessageLength = 200;

    /// <summary>The code's whole meaning, whatever HTTP status it comes with.</summary>
    public static FrozenDictionary<int, FaultKind> Codes { get; } = new Dictionary<int, FaultKind>
    {
        [-1000] = FaultKind.UnknownOutcome,
        [-1001] = FaultKind.UnknownOutcome, // "Internal error" alone is a sure failure; that wording is judged by text.
        [-1002] = FaultKind.Credentials,
        [-1003] = FaultKind.RateLimited,
        [-1006] = FaultKind.UnknownOutcome,
        [-1007] = FaultKind.UnknownOutcome,
        [-1008] = FaultKind.Overloaded,
        [-1013] = FaultKind.Filter,
        [TooManyOrders] = FaultKind.RateLimited,
        [-1021] = FaultKind.Clock,
        [-1022] = FaultKind.Credentials,
        [-1102] = FaultKind.Refused,
        [-1104] = FaultKind.Refused,
        [-1105] = FaultKind.Refused,
        [-1106] = FaultKind.Refused,
        [-1111] = FaultKind.Filter,
        [-1116] = FaultKind.Refused,
        [-1117] = FaultKind.Refused,
        [-1121] = FaultKind.Refused,
        [-1122] = FaultKind.Refused,
        [-1125] = FaultKind.Refused,
        [-2010] = FaultKind.Refused,
        [-2011] = FaultKind.Refused,
        [OrderDoesNotExist] = FaultKind.Refused,
        [-2014] = FaultKind.Credentials,
        [-2015] = FaultKind.Credentials,
        [-2018] = FaultKind.Refused,
        [-2019] = FaultKind.Refused,
        [-2020] = FaultKind.Refused,
        [-2021] = FaultKind.Refused,
        [-2022] = FaultKind.Refused,
        [-2023] = FaultKind.Refused,
        [-2024] = FaultKind.Refused,
        [-2025] = FaultKind.Refused,
        [-2026] = FaultKind.Refused,
        [-2027] = FaultKind.Refused,
        [-2028] = FaultKind.Refused,
        [-4003] = FaultKind.Filter,
        [-4004] = FaultKind.Filter,
        [-4005] = FaultKind.Filter,
        [-4015] = FaultKind.Refused,
        [-4023] = FaultKind.Filter,
        [-4028] = FaultKind.Refused,
        [-4046] = FaultKind.Refused,
        [-4047] = FaultKind.Refused,
        [-4048] = FaultKind.Refused,
        [-4059] = FaultKind.Refused,
        [-4060] = FaultKind.Refused,
        [-4061] = FaultKind.Refused,
        [-4062] = FaultKind.Refused,
        [-4067] = FaultKind.Refused,
        [-4068] = FaultKind.Refused,
        [-4082] = FaultKind.Refused,
        [-4083] = FaultKind.UnknownOutcome, // "Place batch orders fail": which of the five is not said.
        [-4087] = FaultKind.Refused,
        [-4088] = FaultKind.Refused,
        [-4105] = FaultKind.Refused,
        [-4106] = FaultKind.Refused,
        [-4107] = FaultKind.Refused,
        [-4109] = FaultKind.Refused,
        [-4116] = FaultKind.UnknownOutcome, // An order with this id is there: look it up.
        [-4118] = FaultKind.Refused,
        [-4120] = FaultKind.Refused,
        [-4131] = FaultKind.Filter,
        [-4136] = FaultKind.Refused,
        [-4137] = FaultKind.Refused,
        [-4138] = FaultKind.Refused,
        [-4140] = FaultKind.Refused,
        [-4141] = FaultKind.Refused,
        [-4161] = FaultKind.Refused,
        [-4164] = FaultKind.Filter,
        [-4171] = FaultKind.Refused,
        [-4189] = FaultKind.Refused,
        [-4192] = FaultKind.Refused,
        [-4400] = FaultKind.Refused,
        [-4401] = FaultKind.Refused,
        [-4405] = FaultKind.Refused,
        [-4407] = FaultKind.Refused,
        [-4517] = FaultKind.Refused,
        [-5000] = FaultKind.Refused,
        [-5021] = FaultKind.Refused,
        [-5022] = FaultKind.Refused,
        [-5027] = FaultKind.Refused,
        [-5028] = FaultKind.Clock,
    }.ToFrozenDictionary();

    /// <summary>Judges an answer that is not the wanted one.</summary>
    /// <param name="status">HTTP status; 200 for an error element inside a batch answer.</param>
    /// <param name="body">The whole body, of whatever kind.</param>
    public static ExchangeFault Read(int status, ReadOnlySpan<byte> body)
    {
        if (TryReadError(body, out var code, out var message))
        {
            return Judge(status, code, message);
        }

        // Not the API's own JSON: a proxy, the firewall or nothing at all spoke. Its page helps nobody, its first words
        // might.
        return Judge(status, 0, Encoding.UTF8.GetString(body[..Math.Min(body.Length, MaxMessageLength)]));
    }

    /// <summary>Judges a status, a code (0: none) and the exchange's words.</summary>
    public static ExchangeFault Judge(int status, int code, string message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var words = Clean(message);
        return new ExchangeFault(Kind(status, code, message), code, words.Length == 0 ? $"HTTP {status}" : words);
    }

    private static FaultKind Kind(int status, int code, string message)
    {
        if (status is 418 or 429)
        {
            return FaultKind.RateLimited;
        }

        if (message.StartsWith("Unknown error", StringComparison.OrdinalIgnoreCase))
        {
            return FaultKind.UnknownOutcome;
        }

        if (status == 503 && SureFailure(message))
        {
            return FaultKind.Overloaded;
        }

        if (Codes.TryGetValue(code, out var kind))
        {
            return kind;
        }

        return status switch
        {
            401 => FaultKind.Credentials,
            // The web application firewall, which stands before the exchange and acts on request rate.
            403 => FaultKind.RateLimited,
            404 => FaultKind.Refused,
            408 or >= 500 => FaultKind.UnknownOutcome,
            _ => code != 0 ? FaultKind.Refused : FaultKind.Unreadable,
        };
    }

    /// <summary>The 503 wordings that the general-info page calls a failure for certain.</summary>
    private static bool SureFailure(string message) =>
        message.StartsWith("Service Unavailable", StringComparison.OrdinalIgnoreCase)
        || message.StartsWith("Internal error; unable to process your request", StringComparison.OrdinalIgnoreCase)
        || message.StartsWith("Request throttled by system-level protection", StringComparison.OrdinalIgnoreCase)
        || message.StartsWith("Server is currently overloaded", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads <c>{"code":-2022,"msg":"..."}</c>; the code may be text. False for everything else.</summary>
    public static bool TryReadError(ReadOnlySpan<byte> body, out int code, out string message)
    {
        code = 0;
        message = "";
        try
        {
            var reader = new Utf8JsonReader(body);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("code"u8))
                {
                    reader.Read();
                    code = VenueJson.TryLong(ref reader, out var number) && number is > int.MinValue and < int.MaxValue
                        ? (int)number
                        : 0;
                }
                else if (reader.ValueTextEquals("msg"u8))
                {
                    reader.Read();
                    message = VenueJson.Text(ref reader) ?? "";
                }
                else
                {
                    VenueJson.SkipProperty(ref reader);
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }

        return code < 0;
    }

    /// <summary>The end of a ban in the exchange's Unix ms, from "banned until 1615183669840"; null when the text names
    /// none.</summary>
    public static long? BannedUntilMs(string message)
    {
        ArgumentNullException.ThrowIfNull(message);
        const string Marker = "banned until ";
        var at = message.IndexOf(Marker, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
        {
            return null;
        }

        var digits = message.AsSpan(at + Marker.Length);
        var length = digits.IndexOfAnyExceptInRange('0', '9');
        var end = length < 0 ? digits : digits[..length];
        return long.TryParse(end, NumberStyles.None, CultureInfo.InvariantCulture, out var ms)
            ? ms
            : null;
    }

    /// <summary>
    /// One line, at most 200 characters, and nothing that may be a key, a secret or a signature: any unbroken run of 32
    /// or more letters and digits goes, because a proxy's error page may repeat the whole request (S16).
    /// </summary>
    public static string Clean(string message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var clean = new StringBuilder(Math.Min(message.Length, MaxMessageLength));
        for (var at = 0; at < message.Length && clean.Length < MaxMessageLength;)
        {
            var run = at;
            while (run < message.Length && char.IsAsciiLetterOrDigit(message[run]))
            {
                run++;
            }

            if (run - at >= 32)
            {
                clean.Append("(hidden)");
            }
            else if (run > at)
            {
                clean.Append(message, at, run - at);
            }
            else
            {
                clean.Append(char.IsControl(message[at]) ? ' ' : message[at]);
                run++;
            }

            at = run;
        }

        return clean.ToString(0, Math.Min(clean.Length, MaxMessageLength)).Trim();
    }
}
