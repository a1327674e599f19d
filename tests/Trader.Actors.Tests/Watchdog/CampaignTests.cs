using Trader.Actors.Watchdog;
using Trader.Messages;
using Xunit;
using static Trader.Actors.Tests.Documented;

namespace Trader.Actors.Tests.Watchdog;

/// <summary>How long the watchdog insists (S10; E27, E28, E45; X5, X6, X8j).</summary>
[Trait("rule", "S10")]
public sealed class CampaignTests
{
    private readonly Campaign campaign = new(Documented.Watchdog, "WHY");

    public CampaignTests() => campaign.Raise(Event("a"), TimeSpan.Zero);

    [Fact]
    public void An_event_that_reached_nobody_is_sent_again_and_never_replaced()
    {
        for (var s = 0.2; s < 120; s += 0.2)
        {
            Assert.Equal(CampaignStep.Send, campaign.Next(Seconds(s)));
            campaign.OnSent(Seconds(s));
        }

        Assert.Equal(1, campaign.Raised);
    }

    [Fact]
    public void A_published_event_without_completion_is_replaced_after_ten_seconds()
    {
        campaign.OnPublished(Event("a"), Seconds(1));

        Assert.Equal(CampaignStep.Wait, campaign.Next(Seconds(10.9)));
        Assert.Equal(CampaignStep.RaiseFresh, campaign.Next(Seconds(11)));
    }

    [Fact]
    public void A_standstill_of_the_watchdog_is_no_time_of_the_event_once()
    {
        campaign.OnPublished(Event("a"), Seconds(1));
        campaign.StoodStill(Seconds(20));

        Assert.Equal(CampaignStep.Wait, campaign.Next(Seconds(30.9)));
        campaign.StoodStill(Seconds(20));
        Assert.Equal(CampaignStep.RaiseFresh, campaign.Next(Seconds(31)));
    }

    [Fact]
    public void A_completion_that_names_failures_is_answered_by_a_fresh_event()
    {
        campaign.OnPublished(Event("a"), Seconds(1));
        campaign.OnCompleted(Completion("a", failed: 1), Seconds(2));

        Assert.Equal(CampaignStep.Wait, campaign.Next(Seconds(2.9)));
        Assert.Equal(CampaignStep.RaiseFresh, campaign.Next(Seconds(3)));
    }

    [Fact]
    public void After_three_events_it_alarms_once_and_waits_for_a_person()
    {
        var now = 0.0;
        foreach (var id in new[] { "b", "c" })
        {
            campaign.OnPublished(campaign.Current!, Seconds(now));
            now += 10;
            Assert.Equal(CampaignStep.RaiseFresh, campaign.Next(Seconds(now)));
            campaign.Raise(Event(id), Seconds(now));
        }

        campaign.OnPublished(campaign.Current!, Seconds(now));
        Assert.Equal(CampaignStep.Alarm, campaign.Next(Seconds(now + 10)));
        Assert.Equal(CampaignStep.Wait, campaign.Next(Seconds(now + 60)));
        Assert.True(campaign.Exhausted);
    }

    [Fact]
    public void A_flat_completion_of_any_of_its_events_ends_it()
    {
        campaign.OnPublished(Event("a"), Seconds(1));
        campaign.Raise(Event("b"), Seconds(11));
        campaign.OnPublished(Event("b"), Seconds(11));
        campaign.OnCompleted(Completion("a", failed: 0), Seconds(12));

        Assert.True(campaign.Flat);
        Assert.Equal(CampaignStep.Wait, campaign.Next(Seconds(60)));
    }

    [Fact]
    public void Somebody_elses_completion_ends_nothing()
    {
        campaign.OnCompleted(Completion("other", failed: 0), Seconds(1));

        Assert.False(campaign.Flat);
    }

    [Fact]
    public void A_worker_that_says_it_is_running_is_given_time_but_not_for_ever()
    {
        campaign.OnPublished(Event("a"), TimeSpan.Zero);
        for (var s = 1; s < 60; s++)
        {
            campaign.OnProgress(Seconds(s));
            Assert.Equal(CampaignStep.Wait, campaign.Next(Seconds(s + 0.5)));
        }

        campaign.OnProgress(Seconds(60));
        Assert.Equal(CampaignStep.RaiseFresh, campaign.Next(Seconds(60.5)));
    }

    [Fact]
    public void An_event_executed_by_link_is_still_published_when_redis_returns()
    {
        campaign.OnDelivered(Event("a"), Seconds(0.1));
        campaign.OnCompleted(Completion("a", failed: 0), Seconds(0.5));

        Assert.Equal(CampaignStep.Send, campaign.Next(Seconds(30)));
        campaign.OnPublished(Event("a"), Seconds(30));
        Assert.Equal(CampaignStep.Wait, campaign.Next(Seconds(31)));
    }

    private static PanicCompletion Completion(string id, int failed) =>
        new(Event(id), 3, 3 - failed, [.. Enumerable.Repeat("X", failed)], 1, 2);
}
