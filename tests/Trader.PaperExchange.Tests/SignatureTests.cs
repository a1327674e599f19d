using Trader.PaperExchange.Http;

namespace Trader.PaperExchange.Tests;

public sealed class SignatureTests
{
    // The documentation's own key; the mixed vector is recomputed, since the printed one signs a stray blank.
    private const string Secret = "2b5eb11e18796d12d88f13dc27dbbd02c2cc51ff7059765ed9821957d82bb4d9";
    private const string Query =
        "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=9000&timeInForce=GTC&recvWindow=5000"
        + "&timestamp=1591702613943";
    private const string QuerySignature = "3c661234138461fcc7a7d8746c6558c9842d4e10870d2ecbedf7777cad694af9";
    private const string MixedQuery = "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC";
    private const string MixedBody = "quantity=1&price=9000&recvWindow=5000&timestamp=1591702613943";
    private const string MixedSignature = "30baaf0fab549bbeda7f5ef201898b34122da25fd23c646cac2c529aebe670a4";

    [Theory]
    [InlineData(Query, "", QuerySignature)]
    [InlineData("", Query, QuerySignature)]
    [InlineData(MixedQuery, MixedBody, MixedSignature)]
    public void The_published_vectors_verify(string query, string body, string signature)
    {
        var inBody = body.Length > 0;
        Assert.True(Signature.Verify(
            Secret,
            inBody ? query : $"{query}&signature={signature}",
            inBody ? $"{body}&signature={signature}" : body));
    }

    [Fact]
    public void A_signature_in_the_query_covers_the_body_too() =>
        Assert.True(Signature.Verify(Secret, $"{MixedQuery}&signature={MixedSignature}", MixedBody));

    [Fact]
    public void Hex_may_be_upper_case() =>
        Assert.True(Signature.Verify(Secret, $"{Query}&signature={QuerySignature.ToUpperInvariant()}", ""));

    [Theory]
    [InlineData("signature=" + QuerySignature + "&" + Query)]
    [InlineData(Query + "&signature=" + MixedSignature)]
    [InlineData(Query + "0&signature=" + QuerySignature)]
    [InlineData(Query + "&signature=")]
    [InlineData(Query + "&signature=" + QuerySignature + "&x=1")]
    public void Anything_else_fails(string query) => Assert.False(Signature.Verify(Secret, query, ""));

    [Fact]
    public void No_signature_is_not_a_wrong_one() => Assert.Null(Signature.Verify(Secret, Query, ""));

    [Fact]
    public void The_bytes_are_signed_as_sent_not_as_decoded()
    {
        var escaped = Signature.Sign(Secret, "symbol=%E5%B8%81USDT");
        Assert.True(Signature.Verify(Secret, "symbol=%E5%B8%81USDT&signature=" + escaped, ""));
        Assert.False(Signature.Verify(Secret, "symbol=%e5%b8%81USDT&signature=" + escaped, ""));
    }
}
