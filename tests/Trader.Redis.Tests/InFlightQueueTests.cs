using Xunit;

namespace Trader.Redis.Tests;

/// <summary>The rules of time, with time as a number.</summary>
public sealed class InFlightQueueTests
{
    private static readonly RedisOptions Options = new();

    [Fact]
    public void An_idle_connection_to_a_dead_server_ends_within_two_seconds()
    {
        InFlightQueue queue = new(Options);
        queue.Received(Ms(10_000));
        Assert.False(queue.WantsPing(Ms(10_499)));
        Assert.True(queue.WantsPing(Ms(10_500)));

        InFlight ping = queue.Add(Ms(10_500), Ms(Options.PingDeadlineMs), isPing: true);

        Assert.Null(queue.Judge(Ms(11_499)));
        Assert.Equal(RedisDownReason.Silent, queue.Judge(Ms(11_500))?.Reason);
        Assert.True(ping.Task.IsCompleted);
        Assert.True(Options.PingIntervalMs + Options.PingDeadlineMs < 2000);
    }

    [Fact]
    public void A_busy_connection_to_a_dead_server_ends_within_two_seconds_however_patient_its_callers()
    {
        InFlightQueue queue = new(Options);
        queue.Add(Ms(1000), TimeSpan.FromMinutes(1), isPing: false);
        queue.Received(Ms(1200));
        queue.Add(Ms(1300), TimeSpan.FromMinutes(1), isPing: false);

        Assert.Null(queue.Judge(Ms(1200 + Options.SilenceLimitMs - 1)));
        Assert.Equal(RedisDownReason.Silent, queue.Judge(Ms(1200 + Options.SilenceLimitMs))?.Reason);
        Assert.True(Options.SilenceLimitMs < 2000);
        StreamOptions stream = new();
        Assert.True(stream.ForBlocking(Options).SilenceLimitMs < 2000);
        Assert.True(stream.ForBlocking(Options).SilenceLimitMs > stream.BlockMs);
    }

    [Fact]
    public void A_command_times_out_at_its_deadline_and_leaves_the_connection_to_the_others()
    {
        InFlightQueue queue = new(Options);
        InFlight impatient = queue.Add(Ms(0), Ms(20), isPing: false);
        InFlight patient = queue.Add(Ms(0), Ms(900), isPing: false);

        Assert.Null(queue.Judge(Ms(19)));
        Assert.False(impatient.Task.IsCompleted);
        Assert.Null(queue.Judge(Ms(20)));

        Assert.True(impatient.Task.IsCompleted);
        Assert.False(patient.Task.IsCompleted);
        Assert.True(queue.TryTake(out InFlight? oldest));
        Assert.Same(impatient, oldest);
    }

    [Theory]
    [InlineData(20, 520)]
    [InlineData(400, 900)]
    [InlineData(700, 1400)]
    public void A_server_that_drips_is_given_up_when_the_oldest_is_hopeless(int deadlineMs, int endsAtMs)
    {
        InFlightQueue queue = new(Options);
        queue.Add(Ms(0), Ms(deadlineMs), isPing: false);
        queue.Received(Ms(endsAtMs - 1));

        Assert.Null(queue.Judge(Ms(endsAtMs - 1)));
        Assert.Equal(RedisDownReason.Overdue, queue.Judge(Ms(endsAtMs))?.Reason);
    }

    [Fact]
    public void The_next_look_is_the_first_moment_at_which_there_is_something_to_say()
    {
        InFlightQueue queue = new(Options);
        Assert.Equal(Ms(500), queue.NextLook(Ms(0)));

        queue.Add(Ms(0), Ms(900), isPing: false);
        queue.Add(Ms(0), Ms(300), isPing: false);
        Assert.Equal(Ms(300), queue.NextLook(Ms(0)));

        queue.Judge(Ms(300));
        Assert.Equal(Ms(900), queue.NextLook(Ms(300)));
        queue.Judge(Ms(900));
        Assert.Equal(Ms(1500), queue.NextLook(Ms(900)));
        Assert.Equal(Ms(1504), queue.NextLook(Ms(1499)));
    }

    [Fact]
    public void Waits_double_up_to_the_cap_and_are_cut_by_at_most_half()
    {
        BackOff backOff = new(Ms(50), Ms(2000), new Random(1));
        foreach (int whole in (int[])[50, 100, 200, 400, 800, 1600, 2000, 2000])
        {
            Assert.InRange(backOff.Next(), Ms(whole) / 2, Ms(whole));
        }

        backOff.Reset();
        Assert.InRange(backOff.Next(), Ms(25), Ms(50));
    }

    private static TimeSpan Ms(int value) => TimeSpan.FromMilliseconds(value);
}
