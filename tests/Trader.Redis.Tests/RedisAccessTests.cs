using System.Globalization;
using Trader.Redis.Tests.Support;
using Trader.Testing;
using Xunit;

namespace Trader.Redis.Tests;

/// <summary>Passwords, ACL users and TLS of a real server.</summary>
public sealed class RedisAccessTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("trader-tls-").FullName;
    private RedisServer _server = null!;
    private TestCertificate _certificate = null!;

    public async Task InitializeAsync()
    {
        _certificate = TestCertificate.Create(_folder);
        _server = await RedisServer.Start(new RedisServerOptions
        {
            Password = "pw/@:%",
            ConfigLines = ["user reader on >s3cret ~* +get +hello +auth"],
        });
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_password_with_every_awkward_character_gets_in()
    {
        await using ClientHarness redis = await ClientHarness.Connect(_server.Url);

        Assert.Equal("default", await redis.Text("ACL", "WHOAMI"));
    }

    [Theory]
    [InlineData("redis://127.0.0.1:{0}", "NOAUTH")]
    [InlineData("redis://:wr0ng@127.0.0.1:{0}", "WRONGPASS")]
    [InlineData("redis://reader:wr0ng@127.0.0.1:{0}", "WRONGPASS")]
    [InlineData("redis://nobody:wr0ng@127.0.0.1:{0}", "WRONGPASS")]
    [Trait("rule", "S16")]
    public async Task S16_Who_is_refused_is_told_the_code_and_the_password_is_not_repeated(string url, string code)
    {
        await using ClientHarness redis = ClientHarness.Start(Url(url, _server));

        RedisLinkState.Down down = await redis.States.Down();

        Assert.Equal(RedisDownReason.Refused, down.Reason);
        Assert.Contains(code, down.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("wr0ng", down.Detail, StringComparison.Ordinal);
        Assert.Equal(RedisResultKind.NotConnected, (await redis.Send("GET", "k")).Kind);
    }

    [Fact]
    public async Task An_ACL_user_may_do_what_it_may_and_the_rest_is_NOPERM()
    {
        await using ClientHarness redis = ClientHarness.Start(Url("redis://reader:s3cret@127.0.0.1:{0}", _server));
        Assert.Equal(3, ((RedisLinkState.Up)await redis.States.Up()).Protocol);

        Assert.True((await redis.Send("GET", "k")).IsValue);
        Assert.Equal("NOPERM", (await redis.Send("SET", "k", "v")).ErrorCode);
        Assert.True(redis.Client.IsUp);
    }

    [Fact]
    public async Task A_server_whose_password_changes_is_refused_until_ours_is_right_again()
    {
        await using ClientHarness ours = await ClientHarness.Connect(_server.Url);
        await using ClientHarness theirs = await ClientHarness.Connect(_server.Url);

        await theirs.Send("CONFIG", "SET", "requirepass", "other");
        await theirs.Send("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
        await ours.States.Next(s => s is RedisLinkState.Down { Reason: RedisDownReason.Refused });
        await theirs.Send("CONFIG", "SET", "requirepass", "pw/@:%");

        await ours.States.Up();
    }

    [Fact]
    public async Task TLS_is_spoken_with_an_authority_we_name_and_refused_with_any_other()
    {
        await using RedisServer server =
            await RedisServer.Start(new RedisServerOptions { Tls = _certificate, Password = "pw" });
        RedisOptions trusting = new() { Tls = new RedisTls { CaFile = _certificate.CaFile } };
        await using ClientHarness good = await ClientHarness.Connect(server.Url, trusting);
        await using ClientHarness machines = ClientHarness.Start(server.Url);
        await using ClientHarness missing =
            ClientHarness.Start(server.Url, new RedisOptions { Tls = new RedisTls { CaFile = _folder + "/none.pem" } });
        await using ClientHarness plain = ClientHarness.Start(Url("redis://:pw@127.0.0.1:{0}", server));

        Assert.Equal("PONG", await good.Text("PING"));
        Assert.Equal(RedisDownReason.TlsFailed, (await machines.States.Down()).Reason);
        Assert.Equal(RedisDownReason.TlsFailed, (await missing.States.Down()).Reason);
        Assert.NotEqual(RedisDownReason.Stopped, (await plain.States.Down()).Reason);
        await server.Kill();
        await good.States.Down();
        await server.Restart();
        await good.States.Up();
    }

    [Fact]
    public async Task TLS_to_another_name_than_the_certificates_is_refused()
    {
        await using RedisServer server = await RedisServer.Start(new RedisServerOptions { Tls = _certificate });
        RedisOptions trusting = new() { Tls = new RedisTls { CaFile = _certificate.CaFile } };

        await using ClientHarness redis = ClientHarness.Start(Url("rediss://127.0.0.2:{0}", server), trusting);

        Assert.NotEqual(RedisDownReason.Stopped, (await redis.States.Down()).Reason);
        Assert.DoesNotContain(redis.States.Rest(), s => s is RedisLinkState.Up);
    }

    [Fact]
    public async Task A_plain_server_is_no_TLS_server()
    {
        await using ClientHarness redis = ClientHarness.Start(Url("rediss://:pw@127.0.0.1:{0}", _server));

        Assert.Equal(RedisDownReason.TlsFailed, (await redis.States.Down()).Reason);
    }

    private static string Url(string format, RedisServer server) =>
        string.Format(CultureInfo.InvariantCulture, format, server.Port);
}
