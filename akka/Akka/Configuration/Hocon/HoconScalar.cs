using System.Globalization;
using System.Numerics;

namespace Akka.Configuration.Hocon;

/// <summary>Reads the text of one value as a number, boolean, duration or size.</summary>
internal static class HoconScalar
{
    public static bool Boolean(string text) => text switch
    {
        "true" or "yes" or "on" => true,
        "false" or "no" or "off" => false,
        _ => throw new FormatException($"'{text}' is not a boolean (true, false, yes, no, on, off)"),
    };

    public static T Number<T>(string text) where T : struct, INumber<T> =>
        T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new FormatException($"'{text}' is not a number that fits {typeof(T).Name}");

    public static TimeSpan Duration(string text, bool allowInfinite)
    {
        var trimmed = text.Trim();
        if (trimmed.Equals("infinite", StringComparison.OrdinalIgnoreCase))
        {
            return allowInfinite
                ? Timeout.InfiniteTimeSpan
                : throw new FormatException("'infinite' is not allowed here");
        }
        var (number, unit) = Split(trimmed);
        decimal? ticks = unit switch
        {
            "ns" or "nano" or "nanos" or "nanosecond" or "nanoseconds" => 0.01m,
            "us" or "micro" or "micros" or "microsecond" or "microseconds" => TimeSpan.TicksPerMicrosecond,
            "" or "ms" or "milli" or "millis" or "millisecond" or "milliseconds" => TimeSpan.TicksPerMillisecond,
            "s" or "second" or "seconds" => TimeSpan.TicksPerSecond,
            "m" or "minute" or "minutes" => TimeSpan.TicksPerMinute,
            "h" or "hour" or "hours" => TimeSpan.TicksPerHour,
            "d" or "day" or "days" => TimeSpan.TicksPerDay,
            _ => null,
        };
        if (ticks is null || !Factor(number, out var count) || count > TimeSpan.MaxValue.Ticks / ticks)
        {
            throw new FormatException($"'{text}' is not a duration (such as 500ms, 5s, 2 minutes, infinite)");
        }
        return TimeSpan.FromTicks((long)(count * ticks.Value));
    }

    public static long ByteSize(string text)
    {
        var (number, unit) = Split(text.Trim());
        decimal? bytes = unit switch
        {
            "" or "b" or "B" or "byte" or "bytes" => 1m,
            "k" or "K" or "Ki" or "KiB" or "kibibyte" or "kibibytes" => 1024m,
            "kB" or "kilobyte" or "kilobytes" => 1000m,
            "m" or "M" or "Mi" or "MiB" or "mebibyte" or "mebibytes" => 1024m * 1024,
            "MB" or "megabyte" or "megabytes" => 1000m * 1000,
            "g" or "G" or "Gi" or "GiB" or "gibibyte" or "gibibytes" => 1024m * 1024 * 1024,
            "GB" or "gigabyte" or "gigabytes" => 1000m * 1000 * 1000,
            "t" or "T" or "Ti" or "TiB" or "tebibyte" or "tebibytes" => 1024m * 1024 * 1024 * 1024,
            "TB" or "terabyte" or "terabytes" => 1000m * 1000 * 1000 * 1000,
            _ => null,
        };
        if (bytes is null || !Factor(number, out var count) || count > long.MaxValue / bytes)
        {
            throw new FormatException($"'{text}' is not a size (such as 512, 128KiB, 4 MB)");
        }
        return (long)(count * bytes.Value);
    }

    private static bool Factor(string number, out decimal value) => decimal.TryParse(
        number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value);

    private static (string Number, string Unit) Split(string text)
    {
        var end = text.Length;
        while (end > 0 && char.IsLetter(text[end - 1]))
        {
            end--;
        }
        return (text[..end].TrimEnd(), text[end..]);
    }
}
