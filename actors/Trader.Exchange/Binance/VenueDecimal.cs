using System.Globalization;

namespace Trader.Exchange.Binance;

/// <summary>
/// Decimal text, read exactly or not at all. <c>decimal.TryParse</c> is not used because it rounds what does not
/// fit, and a rounded quantity is a wrong order (S13).
/// </summary>
internal static class VenueDecimal
{
    /// <summary>Longer text is refused unread: no price or quantity needs it.</summary>
    public const int MaxLength = 64;

    /// <summary>Room for the longest plain form: sign, 29 digits, point, leading zero.</summary>
    public const int MaxPlainLength = 32;

    private const int MaxDigits = 28;

    private static readonly UInt128 Limit =
        UInt128.Parse("1e28", NumberStyles.AllowExponent, CultureInfo.InvariantCulture);

    /// <summary>
    /// Reads <c>[-+]digits[.digits][e[-+]digits]</c>. False for anything else and for values a decimal cannot hold
    /// exactly (over 28 significant digits, or digits beyond the 28th decimal place).
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out decimal value)
    {
        value = 0;
        if (text.Length is 0 or > MaxLength)
        {
            return false;
        }

        var at = 0;
        var negative = text[0] == '-';
        if (text[0] is (byte)'-' or (byte)'+')
        {
            at++;
        }

        if (!TryMantissa(text, ref at, out var mantissa, out var exponent) || !TryExponent(text, ref at, ref exponent))
        {
            return false;
        }

        return at == text.Length && TryCompose(mantissa, exponent, negative, out value);
    }

    /// <summary>Plain digits: no exponent, no trailing zeros, no group separators.</summary>
    public static int Format(decimal value, Span<byte> destination)
    {
        const string Plain = "0.############################";
        if (!value.TryFormat(destination, out var written, Plain, CultureInfo.InvariantCulture))
        {
            throw new ArgumentException($"Needs {MaxPlainLength} bytes.", nameof(destination));
        }

        return written;
    }

    private static bool TryMantissa(ReadOnlySpan<byte> text, ref int at, out UInt128 mantissa, out int exponent)
    {
        mantissa = 0;
        int digits = 0, fraction = 0, heldZeros = 0;
        var afterPoint = false;
        for (; at < text.Length; at++)
        {
            var c = text[at];
            if (c == '.' && !afterPoint && digits > 0)
            {
                afterPoint = true;
                continue;
            }

            if (!char.IsAsciiDigit((char)c))
            {
                break;
            }

            digits++;
            fraction += afterPoint ? 1 : 0;
            if (c == '0')
            {
                // Held back until another digit follows, so that padding such as "1.0000" costs none of the 28 digits.
                heldZeros++;
                continue;
            }

            if (!TryShift(ref mantissa, mantissa == 0 ? 1 : heldZeros + 1))
            {
                exponent = 0;
                return false;
            }

            mantissa += (UInt128)(c - '0');
            heldZeros = 0;
        }

        exponent = heldZeros - fraction;
        return digits > 0 && text[at - 1] != '.';
    }

    private static bool TryShift(ref UInt128 mantissa, int places)
    {
        for (; places > 0; places--)
        {
            mantissa *= 10;
            if (mantissa >= Limit)
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryExponent(ReadOnlySpan<byte> text, ref int at, ref int exponent)
    {
        if (at == text.Length || (text[at] | 0x20) != 'e')
        {
            return true;
        }

        var sign = ++at < text.Length && text[at] == '-' ? -1 : 1;
        if (at < text.Length && text[at] is (byte)'-' or (byte)'+')
        {
            at++;
        }

        var start = at;
        var written = 0;
        for (; at < text.Length && char.IsAsciiDigit((char)text[at]) && at - start < 4; at++)
        {
            written = (written * 10) + (text[at] - '0');
        }

        exponent += sign * written;
        return at > start;
    }

    private static bool TryCompose(UInt128 mantissa, int exponent, bool negative, out decimal value)
    {
        value = 0;
        if (mantissa == 0)
        {
            return true;
        }

        if (exponent > 0)
        {
            if (exponent > MaxDigits || !TryShift(ref mantissa, exponent))
            {
                return false;
            }

            exponent = 0;
        }

        if (-exponent > MaxDigits)
        {
            return false;
        }

        var low = (ulong)mantissa;
        var high = (uint)(mantissa >> 64);
        value = new decimal((int)(uint)low, (int)(uint)(low >> 32), (int)high, negative, (byte)-exponent);
        return true;
    }
}
