using Trader.Exchange.Binance;
using Trader.Messages;

namespace Trader.Exchange.Tests.Binance;

[Trait("rule", "S15")]
public sealed class BinanceEnvironmentTests
{
    [Theory]
    [InlineData("https://demo-fapi.binance.com", VenueEnvironment.Testnet)]
    [InlineData("https://DEMO-FAPI.Binance.com/", VenueEnvironment.Testnet)]
    [InlineData("https://testnet.binancefuture.com", VenueEnvironment.Testnet)]
    [InlineData("http://127.0.0.1:9100", VenueEnvironment.Paper)]
    [InlineData("http://127.8.9.1:9100", VenueEnvironment.Paper)]
    [InlineData("http://localhost:9100", VenueEnvironment.Paper)]
    [InlineData("http://[::1]:9100", VenueEnvironment.Paper)]
    [InlineData("https://fapi.binance.com", VenueEnvironment.Production)]
    [InlineData("https://fapi1.binance.com", VenueEnvironment.Production)]
    [InlineData("https://example.org", VenueEnvironment.Production)]
    [InlineData("https://demo-fapi.binance.com.example.org", VenueEnvironment.Production)]
    [InlineData("https://demo-fapi.binance.com@example.org", VenueEnvironment.Production)]
    [InlineData("https://xdemo-fapi.binance.com", VenueEnvironment.Production)]
    [InlineData("https://demo-fapi.binance.com:8443", VenueEnvironment.Production)]
    [InlineData("http://demo-fapi.binance.com", VenueEnvironment.Production)]
    [InlineData("https://localhost.example.org", VenueEnvironment.Production)]
    [InlineData("https://10.0.0.1", VenueEnvironment.Production)]
    [InlineData("https://demo-fapi.bin\u0430nce.com", VenueEnvironment.Production)]
    public void S15_the_address_alone_decides_and_every_unknown_one_is_production(string address, VenueEnvironment expected) =>
        Assert.Equal(expected, BinanceEnvironment.Classify(new Uri(address)));

    [Theory]
    [InlineData("production", "https://fapi.binance.com/", VenueEnvironment.Production)]
    [InlineData("demo-fapi", "https://demo-fapi.binance.com/", VenueEnvironment.Testnet)]
    [InlineData("testnet", "https://testnet.binancefuture.com/", VenueEnvironment.Testnet)]
    [InlineData("paper", "http://127.0.0.1:9100/", VenueEnvironment.Paper)]
    [InlineData("http://127.0.0.1:1234", "http://127.0.0.1:1234/", VenueEnvironment.Paper)]
    public void Names_and_addresses_are_read(string text, string address, VenueEnvironment kind)
    {
        Assert.True(BinanceEnvironment.TryParse(text, out var environment, out _));
        Assert.Equal(address, environment.BaseAddress.AbsoluteUri);
        Assert.Equal(kind, environment.Kind);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Testnet")]
    [InlineData("fapi.binance.com")]
    [InlineData("ftp://fapi.binance.com")]
    [InlineData("http://fapi.binance.com")]
    [InlineData("https://fapi.binance.com/fapi")]
    [InlineData("https://user:word@fapi.binance.com")]
    [InlineData("https://fapi.binance.com?x=1")]
    public void Anything_doubtful_is_refused_with_a_reason(string? text)
    {
        Assert.False(BinanceEnvironment.TryParse(text, out var environment, out var why));
        Assert.Null(environment);
        Assert.NotEmpty(why);
    }
}
