using Akka.Actor;
using Trader.Actors.Disk;
using Trader.Messages;
using Xunit;

namespace Trader.Actors.Tests.Disk;

/// <summary>The thread that watches the latch, and the gateway that hands on what it sees.</summary>
public sealed class EssLatchWatchTests : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly StateDirectory _state = new();
    private readonly ActorSystem _system = ActorSystem.Create("ess-latch");

    private string Run => Path.Combine(_state.Path, "run");

    // A look is overdue only where the test is about that: on a busy machine it may well take 300 ms.
    private EssLatchSettings Settings => new(Run, TimeSpan.FromMilliseconds(10), Deadline);

    [Fact]
    [Trait("covers", "D-E1")]
    public async Task A_touch_is_seen_and_so_is_its_end()
    {
        using var inbox = Inbox.Create(_system);
        var gateway = Start();
        inbox.Send(gateway, new DiskProtocol.WatchEssLatch());
        Assert.False(Seen(await inbox.ReceiveAsync(Deadline)).Engaged);
        Directory.CreateDirectory(Run);
        await File.WriteAllTextAsync(Path.Combine(Run, "ESS_ON"), "");
        Assert.True(Seen(await inbox.ReceiveAsync(Deadline)).Present);
        File.Delete(Path.Combine(Run, "ESS_ON"));
        Assert.False(Seen(await inbox.ReceiveAsync(Deadline)).Engaged);
    }

    [Fact]
    public async Task Who_asks_late_is_told_how_it_stands()
    {
        var gateway = Start();
        Assert.IsType<DiskProtocol.EssLatchRaised>(await gateway.Ask<object>(
            new DiskProtocol.RaiseEssLatch(7, EssNote.Of(5, "ann", "drill")), Deadline));
        using var inbox = Inbox.Create(_system);
        inbox.Send(gateway, new DiskProtocol.WatchEssFiles());
        var files = Assert.IsType<DiskProtocol.EssFilesSeen>(await inbox.ReceiveAsync(Deadline));
        while (!files.Latch.Present)
        {
            files = Assert.IsType<DiskProtocol.EssFilesSeen>(await inbox.ReceiveAsync(Deadline));
        }

        Assert.Equal(new EssNote(5, "ann", "drill"), files.Made);
        Assert.Equal(
            new DiskProtocol.EssLatchRead(3, new EssLatch(Path.Combine(Run, "ESS_ON"), true, "")),
            await gateway.Ask<object>(new DiskProtocol.ReadEssLatch(3), Deadline));
        Assert.Equal(new DiskProtocol.EssLatchLowered(8), await gateway.Ask<object>(new DiskProtocol.LowerEssLatch(8), Deadline));
    }

    [Fact]
    public async Task S1_a_directory_that_hangs_is_doubt_until_it_answers()
    {
        using var hanging = new HangingFiles(Run);
        var seen = new System.Collections.Concurrent.BlockingCollection<DiskProtocol.EssFilesSeen>();
        using var watch = new EssLatchWatch(
            hanging, Settings with { Overdue = TimeSpan.FromMilliseconds(300) }, TimeProvider.System, seen.Add);
        Assert.False(Take(seen).Latch.Engaged);

        hanging.Hang();
        var answer = new TaskCompletionSource<object>();
        watch.Post(new DiskProtocol.ReadEssLatch(1), answer.SetResult);
        Assert.True(Take(seen).Latch.Engaged);
        var read = Assert.IsType<DiskProtocol.EssLatchRead>(await answer.Task.WaitAsync(Deadline));
        Assert.True(read.Latch.Engaged);
        Assert.Contains("has not answered", read.Latch.Doubt, StringComparison.Ordinal);

        hanging.Release();
        Assert.False(Take(seen).Latch.Engaged);
    }

    [Fact]
    public async Task S1_a_gateway_that_was_restarted_still_tells_its_watchers()
    {
        using var inbox = Inbox.Create(_system);
        var settings = Settings;
        var props = DiskGateway.Props(_state.Path, StateDirectory.Node, TimeProvider.System, settings);
        var parent = _system.ActorOf(Props.Create(() => new Restarting(props)));
        var gateway = await parent.Ask<IActorRef>("who", Deadline);
        inbox.Send(gateway, new DiskProtocol.WatchEssLatch());
        Assert.False(Seen(await inbox.ReceiveAsync(Deadline)).Engaged);
        gateway.Tell(Kill.Instance);
        Directory.CreateDirectory(Run);
        await File.WriteAllTextAsync(Path.Combine(Run, "ESS_ON"), "");
        EssLatch latch;
        do
        {
            latch = Seen(await inbox.ReceiveAsync(Deadline));
        }
        while (!latch.Present);

        Assert.True(latch.Engaged);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _system.Terminate();
        _state.Dispose();
    }

    private static EssLatch Seen(object message) => Assert.IsType<DiskProtocol.EssLatchSeen>(message).Latch;

    private static DiskProtocol.EssFilesSeen Take(System.Collections.Concurrent.BlockingCollection<DiskProtocol.EssFilesSeen> seen) =>
        seen.TryTake(out var files, Deadline) ? files : throw new TimeoutException("nothing was seen");

    private IActorRef Start() => _system.ActorOf(
        DiskGateway.Props(_state.Path, StateDirectory.Node, TimeProvider.System, Settings));

    private sealed class Restarting : ReceiveActor
    {
        public Restarting(Props child)
        {
            var gateway = Context.ActorOf(child);
            Receive<string>(_ => Sender.Tell(gateway));
        }

        protected override SupervisorStrategy SupervisorStrategy() =>
            new OneForOneStrategy(10, TimeSpan.FromMinutes(1), _ => Directive.Restart);
    }

    /// <summary>A run directory on a mount that stops answering.</summary>
    private sealed class HangingFiles(string runDir) : EssLatchFiles(runDir, TimeProvider.System), IDisposable
    {
        private readonly ManualResetEventSlim _answers = new(true);

        public void Hang() => _answers.Reset();

        public void Release() => _answers.Set();

        public override DiskProtocol.EssFilesSeen Look(bool notes)
        {
            _answers.Wait();
            return base.Look(notes);
        }

        public void Dispose() => _answers.Set();
    }
}
