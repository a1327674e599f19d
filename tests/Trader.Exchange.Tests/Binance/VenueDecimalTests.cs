using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Trader.Exchange.Binance;

namespace Trader.Exchange.Tests.Binance;

[Trait("rule", "S13")]
public sealed class VenueDecimalTests
{
    [Theory]
    [InlineData("0", "0")]
    [InlineData("-0.000", "0")]
    [InlineData("0.001", "0.001")]
    [InlineData("0.00000001", "0.00000001")]
    [InlineData("1e-8", "0.00000001")]
    [InlineData("1E-8", "0.00000001")]
    [InlineData("6e10", "60000000000")]
    [InlineData("60000000000", "60000000000")]
    [InlineData("+1.5E+3", "1500")]
    [InlineData("100.00", "100")]
    [InlineData("-0.10", "-0.1")]
    [InlineData("120.0500", "120.05")]
    [InlineData("1.00000000000000000000000000000000000000", "1")]
    [InlineData("1234567890123456789012345678", "1234567890123456789012345678")]
    [InlineData("0.1234567890123456789012345678", "0.1234567890123456789012345678")]
    [InlineData("0e999", "0")]
    public void Reads_exactly_and_writes_plain_digits(string text, string plain)
    {
        Assert.True(VenueDecimal.TryParse(Encoding.UTF8.GetBytes(text), out var value));
        Assert.Equal(plain, Plain(value));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData(".")]
    [InlineData(".5")]
    [InlineData("5.")]
    [InlineData("1.e5")]
    [InlineData("1e")]
    [InlineData("1e+")]
    [InlineData("1e99999")]
    [InlineData("1e29")]
    [InlineData("1e-29")]
    [InlineData("12345678901234567890123456789")]
    [InlineData("1.23456789012345678901234567891")]
    [InlineData("1.2.3")]
    [InlineData("--1")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("1,000")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("0x10")]
    [InlineData("١")]
    [InlineData("00000000000000000000000000000000000000000000000000000000000000001")]
    public void Refuses_what_is_no_number_or_would_be_rounded(string text) =>
        Assert.False(VenueDecimal.TryParse(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void A_tenth_and_two_tenths_are_three_tenths()
    {
        Assert.True(VenueDecimal.TryParse("0.1"u8, out var a));
        Assert.True(VenueDecimal.TryParse("0.2"u8, out var b));
        Assert.Equal("0.3", Plain(a + b));
    }

    [Fact]
    public void Every_decimal_of_up_to_28_digits_survives_writing_and_reading() =>
        Prop.ForAll(
            Gen.Choose(0, 28).SelectMany(scale => ArbMap.Default.GeneratorFor<(int, int, int, bool)>()
                .Select(p => new decimal(p.Item1, p.Item2, p.Item3 & 0x0FFFFFFF, p.Item4, (byte)scale))).ToArbitrary(),
            value => VenueDecimal.TryParse(Encoding.UTF8.GetBytes(Plain(value)), out var read) && read == value
                && VenueDecimal.TryParse(
                    Encoding.UTF8.GetBytes(value.ToString(CultureInfo.InvariantCulture)), out var padded) && padded == value
                && !Plain(value).Contains('E', StringComparison.OrdinalIgnoreCase))
        .QuickCheckThrowOnFailure();

    private static string Plain(decimal value)
    {
        Span<byte> bytes = stackalloc byte[VenueDecimal.MaxPlainLength];
        return Encoding.ASCII.GetString(bytes[..VenueDecimal.Format(value, bytes)]);
    }
}
