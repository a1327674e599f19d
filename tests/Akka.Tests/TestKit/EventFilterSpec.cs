using System.Text.RegularExpressions;
using Akka.Actor;
using Akka.Event;
using Xunit;
using Xunit.Sdk;

namespace Akka.Tests.TestKit;

public class EventFilterSpec : Akka.TestKit.Xunit2.TestKit
{
    public EventFilterSpec() : base("akka { loglevel = DEBUG, test.filter-leeway = 1s }")
    {
    }

    [Fact]
    public void A_filter_matches_by_level_and_text()
    {
        EventFilter.Info("exact").ExpectOne(() => Log.Info("exact"));
        EventFilter.Warning(start: "begins").ExpectOne(() => Log.Warning("begins here"));
        EventFilter.Error(contains: "mid").ExpectOne(() => Log.Error("in the middle"));
        EventFilter.Debug(new Regex("^a+$")).ExpectOne(() => Log.Debug("aaa"));
        EventFilter.Exception<InvalidOperationException>("no").ExpectOne(
            () => Log.Error(new InvalidOperationException("no"), "failed"));
    }

    [Fact]
    public async Task The_count_must_be_met_and_not_exceeded()
    {
        await EventFilter.Info().ExpectAsync(2, () =>
        {
            Log.Info("one");
            Log.Info("two");
            return Task.CompletedTask;
        });
        var few = Assert.Throws<FailException>(() => EventFilter.Info("never logged").Expect(
            1, TimeSpan.FromMilliseconds(50), () => { }));
        Assert.Contains("Timeout (00:00:00.0500000): 0 of 1 log events came", few.Message, StringComparison.Ordinal);
        Assert.Contains("never logged", few.Message, StringComparison.Ordinal);
        var many = Assert.Throws<FailException>(() => EventFilter.Info("twice").ExpectOne(() =>
        {
            Log.Info("twice");
            Log.Info("twice");
        }));
        Assert.Contains("2 came", many.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_source_is_an_actors_path()
    {
        var actor = ActorOf(dsl => dsl.ReceiveAny((m, context) => context.GetLogger().Info("{0} here", m)), "source");
        EventFilter.Info("x here", source: actor.Path.ToString()).ExpectOne(() => actor.Tell("x"));
        EventFilter.Info("y here", source: "/user/source").ExpectOne(() => actor.Tell("y"));
    }

    [Fact]
    public void Dead_letters_pass_through_filters_as_warnings_and_unhandled_messages_as_their_info_line()
    {
        var dead = ActorOf(_ => { }, "dead");
        Watch(dead);
        Sys.Stop(dead);
        ExpectTerminated(dead);
        EventFilter.DeadLetter<string>(s => s == "lost").ExpectOne(() => dead.Tell("lost"));
        var deaf = ActorOf(dsl => dsl.Receive<int>((_, _) => { }));
        EventFilter.Info(contains: "was unhandled").ExpectOne(() => deaf.Tell("unheard"));
        EventFilter.Warning().Expect(0, () => deaf.Tell("unheard"));
    }

    [Fact]
    public void Filters_are_joined_by_And()
    {
        EventFilter.Info("a").And.Warning("b").Expect(2, () =>
        {
            Log.Info("a");
            Log.Warning("b");
        });
    }
}
