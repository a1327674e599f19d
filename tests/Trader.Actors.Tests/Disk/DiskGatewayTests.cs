using Akka.Actor;
using Trader.Actors.Disk;
using Trader.Messages;
using Xunit;

namespace Trader.Actors.Tests.Disk;

public sealed class DiskGatewayTests : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly HaltRecord Halt = new(
        EventId.FromGuid(Guid.Parse("6f1e9a52-0b55-4b3e-9a53-0f2d3c4b5a69")),
        "R1", "watchdog", 0, 1_763_719_323_123, "panic-close");

    private readonly StateDirectory _state = new();
    private readonly ActorSystem _system = ActorSystem.Create("disk");

    [Fact]
    [Trait("rule", "S12")]
    public async Task EveryCommandGetsItsReply()
    {
        var gateway = Start();
        var appends = Enumerable.Range(0, 50).Select(i => gateway.Ask<DiskProtocol.Appended>(
            new DiskProtocol.Append(i, StateDirectory.Record(i)), Deadline)).ToList();
        Assert.Equal(Enumerable.Range(0, 50).Select(i => (long)i), (await Task.WhenAll(appends)).Select(a => a.Seq));
        Assert.Equal(new DiskProtocol.LatchSet(Halt.EventId), await Ask(gateway, new DiskProtocol.SetLatch(Halt)));
        var recovered = Assert.IsType<DiskProtocol.Recovered>(await Ask(gateway, new DiskProtocol.Recover("panic.")));
        Assert.Equal(StateDirectory.Expected(50), recovered.Records.Select(r => PanicWire.Find(r.Fields, "event_id")!));
        Assert.Equal((Halt, null), (recovered.Latch, recovered.Damage));
        Assert.Equal(
            new DiskProtocol.LatchCleared(Halt.EventId), await Ask(gateway, new DiskProtocol.ClearLatch(Halt.EventId)));
    }

    [Fact]
    [Trait("rule", "S4")]
    public async Task TheNextLifeRecoversWhatTheLastOneWasToldIsThere()
    {
        var first = Start();
        await Ask(first, new DiskProtocol.Append(1, StateDirectory.Record(0)));
        await Ask(first, new DiskProtocol.SetLatch(Halt));
        Assert.True(await first.GracefulStop(Deadline));
        var second = Start();
        using var deadline = new CancellationTokenSource(Deadline);

        // The first life may still be closing its journal; until then the second one says that it cannot know.
        DiskProtocol.Recovered recovered;
        do
        {
            deadline.Token.ThrowIfCancellationRequested();
            recovered = Assert.IsType<DiskProtocol.Recovered>(await Ask(second, new DiskProtocol.Recover("panic.")));
            Assert.Equal(Halt, recovered.Latch);
        }
        while (recovered.Damage is not null);

        Assert.Single(recovered.Records);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _system.Terminate();
        _state.Dispose();
    }

    private static Task<object> Ask(IActorRef gateway, object command) => gateway.Ask<object>(command, Deadline);

    private IActorRef Start() =>
        _system.ActorOf(DiskGateway.Props(
            _state.Path, StateDirectory.Node, TimeProvider.System,
            new EssLatchSettings(Path.Combine(_state.Path, "run"), TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(1))));
}
