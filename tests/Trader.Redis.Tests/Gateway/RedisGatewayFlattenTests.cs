using System.Globalization;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using Trader.Messages;
using Trader.Redis.Gateway;
using Trader.Testing;
using Xunit;

namespace Trader.Redis.Tests.Gateway;

/// <summary>The flattener's steps against a real server (flatten contract 1a; F5-F10, D-F4, D-F19).</summary>
public sealed class RedisGatewayFlattenTests : TestKit, IAsyncLifetime
{
    private const int Minute = 60_000;

    private static readonly EventId Run = EventId.FromGuid(Guid.NewGuid());

    private RedisServer server = null!;
    private RedisConsole console = null!;
    private IActorRef gateway = null!;

    public async Task InitializeAsync()
    {
        server = await RedisServer.Start();
        console = await RedisConsole.Open(server.Url);
        gateway = await Gateway();
    }

    public async Task DisposeAsync()
    {
        Shutdown();
        await console.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact]
    [Trait("covers", "F5,F6,F8")]
    public async Task Only_exactly_1_is_taken_and_it_is_gone_in_the_same_step()
    {
        Assert.Equal(FlattenArm.Absent, (await Take()).Arm);
        await console.Text("SET", RedisKeys.FlattenArm, "1", "EX", "60");

        var taken = await Take();

        Assert.Equal((FlattenArm.Taken, FlattenArmNote.None), (taken.Arm, taken.Note));
        Assert.Equal("0", await console.Text("EXISTS", RedisKeys.FlattenArm));
        Assert.Equal(FlattenArm.Absent, (await Take()).Arm);
        await console.Text("SET", RedisKeys.FlattenArm, "1");
        Assert.Equal(FlattenArm.Taken, (await Take()).Arm);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1.0")]
    [InlineData("1 ")]
    [InlineData("true")]
    [InlineData("")]
    [Trait("covers", "F8")]
    public async Task Another_value_is_left_and_shown(string value)
    {
        await console.Text("SET", RedisKeys.FlattenArm, value);

        var looked = await Take();

        Assert.Equal((FlattenArm.OtherValue, value), (looked.Arm, looked.Shown));
        Assert.Equal(value, await console.Text("GET", RedisKeys.FlattenArm));
    }

    [Fact]
    [Trait("covers", "F8")]
    public async Task Another_type_is_left_and_named()
    {
        await console.Text("LPUSH", RedisKeys.FlattenArm, "1");
        var looked = await Take();

        Assert.Equal((FlattenArm.WrongType, "list"), (looked.Arm, looked.Shown));
        Assert.Equal("1", await console.Text("LLEN", RedisKeys.FlattenArm));
    }

    [Fact]
    [Trait("covers", "D-F25,D-F20")]
    public async Task Who_armed_comes_with_the_key_and_goes_with_it()
    {
        await console.Text("SET", RedisKeys.FlattenArm, "1");
        await console.Text("HSET", RedisKeys.FlattenArmNote, "by", "ana", "why", new string('x', 500), "request", "r1");

        var note = (await Take()).Note;

        Assert.Equal(("ana", new string('x', FlattenArmNote.MaxLength), "r1"), (note.By, note.Why, note.Request));
        Assert.Equal("0", await console.Text("EXISTS", RedisKeys.FlattenArmNote));
        await console.Text("SET", RedisKeys.FlattenArm, "1");
        await console.Text("SET", RedisKeys.FlattenArmNote, "of the wrong type");
        Assert.Equal((FlattenArm.Taken, FlattenArmNote.None), ((await Take()) is var again ? again.Arm : default, again.Note));
    }

    [Fact]
    [Trait("covers", "F7,D-F4")]
    public async Task Governors_that_look_at_the_same_time_get_one_arm_between_them()
    {
        var others = await Task.WhenAll(Gateway(), Gateway(), Gateway());
        for (var round = 1; round <= 20; round++)
        {
            await console.Text("SET", RedisKeys.FlattenArm, "1");
            var looks = await Task.WhenAll(others.Append(gateway).Select(g =>
                g.Ask<RedisProtocol.FlattenArmLooked>(new RedisProtocol.TakeFlattenArm(), TimeSpan.FromSeconds(5))));

            Assert.Single(looks, looked => looked.Arm == FlattenArm.Taken);
        }
    }

    [Fact]
    [Trait("covers", "F9,D-F19")]
    public async Task A_free_cooldown_is_claimed_once_for_an_hour_in_whole_seconds()
    {
        var claimed = await Claim(Minute);
        var last = long.Parse(await console.Text("GET", RedisKeys.FlattenLastTs), CultureInfo.InvariantCulture);

        Assert.Equal(FlattenCooldown.Claimed, claimed.Cooldown);
        Assert.InRange(last, (await RedisNow()) - 5, await RedisNow());
        Assert.InRange(int.Parse(await console.Text("TTL", RedisKeys.FlattenLastTs), CultureInfo.InvariantCulture), 3591, 3600);
        var again = await Claim(Minute);
        Assert.Equal(FlattenCooldown.Active, again.Cooldown);
        Assert.InRange(again.AgeMs, 0, 10_000);
        Assert.Equal(last, long.Parse(await console.Text("GET", RedisKeys.FlattenLastTs), CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData(59, "", FlattenCooldown.Active)]
    [InlineData(60, "", FlattenCooldown.Claimed)]
    [InlineData(61, ".6307664", FlattenCooldown.Claimed)]
    [InlineData(3, ".5", FlattenCooldown.Active)]
    [InlineData(-3600, "", FlattenCooldown.Future)]
    [Trait("covers", "F9,F10,D-F19")]
    public async Task The_age_of_what_stands_there_decides(int secondsAgo, string fraction, FlattenCooldown expected)
    {
        var last = ((await RedisNow()) - secondsAgo).ToString(CultureInfo.InvariantCulture) + fraction;
        await console.Text("SET", RedisKeys.FlattenLastTs, last);

        var answer = await Claim(Minute);

        Assert.Equal((expected, last), (answer.Cooldown, answer.Found));
        Assert.Equal(expected != FlattenCooldown.Claimed, last == await console.Text("GET", RedisKeys.FlattenLastTs));
    }

    [Theory]
    [InlineData("nan")]
    [InlineData("inf")]
    [InlineData("-5")]
    [InlineData("0x10")]
    [InlineData("1e3")]
    [InlineData("")]
    [InlineData("soon")]
    [InlineData("99999999999999999999999999999")]
    [Trait("covers", "F10,D-F19")]
    public async Task What_is_no_time_holds_and_is_not_overwritten(string value)
    {
        await console.Text("SET", RedisKeys.FlattenLastTs, value);

        var answer = await Claim(Minute);

        Assert.Equal((FlattenCooldown.Unreadable, value), (answer.Cooldown, answer.Found));
        Assert.Equal(value, await console.Text("GET", RedisKeys.FlattenLastTs));
    }

    [Fact]
    [Trait("covers", "F10")]
    public async Task A_cooldown_key_of_another_type_holds_too()
    {
        await console.Text("LPUSH", RedisKeys.FlattenLastTs, "1");

        Assert.Equal((FlattenCooldown.Unreadable, "list"), ((await Claim(Minute)) is var answer ? answer.Cooldown : default, answer.Found));
    }

    [Fact]
    [Trait("covers", "F7")]
    public async Task Of_governors_that_claim_at_the_same_time_one_has_it()
    {
        var others = await Task.WhenAll(Gateway(), Gateway(), Gateway());
        var claims = await Task.WhenAll(others.Append(gateway).Select(g =>
            g.Ask<RedisProtocol.FlattenCooldownAnswered>(new RedisProtocol.ClaimFlattenCooldown(Run, Minute), TimeSpan.FromSeconds(5))));

        Assert.Single(claims, claim => claim.Cooldown == FlattenCooldown.Claimed);
    }

    [Fact]
    [Trait("covers", "D-F20")]
    public async Task Events_stand_on_the_stream_and_can_be_read_back()
    {
        var figures = new FlattenFigures(674, 45, 44, 0, 44, 43, 1, ["DUSTUSDT"], 2, "", 312);
        FlattenEvent[] events =
        [
            new FlattenEvent.Requested(new FlattenArmNote("ana", "reset", "r1"), 60, 1),
            new FlattenEvent.Started(Run, 2),
            new FlattenEvent.Planned(Run, figures, 44, ["BTCUSDT SELL 1 pc-1"], 3),
            new FlattenEvent.Completed(Run, FlattenStatus.Partial, figures, 4),
        ];
        foreach (var happened in events)
        {
            await gateway.Ask<RedisProtocol.Done>(new RedisProtocol.PublishFlatten(happened, "gov-1"), TimeSpan.FromSeconds(5));
        }

        var text = await console.Text("XRANGE", RedisKeys.FlattenRuns, "-", "+");
        Assert.Contains("event flatten.completed ts 4 node gov-1 run " + Run, text, StringComparison.Ordinal);
        Assert.Contains("status partial symbols_seen 674 nonzero 45 above_notional 44", text, StringComparison.Ordinal);
        Assert.DoesNotContain("pc-1", text, StringComparison.Ordinal);
        var back = Assert.IsType<FlattenEvent.Completed>(FlattenWire.FromStream(FlattenWire.ToStream(events[3], "gov-1")));
        Assert.Equal((FlattenStatus.Partial, 43, 1, 4L), (back.Status, back.Figures.Ok, back.Figures.OrderErrors, back.AtMs));
        Assert.Equal(["DUSTUSDT"], back.Figures.Skipped);
    }

    private async Task<IActorRef> Gateway()
    {
        var settings = new RedisGatewaySettings(
            RedisEndpoint.Parse(server.Url), new RedisOptions(), new StreamOptions { BlockMs = 200 }, TimeSpan.FromSeconds(1), 1000, 1000,
            TimeSpan.FromDays(1));
        var made = Sys.ActorOf(RedisGateway.Props(settings, TimeProvider.System));
        var probe = CreateTestProbe();
        made.Tell(new RedisProtocol.WatchConnection(), probe);
        await probe.FishForMessageAsync<RedisProtocol.Connected>(_ => true);
        return made;
    }

    private Task<RedisProtocol.FlattenArmLooked> Take() =>
        gateway.Ask<RedisProtocol.FlattenArmLooked>(new RedisProtocol.TakeFlattenArm(), TimeSpan.FromSeconds(5));

    private Task<RedisProtocol.FlattenCooldownAnswered> Claim(int cooldownMs) =>
        gateway.Ask<RedisProtocol.FlattenCooldownAnswered>(new RedisProtocol.ClaimFlattenCooldown(Run, cooldownMs), TimeSpan.FromSeconds(5));

    private async Task<long> RedisNow() => long.Parse((await console.Text("TIME")).Split(' ')[0], CultureInfo.InvariantCulture);
}
