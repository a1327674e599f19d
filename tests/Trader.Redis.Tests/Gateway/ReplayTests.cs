using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Trader.Actors.PanicClose;
using Trader.Actors.Ports;
using Trader.Messages;
using Trader.Redis.Gateway;
using Trader.Testing;
using Xunit;

namespace Trader.Redis.Tests.Gateway;

/// <summary>
/// A worker whose journal knows nothing, on a stream whose group was destroyed: it is given all of history again, minutes after it
/// happened (E43, E45, X26; decisions 0002 and 0008).
/// </summary>
public sealed class ReplayTests : TestKit, IAsyncLifetime
{
    private static readonly PanicCloseSettings Settings = new(
        "eew_b", TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(200),
        TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(250), 3, TimeSpan.FromSeconds(1),
        TimeSpan.FromSeconds(5));

    private readonly EventId id = EventId.FromGuid(Guid.NewGuid());
    private RedisServer server = null!;
    private RedisConsole console = null!;
    private IActorRef gateway = null!;
    private TestProbe disk = null!;
    private IActorRef worker = null!;

    public async Task InitializeAsync()
    {
        server = await RedisServer.Start();
        console = await RedisConsole.Open(server.Url);
        gateway = Sys.ActorOf(RedisGateway.Props(new RedisGatewaySettings(
            RedisEndpoint.Parse(server.Url), new RedisOptions(), new StreamOptions { BlockMs = 200 }, TimeSpan.FromSeconds(1), 1000, 1000,
            TimeSpan.FromDays(1)), TimeProvider.System));
        gateway.Tell(new RedisProtocol.WatchConnection(), TestActor);
        await FishForMessageAsync<RedisProtocol.Connected>(_ => true);
        await Ask<RedisProtocol.PanicPublished>(new RedisProtocol.PublishPanic(
            new PanicTrigger(id, "WHY", PanicIssuer.Watchdog, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds())));
    }

    public async Task DisposeAsync()
    {
        Shutdown();
        await console.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact]
    [Trait("rule", "S14")]
    public async Task S14_An_event_that_was_completed_long_ago_halts_nothing_when_its_group_is_made_anew()
    {
        await Complete();
        await console.Text("DEL", RedisKeys.TradingState);
        await console.Text("XGROUP", "CREATE", RedisKeys.PanicClose, RedisKeys.PanicGroup, "$");
        await console.Text("XGROUP", "DESTROY", RedisKeys.PanicClose, RedisKeys.PanicGroup);

        Assert.Equal("panic.abandoned", await OutcomeMinutesLater());

        await Acknowledged();
        Assert.False(await IsHalted());
        Assert.Equal("0", await console.Text("XLEN", RedisKeys.PanicRejected));
    }

    [Fact]
    [Trait("rule", "S14")]
    public async Task S14_An_event_whose_halt_a_person_has_cleared_since_does_not_halt_again()
    {
        await Ask<RedisProtocol.Done>(new RedisProtocol.SetHalt(Halt()));
        await console.Text("DEL", RedisKeys.TradingState);

        Assert.Equal("panic.refused", await OutcomeMinutesLater());

        await Acknowledged();
        Assert.False(await IsHalted());
    }

    [Fact]
    [Trait("rule", "S10")]
    public async Task S10_An_event_that_nobody_ever_heard_halts()
    {
        Assert.Equal("panic.refused", await OutcomeMinutesLater());

        await Acknowledged();
        Assert.True(await IsHalted());
        Assert.Equal("PANIC_CLOSE_MISSED", await console.Text("HGET", RedisKeys.TradingState, "reason"));
    }

    /// <summary>Five minutes on, by the worker's clock; what its journal says of the event.</summary>
    private async Task<string> OutcomeMinutesLater()
    {
        disk = CreateTestProbe();
        disk.SetAutoPilot(new DelegateAutoPilot((sender, message) =>
        {
            object? answer = message switch
            {
                DiskProtocol.Recover => new DiskProtocol.Recovered([], null, null),
                DiskProtocol.Append append => new DiskProtocol.Appended(append.Seq),
                DiskProtocol.SetLatch set => new DiskProtocol.LatchSet(set.Halt.EventId),
                _ => null,
            };
            sender.Tell(answer ?? new DiskProtocol.LatchCleared(id), ActorRefs.NoSender);
            return AutoPilot.KeepRunning;
        }));
        var around = new Surroundings(
            gateway, CreateTestProbe(), CreateTestProbe(), disk, new Later(), NoMeter.Instance, Guid.NewGuid, "b");
        worker = Sys.ActorOf(PanicCloseActor.Props(Settings, around));
        var append = await disk.FishForMessageAsync<DiskProtocol.Append>(_ => true, TimeSpan.FromSeconds(10));
        return append.Record.Kind;
    }

    /// <summary>Nothing is left to do, so nothing more will be done about it.</summary>
    private Task Acknowledged() => AwaitConditionAsync(async () =>
        (await console.Text("XPENDING", RedisKeys.PanicClose, RedisKeys.PanicGroup)).StartsWith('0')
        && (await console.Text("XINFO", "GROUPS", RedisKeys.PanicClose)).Contains("lag 0", StringComparison.Ordinal));

    /// <summary>Asked after the halt keeper has seen all its mail, over the connection that it uses itself.</summary>
    private async Task<bool> IsHalted()
    {
        await Sys.ActorSelection(worker.Path / "halt-keeper-1").ResolveOne(TimeSpan.FromSeconds(5));
        return (await Ask<RedisProtocol.HaltRead>(new RedisProtocol.GetHalt(null))).Halted;
    }

    private HaltRecord Halt() => new(id, "WHY", "watchdog", 0, 1_770_000_000_000, "eew_a");

    private Task Complete() => Ask<RedisProtocol.CompletionPublished>(
        new RedisProtocol.PublishCompletion(new PanicCompletion(id, 2, 2, [], 1, 2), Halt()));

    private Task<T> Ask<T>(object message) => gateway.Ask<T>(message, TimeSpan.FromSeconds(5));

    private sealed class Later : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + TimeSpan.FromMinutes(5);
    }
}
