using System.Globalization;
using System.Numerics;

namespace Trader.Messages;

/// <summary>
/// The text Python gives a float. Other programs compare and hash such text, so ours has to be the same to the character: whole numbers
/// keep <c>.0</c>, small and large ones look like <c>1e-05</c> and <c>1e+16</c> (apply-layer contract 1.6).
/// </summary>
public static class PythonFloat
{
    /// <summary>As <c>repr(value)</c>: the shortest digits that read back as the same float.</summary>
    public static string Text(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }

        var (negative, digits, point) = Digits(value);
        var sign = negative ? "-" : "";
        if (point is <= -4 or > 16)
        {
            var fraction = digits.Length > 1 ? "." + digits[1..] : "";
            var exponent = point - 1;
            return $"{sign}{digits[0]}{fraction}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture)}";
        }

        if (point <= 0)
        {
            return $"{sign}0.{new string('0', -point)}{digits}";
        }

        return point >= digits.Length
            ? $"{sign}{digits}{new string('0', point - digits.Length)}.0"
            : $"{sign}{digits[..point]}.{digits[point..]}";
    }

    /// <summary>As <c>f"{value:.Nf}"</c>: the exact binary value, halves to even.</summary>
    /// <param name="value">Finite.</param>
    /// <param name="decimals">0 to 15.</param>
    public static string Fixed(double value, int decimals)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(decimals, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(decimals, 15);
        if (!double.IsFinite(value))
        {
            return Text(value);
        }

        // value = mantissa * 2^power, exactly; .NET's own formatting rounds halves away from zero.
        var bits = BitConverter.DoubleToInt64Bits(value);
        var power = (int)((bits >> 52) & 0x7FF);
        BigInteger mantissa = bits & 0xFFFFFFFFFFFFF;
        mantissa = power == 0 ? mantissa : mantissa | (1L << 52);
        power = (power == 0 ? 1 : power) - 1075;
        var scaled = mantissa * BigInteger.Pow(10, decimals);
        scaled = power >= 0 ? scaled << power : HalfToEven(scaled, -power);
        var digits = scaled.ToString(CultureInfo.InvariantCulture).PadLeft(decimals + 1, '0');
        var sign = bits < 0 ? "-" : "";
        return decimals == 0 ? sign + digits : $"{sign}{digits[..^decimals]}.{digits[^decimals..]}";
    }

    private static BigInteger HalfToEven(BigInteger number, int shift)
    {
        var whole = number >> shift;
        var rest = number - (whole << shift);
        var half = BigInteger.One << (shift - 1);
        var up = rest > half || (rest == half && !whole.IsEven);
        return up ? whole + 1 : whole;
    }

    /// <summary>The value as 0.DIGITS times ten to the power of the point.</summary>
    private static (bool Negative, string Digits, int Point) Digits(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        var negative = text[0] == '-';
        text = negative ? text[1..] : text;
        var e = text.IndexOf('E', StringComparison.Ordinal);
        var exponent = e < 0 ? 0 : int.Parse(text[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        text = e < 0 ? text : text[..e];
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        var point = (dot < 0 ? text.Length : dot) + exponent;
        var digits = text.Replace(".", "", StringComparison.Ordinal);
        var significant = digits.TrimStart('0');
        point -= digits.Length - significant.Length;
        significant = significant.TrimEnd('0');
        return significant.Length == 0 ? (negative, "0", 1) : (negative, significant, point);
    }
}
