using Akka.Actor;
using Xunit;
using Xunit.Sdk;

namespace Akka.Tests.TestKit;

public class WithinSpec : Akka.TestKit.Xunit2.TestKit
{
    [Fact]
    public void Expectations_inside_have_what_is_left()
    {
        var failure = Assert.Throws<FailException>(
            () => Within(TimeSpan.FromMilliseconds(80), () => ExpectMsg<int>()));
        Assert.Contains("00:00:00.0", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_block_that_ends_too_early_fails()
    {
        var failure = await Assert.ThrowsAsync<TrueException>(() => WithinAsync(
            TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3), () => Task.CompletedTask, "slow work"));
        Assert.Contains("at least (slow work)", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Waiting_for_no_message_may_use_up_all_the_time() =>
        Within(TimeSpan.FromMilliseconds(50), () => ExpectNoMsg());

    [Fact]
    public void The_inner_block_ends_with_the_outer_one()
    {
        Assert.Throws<InvalidOperationException>(() => Remaining);
        Within(TimeSpan.FromSeconds(1), () =>
        {
            Within(TimeSpan.FromMinutes(1), () => Assert.True(Remaining <= TimeSpan.FromSeconds(1)));
            Assert.True(Remaining > TimeSpan.Zero);
        });
        Assert.Throws<InvalidOperationException>(() => Remaining);
    }

    [Fact]
    public void AwaitAssert_repeats_until_it_holds()
    {
        var tries = 0;
        AwaitAssert(() => Assert.Equal(3, ++tries), interval: TimeSpan.FromMilliseconds(1));
        Assert.Equal(3, tries);
    }

    [Fact]
    public void AwaitAssert_throws_the_last_failure() =>
        Assert.Throws<EqualException>(() => AwaitAssert(
            () => Assert.Equal(1, 2), TimeSpan.FromMilliseconds(30), TimeSpan.FromMilliseconds(5)));

    [Fact]
    public async Task AwaitCondition_names_what_it_waited_for()
    {
        var tries = 0;
        AwaitCondition(() => ++tries > 2, null, TimeSpan.FromMilliseconds(1));
        await AwaitConditionAsync(() => Task.FromResult(true));
        var failure = await Assert.ThrowsAsync<FailException>(() => AwaitConditionAsync(
            () => false, TimeSpan.FromMilliseconds(20), "the gate opens"));
        Assert.Contains("the gate opens", failure.Message, StringComparison.Ordinal);
    }
}

public class DilatedSpec : Akka.TestKit.Xunit2.TestKit
{
    public DilatedSpec() : base("akka.test { timefactor = 2, single-expect-default = 40ms }")
    {
    }

    [Fact]
    public void Times_are_multiplied_by_the_factor()
    {
        Assert.Equal(TimeSpan.FromSeconds(4), Dilated(TimeSpan.FromSeconds(2)));
        Assert.Equal(TimeSpan.FromMilliseconds(80), RemainingOrDefault);
        Assert.Throws<ArgumentException>(() => Dilated(TimeSpan.FromSeconds(-1)));
        TestActor.Tell("x", ActorRefs.NoSender);
        ExpectMsg("x");
    }
}
