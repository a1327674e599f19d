using Akka.Actor;
using Xunit;

namespace Akka.Tests.Actor;

public sealed class SchedulerTests : SimulatedTest
{
    private readonly IActorRef _probe;

    public SchedulerTests()
    {
        _probe = Probe();
        Run();
    }

    [Fact]
    public void ScheduleTellOnce_tells_once_with_the_given_sender()
    {
        System.Scheduler.ScheduleTellOnce(TimeSpan.FromSeconds(1), _probe, "m", _probe);
        RunFor(999);
        Assert.Empty(Log);
        RunFor(5_000);
        Assert.Equal(["m"], Log);
    }

    [Fact]
    public void ScheduleTellRepeatedlyCancelable_tells_until_cancelled()
    {
        var task = System.Scheduler.ScheduleTellRepeatedlyCancelable(
            TimeSpan.Zero, TimeSpan.FromSeconds(1), _probe, "m", ActorRefs.NoSender);
        RunFor(2_500);
        task.Cancel();
        RunFor(5_000);
        Assert.Equal(["m", "m", "m"], Log);
        Assert.Null(World.NextTimer);
    }

    [Fact]
    public void Actions_run_and_a_failing_one_is_repeated_all_the_same()
    {
        var runs = 0;
        System.Scheduler.Advanced.ScheduleRepeatedly(TimeSpan.Zero, TimeSpan.FromSeconds(1), () =>
        {
            runs++;
            throw new InvalidOperationException("action");
        });
        RunFor(2_500);
        Assert.Equal(3, runs);
    }

    [Fact]
    public void Negative_delays_and_empty_intervals_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(
            () => System.Scheduler.ScheduleTellOnce(TimeSpan.FromTicks(-1), _probe, "m", _probe));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => System.Scheduler.ScheduleTellRepeatedly(TimeSpan.Zero, TimeSpan.Zero, _probe, "m", _probe));
    }

    [Fact]
    public void A_cancelable_cancels_itself_after_a_delay_and_with_those_it_is_linked_to()
    {
        using var first = new Cancelable(System.Scheduler);
        var linked = Cancelable.CreateLinkedCancelable(System.Scheduler, first);
        first.CancelAfter(1_000);
        RunFor(999);
        Assert.False(linked.IsCancellationRequested);
        RunFor(1);
        Assert.True(first.IsCancellationRequested && linked.Token.IsCancellationRequested);
    }

    [Fact]
    public void The_receive_timeout_comes_after_idle_time_and_again()
    {
        Start(new Script
        {
            OnStart = c => c.SetReceiveTimeout(TimeSpan.FromSeconds(1)),
            OnMessage = (_, m) => Log.Add(m),
        });
        RunFor(2_500);
        Assert.Equal([ReceiveTimeout.Instance, ReceiveTimeout.Instance], Log);
    }

    [Fact]
    public void Messages_put_the_receive_timeout_off_unless_marked_not_to()
    {
        var actor = Start(new Script
        {
            OnStart = c => c.SetReceiveTimeout(TimeSpan.FromSeconds(1)),
            OnMessage = (c, m) =>
            {
                if (m is ReceiveTimeout)
                {
                    Log.Add(World.Now - global::Akka.Simulation.SimulationWorld.Epoch);
                    c.SetReceiveTimeout(null);
                }
            },
        });
        RunFor(600);
        actor.Tell("resets");
        RunFor(600);
        actor.Tell(new Ignored());
        RunFor(5_000);
        Assert.Equal([TimeSpan.FromSeconds(1.6)], Log);
    }

    private sealed class Ignored : INotInfluenceReceiveTimeout;
}
