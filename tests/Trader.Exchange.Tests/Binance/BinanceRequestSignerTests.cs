using System.Text;
using Trader.Exchange.Binance;

namespace Trader.Exchange.Tests.Binance;

public sealed class BinanceRequestSignerTests
{
    [Theory]
    [InlineData(
        "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=9000&timeInForce=GTC&recvWindow=5000&timestamp=1591702613943", "",
        "3c661234138461fcc7a7d8746c6558c9842d4e10870d2ecbedf7777cad694af9")]
    [InlineData(
        "", "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=9000&timeInForce=GTC&recvWindow=5000&timestamp=1591702613943",
        "3c661234138461fcc7a7d8746c6558c9842d4e10870d2ecbedf7777cad694af9")]
    [InlineData(
        "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC", "quantity=1&price=9000&recvWindow=5000&timestamp=1591702613943",
        "30baaf0fab549bbeda7f5ef201898b34122da25fd23c646cac2c529aebe670a4")]
    public void Signs_query_and_body_with_nothing_between(string query, string body, string expected)
    {
        var signer = new BinanceRequestSigner(Venue.Credentials);
        var signature = new byte[BinanceRequestSigner.SignatureLength];
        signer.Sign(Encoding.UTF8.GetBytes(query), Encoding.UTF8.GetBytes(body), signature);
        Assert.Equal(expected, Encoding.ASCII.GetString(signature));
    }

    [Fact]
    public void What_is_signed_is_what_is_sent_percent_encoding_included()
    {
        var text = new RequestText(8).Add("symbol"u8, "币安USDT").Add("quantity"u8, 0.00000001m)
            .Sign(new BinanceRequestSigner(Venue.Credentials), 5000, 1591702613943).ToString();
        var at = text.IndexOf("&signature=", StringComparison.Ordinal);
        Assert.Equal(
            "symbol=%E5%B8%81%E5%AE%89USDT&quantity=0.00000001&recvWindow=5000&timestamp=1591702613943", text[..at]);
        var expected = System.Security.Cryptography.HMACSHA256.HashData(
            Encoding.UTF8.GetBytes(Venue.Secret), Encoding.UTF8.GetBytes(text[..at]));
        Assert.Equal(Convert.ToHexStringLower(expected), text[(at + "&signature=".Length)..]);
    }
}
