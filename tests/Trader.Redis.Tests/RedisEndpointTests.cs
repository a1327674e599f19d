using Xunit;

namespace Trader.Redis.Tests;

public sealed class RedisEndpointTests
{
    [Theory]
    [InlineData("redis://h", "h", 6379, 0, null, null, false)]
    [InlineData("redis://h/", "h", 6379, 0, null, null, false)]
    [InlineData("REDIS://h:7000/3", "h", 7000, 3, null, null, false)]
    [InlineData("rediss://h:7000", "h", 7000, 0, null, null, true)]
    [InlineData("redis://:pw@h", "h", 6379, 0, null, "pw", false)]
    [InlineData("redis://me:pw@h:1/15", "h", 1, 15, "me", "pw", false)]
    [InlineData("redis://me:p%40s%2Fs%3a%25@h", "h", 6379, 0, "me", "p@s/s:%", false)]
    [InlineData("redis://me:p@ss@h", "h", 6379, 0, "me", "p@ss", false)]
    [InlineData("redis://m%C3%BC:gr%C3%BCn@h", "h", 6379, 0, "mü", "grün", false)]
    [InlineData("redis://:pw@[::1]:7/2", "::1", 7, 2, null, "pw", false)]
    public void An_address_is_read(string url, string host, int port, int db, string? user, string? password, bool tls)
    {
        Assert.True(RedisEndpoint.TryParse(url, out RedisEndpoint? endpoint, out string error), error);

        Assert.Equal((host, port, db, user, password, tls),
            (endpoint.Host, endpoint.Port, endpoint.Database, endpoint.User, endpoint.Password, endpoint.UseTls));
    }

    [Theory]
    [InlineData("")]
    [InlineData("s3cret")]
    [InlineData("http://:s3cret@h")]
    [InlineData("redis://")]
    [InlineData("redis://:s3cret@")]
    [InlineData("redis://:s3cret")]
    [InlineData("redis://s3cret@h")]
    [InlineData("redis://me:@h")]
    [InlineData("redis://me:s3cret%zz@h")]
    [InlineData("redis://me:s3cret%4@h")]
    [InlineData("redis://me:s3cret/x@h")]
    [InlineData("redis://me:6379/s3cret@h")]
    [InlineData("redis://me:s3cret#x@h")]
    [InlineData("redis://me:s3cret@h:0")]
    [InlineData("redis://me:s3cret@h:65536")]
    [InlineData("redis://me:s3cret@h:-1")]
    [InlineData("redis://me:s3cret@h:")]
    [InlineData("redis://me:s3cret@h/x")]
    [InlineData("redis://me:s3cret@h/-1")]
    [InlineData("redis://me:s3cret@h/1/2")]
    [InlineData("redis://me:s3cret@h?db=1")]
    [InlineData("redis://me:s3cret@h/99999999999")]
    [InlineData("redis://me:s3cret@h h")]
    [InlineData("redis://me:s3cret@[::1")]
    [InlineData("redis://me:s3cret@[::1]7")]
    [Trait("rule", "S16")]
    public void S16_A_refused_address_is_refused_in_one_line_that_quotes_nothing_of_it(string url)
    {
        Assert.False(RedisEndpoint.TryParse(url, out _, out string error));

        Assert.StartsWith("Redis address is not usable: ", error, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
        Assert.Equal(error, Assert.Throws<FormatException>(() => RedisEndpoint.Parse(url)).Message);
    }

    [Fact]
    [Trait("rule", "S16")]
    public void S16_The_text_of_an_endpoint_shows_neither_user_nor_password()
    {
        Assert.Equal("rediss://h:6379/2", RedisEndpoint.Parse("rediss://me:s3cret@h/2").ToString());
        Assert.Equal("redis://[::1]:6379/0", new RedisEndpoint("::1", user: "me", password: "s3cret").ToString());
        Assert.Equal("AUTH", RedisCommand.Of("AUTH", "s3cret").ToString());
    }

    [Fact]
    public void Parts_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new RedisEndpoint(""));
        Assert.Throws<ArgumentException>(() => new RedisEndpoint("h", user: "me"));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RedisEndpoint("h", port: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RedisEndpoint("h", port: 65536));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RedisEndpoint("h", database: -1));
    }
}
