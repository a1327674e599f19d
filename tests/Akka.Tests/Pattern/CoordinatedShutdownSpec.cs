using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Configuration;
using Xunit;

namespace Akka.Tests.Pattern;

public class CoordinatedShutdownSpec
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private readonly ConcurrentQueue<string> _ran = new();

    [Fact]
    public async Task Phases_run_in_order_and_the_system_ends_last()
    {
        var system = Create();
        var shutdown = CoordinatedShutdown.Get(system);
        foreach (var phase in new[]
        {
            CoordinatedShutdown.PhaseBeforeActorSystemTerminate, CoordinatedShutdown.PhaseServiceUnbind,
            CoordinatedShutdown.PhaseClusterLeave, CoordinatedShutdown.PhaseBeforeServiceUnbind,
            CoordinatedShutdown.PhaseServiceStop, CoordinatedShutdown.PhaseServiceRequestsDone,
        })
        {
            shutdown.AddTask(phase, "note", () => Note(phase));
        }
        await shutdown.Run(CoordinatedShutdown.ClrExitReason.Instance).WaitAsync(Limit);
        Assert.Equal(
            [
                "before-service-unbind", "service-unbind", "service-requests-done", "service-stop", "cluster-leave",
                "before-actor-system-terminate",
            ],
            _ran);
        Assert.True(system.WhenTerminated.IsCompletedSuccessfully);
        Assert.Same(CoordinatedShutdown.ClrExitReason.Instance, shutdown.ShutdownReason);
    }

    [Fact]
    public async Task A_system_that_is_gone_before_its_phase_was_timed_ends_the_run_all_the_same()
    {
        var system = Create();
        var shutdown = CoordinatedShutdown.Get(system);
        shutdown.AddTask(CoordinatedShutdown.PhaseActorSystemTerminate, "abort", () =>
        {
            ((ExtendedActorSystem)system).Abort();
            // In the task's synchronous part: this is the race lost on purpose.
            Assert.True(SpinWait.SpinUntil(() => system.WhenTerminated.IsCompleted, Limit));
            return Note("gone");
        });
        await shutdown.Run(CoordinatedShutdown.ClrExitReason.Instance).WaitAsync(Limit);
        Assert.Equal(["gone"], _ran);
    }

    [Fact]
    public async Task A_second_run_is_the_first_one()
    {
        var system = Create();
        var shutdown = CoordinatedShutdown.Get(system);
        Assert.Null(shutdown.ShutdownReason);
        shutdown.AddTask(CoordinatedShutdown.PhaseServiceStop, "note", () => Note("once"));
        var first = shutdown.Run(CoordinatedShutdown.ClusterLeavingReason.Instance);
        var second = shutdown.Run(CoordinatedShutdown.ClrExitReason.Instance);
        Assert.Same(first, second);
        await first.WaitAsync(Limit);
        Assert.Equal(["once"], _ran);
        Assert.Same(CoordinatedShutdown.ClusterLeavingReason.Instance, shutdown.ShutdownReason);
    }

    [Fact]
    public async Task A_failing_task_and_a_late_one_do_not_stop_the_run()
    {
        var system = Create("phases.service-stop.timeout = 20ms");
        var shutdown = CoordinatedShutdown.Get(system);
        var cancelled = new TaskCompletionSource();
        shutdown.AddTask(
            CoordinatedShutdown.PhaseServiceUnbind, "fails", () => throw new InvalidOperationException("no"));
        shutdown.AddTask(CoordinatedShutdown.PhaseServiceStop, "late", async token =>
        {
            token.Register(() => cancelled.TrySetResult());
            await Task.Delay(Timeout.InfiniteTimeSpan, token);
            return Done.Instance;
        });
        shutdown.AddTask(CoordinatedShutdown.PhaseClusterShutdown, "note", () => Note("still"));
        await shutdown.Run(CoordinatedShutdown.ClrExitReason.Instance).WaitAsync(Limit);
        await cancelled.Task.WaitAsync(Limit);
        Assert.Equal(["still"], _ran);
    }

    [Fact]
    public async Task With_recover_off_a_failing_task_ends_the_run()
    {
        var system = Create("phases.service-unbind.recover = off");
        var shutdown = CoordinatedShutdown.Get(system);
        shutdown.AddTask(
            CoordinatedShutdown.PhaseServiceUnbind, "fails", () => throw new InvalidOperationException("no"));
        shutdown.AddTask(CoordinatedShutdown.PhaseServiceStop, "note", () => Note("never"));
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => shutdown.Run(CoordinatedShutdown.ClrExitReason.Instance).WaitAsync(Limit));
        Assert.Empty(_ran);
        ((ExtendedActorSystem)system).Abort();
        await system.WhenTerminated.WaitAsync(Limit);
    }

    [Fact]
    public async Task Earlier_phases_can_be_left_out()
    {
        var system = Create();
        var shutdown = CoordinatedShutdown.Get(system);
        shutdown.AddTask(CoordinatedShutdown.PhaseServiceUnbind, "note", () => Note("left out"));
        shutdown.AddTask(CoordinatedShutdown.PhaseServiceStop, "note", () => Note("run"));
        await shutdown.Run(CoordinatedShutdown.ClrExitReason.Instance, CoordinatedShutdown.PhaseServiceStop)
            .WaitAsync(Limit);
        Assert.Equal(["run"], _ran);
    }

    [Fact]
    public async Task An_unknown_phase_is_refused_and_the_timeouts_add_up()
    {
        var system = Create();
        var shutdown = CoordinatedShutdown.Get(system);
        Assert.Throws<ConfigurationException>(() => shutdown.AddTask("no-such", "x", () => Note("x")));
        Assert.Equal(TimeSpan.FromSeconds(10), shutdown.Timeout(CoordinatedShutdown.PhaseClusterExiting));
        Assert.Equal(TimeSpan.FromSeconds((9 * 5) + (3 * 10)), shutdown.TotalTimeout);
        await system.Terminate().WaitAsync(Limit);
    }

    private static ActorSystem Create(string settings = "") => ActorSystem.Create(
        "shutdown",
        $"akka {{ stdout-loglevel = OFF, loglevel = OFF, coordinated-shutdown {{ {settings}\n }} }}");

    private Task<Done> Note(string what)
    {
        _ran.Enqueue(what);
        return Task.FromResult(Done.Instance);
    }
}
