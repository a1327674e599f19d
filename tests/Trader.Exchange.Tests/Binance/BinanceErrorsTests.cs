using System.Text;
using Trader.Exchange.Binance;
using Trader.Messages;

namespace Trader.Exchange.Tests.Binance;

public sealed class BinanceErrorsTests
{
    private const string TooMany =
        "Too many requests; current limit of IP(1.2.3.4) is 2400 requests per minute. Please use the websocket for live updates.";

    /// <summary>Every code of the contract (binance-fapi 2.4) with the status it comes with.</summary>
    [Theory]
    [InlineData(400, -1000, FaultKind.UnknownOutcome)]
    [InlineData(503, -1000, FaultKind.UnknownOutcome)]
    [InlineData(503, -1001, FaultKind.UnknownOutcome)]
    [InlineData(401, -1002, FaultKind.Credentials)]
    [InlineData(429, -1003, FaultKind.RateLimited)]
    [InlineData(418, -1003, FaultKind.RateLimited)]
    [InlineData(400, -1006, FaultKind.UnknownOutcome)]
    [InlineData(408, -1007, FaultKind.UnknownOutcome)]
    [InlineData(503, -1008, FaultKind.Overloaded)]
    [InlineData(400, -1013, FaultKind.Filter)]
    [InlineData(429, -1015, FaultKind.RateLimited)]
    [InlineData(200, -1015, FaultKind.RateLimited)]
    [InlineData(400, -1021, FaultKind.Clock)]
    [InlineData(400, -1022, FaultKind.Credentials)]
    [InlineData(400, -1102, FaultKind.Refused)]
    [InlineData(400, -1104, FaultKind.Refused)]
    [InlineData(400, -1105, FaultKind.Refused)]
    [InlineData(400, -1106, FaultKind.Refused)]
    [InlineData(400, -1111, FaultKind.Filter)]
    [InlineData(400, -1116, FaultKind.Refused)]
    [InlineData(400, -1117, FaultKind.Refused)]
    [InlineData(400, -1121, FaultKind.Refused)]
    [InlineData(400, -1122, FaultKind.Refused)]
    [InlineData(400, -1125, FaultKind.Refused)]
    [InlineData(400, -2010, FaultKind.Refused)]
    [InlineData(400, -2011, FaultKind.Refused)]
    [InlineData(400, -2013, FaultKind.Refused)]
    [InlineData(401, -2014, FaultKind.Credentials)]
    [InlineData(401, -2015, FaultKind.Credentials)]
    [InlineData(400, -2018, FaultKind.Refused)]
    [InlineData(400, -2019, FaultKind.Refused)]
    [InlineData(400, -2020, FaultKind.Refused)]
    [InlineData(400, -2021, FaultKind.Refused)]
    [InlineData(400, -2022, FaultKind.Refused)]
    [InlineData(400, -2023, FaultKind.Refused)]
    [InlineData(400, -2024, FaultKind.Refused)]
    [InlineData(400, -2025, FaultKind.Refused)]
    [InlineData(400, -2026, FaultKind.Refused)]
    [InlineData(400, -2027, FaultKind.Refused)]
    [InlineData(400, -4003, FaultKind.Filter)]
    [InlineData(400, -4004, FaultKind.Filter)]
    [InlineData(400, -4005, FaultKind.Filter)]
    [InlineData(400, -4015, FaultKind.Refused)]
    [InlineData(400, -4023, FaultKind.Filter)]
    [InlineData(400, -4046, FaultKind.Refused)]
    [InlineData(400, -4047, FaultKind.Refused)]
    [InlineData(400, -4048, FaultKind.Refused)]
    [InlineData(400, -4059, FaultKind.Refused)]
    [InlineData(400, -4060, FaultKind.Refused)]
    [InlineData(400, -4061, FaultKind.Refused)]
    [InlineData(400, -4062, FaultKind.Refused)]
    [InlineData(400, -4067, FaultKind.Refused)]
    [InlineData(400, -4068, FaultKind.Refused)]
    [InlineData(400, -4082, FaultKind.Refused)]
    [InlineData(400, -4083, FaultKind.UnknownOutcome)]
    [InlineData(400, -4087, FaultKind.Refused)]
    [InlineData(400, -4088, FaultKind.Refused)]
    [InlineData(400, -4105, FaultKind.Refused)]
    [InlineData(400, -4106, FaultKind.Refused)]
    [InlineData(400, -4107, FaultKind.Refused)]
    [InlineData(400, -4109, FaultKind.Refused)]
    [InlineData(400, -4116, FaultKind.UnknownOutcome)]
    [InlineData(400, -4118, FaultKind.Refused)]
    [InlineData(400, -4120, FaultKind.Refused)]
    [InlineData(400, -4131, FaultKind.Filter)]
    [InlineData(400, -4136, FaultKind.Refused)]
    [InlineData(400, -4137, FaultKind.Refused)]
    [InlineData(400, -4138, FaultKind.Refused)]
    [InlineData(400, -4140, FaultKind.Refused)]
    [InlineData(400, -4141, FaultKind.Refused)]
    [InlineData(400, -4164, FaultKind.Filter)]
    [InlineData(400, -4171, FaultKind.Refused)]
    [InlineData(400, -4189, FaultKind.Refused)]
    [InlineData(400, -4192, FaultKind.Refused)]
    [InlineData(400, -4400, FaultKind.Refused)]
    [InlineData(400, -4401, FaultKind.Refused)]
    [InlineData(400, -4405, FaultKind.Refused)]
    [InlineData(400, -4407, FaultKind.Refused)]
    [InlineData(400, -4517, FaultKind.Refused)]
    [InlineData(404, -5000, FaultKind.Refused)]
    [InlineData(400, -5021, FaultKind.Refused)]
    [InlineData(400, -5022, FaultKind.Refused)]
    [InlineData(400, -5027, FaultKind.Refused)]
    [InlineData(400, -5028, FaultKind.Clock)]
    // Codes nobody has documented: refused when the exchange says 4xx, unknown when it broke.
    [InlineData(400, -9999, FaultKind.Refused)]
    [InlineData(500, -9999, FaultKind.UnknownOutcome)]
    [InlineData(401, -9999, FaultKind.Credentials)]
    public void Every_code_has_a_kind(int status, int code, FaultKind expected)
    {
        var fault = BinanceErrors.Read(status, Encoding.UTF8.GetBytes($$"""{"code":{{code}},"msg":"Words."}"""));
        Assert.Equal(new ExchangeFault(expected, code, "Words."), fault);
    }

    [Theory]
    [InlineData(503, -1000, "Unknown error, please check your request or try again later.", FaultKind.UnknownOutcome)]
    [InlineData(503, -1001, "Unknown error, please check your request or try again later.", FaultKind.UnknownOutcome)]
    [InlineData(503, -1008, "Unknown error, please check your request or try again later.", FaultKind.UnknownOutcome)]
    [InlineData(503, -1001, "Internal error; unable to process your request. Please try again.", FaultKind.Overloaded)]
    [InlineData(503, -1, "Service Unavailable.", FaultKind.Overloaded)]
    [InlineData(503, -1, "Server is currently overloaded with other requests.", FaultKind.Overloaded)]
    [InlineData(503, -1, "Request throttled by system-level protection. Reduce-only/close-position orders are exempt.",
        FaultKind.Overloaded)]
    [InlineData(503, -1, "Something else.", FaultKind.UnknownOutcome)]
    [InlineData(400, -1001, "Internal error; unable to process your request. Please try again.", FaultKind.UnknownOutcome)]
    public void The_wording_of_a_503_decides_before_its_code(int status, int code, string message, FaultKind expected) =>
        Assert.Equal(expected, BinanceErrors.Judge(status, code, message).Kind);

    [Theory]
    [InlineData(403, "<html><body>403 Forbidden</body></html>", FaultKind.RateLimited)]
    [InlineData(404, "<html>Not Found</html>", FaultKind.Refused)]
    [InlineData(408, "", FaultKind.UnknownOutcome)]
    [InlineData(429, "", FaultKind.RateLimited)]
    [InlineData(418, "teapot", FaultKind.RateLimited)]
    [InlineData(500, "", FaultKind.UnknownOutcome)]
    [InlineData(502, "<html><h1>502 Bad Gateway</h1></html>", FaultKind.UnknownOutcome)]
    [InlineData(503, "Service Unavailable", FaultKind.Overloaded)]
    [InlineData(503, "Unknown error, please check your request or try again later.", FaultKind.UnknownOutcome)]
    [InlineData(503, "", FaultKind.UnknownOutcome)]
    [InlineData(504, "upstream timed out", FaultKind.UnknownOutcome)]
    [InlineData(400, "<html>Bad Request</html>", FaultKind.Unreadable)]
    [InlineData(400, """{"msg":"no code"}""", FaultKind.Unreadable)]
    [InlineData(400, """{"code":"text","msg":5}""", FaultKind.Unreadable)]
    [InlineData(302, "", FaultKind.Unreadable)]
    public void Answers_that_are_not_the_exchanges_own_json(int status, string body, FaultKind expected)
    {
        var fault = BinanceErrors.Read(status, Encoding.UTF8.GetBytes(body));
        Assert.Equal(expected, fault.Kind);
        Assert.NotEmpty(fault.Message);
    }

    [Fact]
    public void The_end_of_a_ban_is_read_from_the_text()
    {
        Assert.Equal(
            1615183669840,
            BinanceErrors.BannedUntilMs("Way too many requests; IP(1.2.3.4) banned until 1615183669840. Please use the websocket"));
        Assert.Null(BinanceErrors.BannedUntilMs(TooMany));
        Assert.Null(BinanceErrors.BannedUntilMs("banned until "));
        Assert.Null(BinanceErrors.BannedUntilMs("banned until 99999999999999999999999"));
    }

    [Theory]
    [Trait("rule", "S16")]
    [InlineData(Venue.Key)]
    [InlineData(Venue.Secret)]
    [InlineData("3c661234138461fcc7a7d8746c6558c9842d4e10870d2ecbedf7777cad694af9")]
    public void S16_nothing_that_may_be_a_key_or_a_signature_stays_in_a_message(string secret)
    {
        var fault = BinanceErrors.Judge(400, -1, $"request /fapi/v1/order?signature={secret}&x failed");
        Assert.Equal("request /fapi/v1/order?signature=(hidden)&x failed", fault.Message);
        // Not even the piece that cutting to length would leave over.
        Assert.DoesNotContain(
            secret[..20], BinanceErrors.Read(500, Encoding.UTF8.GetBytes(new string('.', 150) + secret)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Messages_are_one_line_of_at_most_200_characters()
    {
        var fault = BinanceErrors.Judge(400, -1, string.Concat(Enumerable.Repeat("long words\r\n", 100)));
        Assert.InRange(fault.Message.Length, 150, 200);
        Assert.DoesNotContain(fault.Message, char.IsControl);
    }
}
