using Akka.Actor;
using Akka.Event;
using Xunit;

namespace Akka.Tests.Actor;

public sealed class SelectionTests : SimulatedTest
{
    private readonly IActorRef _parent;
    private readonly List<IActorRef> _children = [];

    public SelectionTests()
    {
        _parent = Start(
            new Script
            {
                OnMessage = (c, m) => Log.Add($"{c.Self.Path.Name} {m}"),
                OnStart = c =>
                {
                    foreach (var name in new[] { "a1", "a2", "b1" })
                    {
                        _children.Add(c.ActorOf(
                            new Script { OnMessage = (d, m) => Log.Add($"{d.Self.Path.Name} {m}") }.Props, name));
                    }
                },
            },
            "p");
        Run();
    }

    [Theory]
    [InlineData("/user/p/a1", "a1")]
    [InlineData("akka://test/user/p/a1", "a1")]
    [InlineData("/user/p/a1/../b1", "b1")]
    [InlineData("/user/p/a*", "a1 a2")]
    [InlineData("/user/p/?1", "a1 b1")]
    [InlineData("/user/*/b1", "b1")]
    [InlineData("user/p", "p")]
    [InlineData("/user/p/**", "a1 a2 b1")]
    [InlineData("/user/**", "a1 a2 b1 p")]
    [InlineData("/user/p/a1/**", "")]
    public void A_selection_tells_all_that_fit(string path, string expected)
    {
        System.ActorSelection(path).Tell("m");
        Run();
        Assert.Equal(expected, string.Join(' ', Log.Select(note => ((string)note).Split(' ')[0]).Order()));
    }

    [Fact]
    public void A_relative_selection_starts_at_the_actor()
    {
        _parent.Tell((Action<IUntypedActorContext>)(c => c.ActorSelection("a2").Tell("down")));
        _children[0].Tell((Action<IUntypedActorContext>)(c => c.ActorSelection("../b1").Tell("across")));
        Run();
        Assert.Equal(["a2 down", "b1 across"], Log.Order());
    }

    [Fact]
    public async Task ResolveOne_gives_the_reference()
    {
        var found = System.ActorSelection("/user/p/a1").ResolveOne(TimeSpan.FromSeconds(1));
        Run();
        Assert.Equal(_children[0], await found);
    }

    [Fact]
    public async Task ResolveOne_of_nothing_is_not_found()
    {
        var absent = System.ActorSelection("/user/p/none").ResolveOne(TimeSpan.FromSeconds(1));
        Run();
        await Assert.ThrowsAsync<ActorNotFoundException>(() => absent);
    }

    [Fact]
    public void Identify_is_answered_by_every_one_that_fits_and_once_for_none()
    {
        var probe = Probe();
        System.ActorSelection("/user/p/a*").Tell(new Identify(1), probe);
        Run();
        Assert.Equal(_children.Take(2), Log.Cast<ActorIdentity>().Select(i => i.Subject).OrderBy(s => s.Path.Name));
        Log.Clear();
        System.ActorSelection("/user/none").Tell(new Identify(2), probe);
        Run();
        Assert.Equal((2, null), (Last<ActorIdentity>().MessageId, Last<ActorIdentity>().Subject));
    }

    [Fact]
    public void A_dead_reference_answers_Identify_with_nobody()
    {
        var probe = Probe();
        System.Stop(_children[0]);
        Run();
        _children[0].Tell(new Identify("id"), probe);
        Run();
        Assert.Same(ActorRefs.Nobody, Last<ActorIdentity>().Subject);
    }

    [Fact]
    public void Only_the_last_element_can_stand_for_every_depth() =>
        Assert.Throws<IllegalActorNameException>(() => System.ActorSelection("/user/**/a1"));

    [Theory]
    [InlineData("")]
    [InlineData("http://elsewhere/user")]
    [InlineData("deadLetters")]
    public void What_names_no_actor_answers_Identify_with_nobody(string path)
    {
        System.ActorSelection(path).Tell(new Identify("id"), Probe());
        Run();
        Assert.Same(ActorRefs.Nobody, Last<ActorIdentity>().Subject);
    }

    [Theory]
    [InlineData("/user/p/a1/*", true)]
    [InlineData("/user/p/a1/*/x", true)]
    [InlineData("/user/p/b?/*", true)]
    [InlineData("/user/p/a*/*", false)]
    [InlineData("/user/p/a*/x", false)]
    public void A_path_that_leads_nowhere_answers_unless_it_branched_before(string path, bool answers)
    {
        System.ActorSelection(path).Tell(new Identify("id"), Probe());
        Run();
        Assert.Equal(answers ? 1 : 0, Log.Count);
    }

    [Fact]
    public void Above_the_root_is_the_root()
    {
        System.ActorSelection("/user/p/../../../..").Tell(new Identify("id"), Probe());
        Run();
        Assert.Equal("/", Last<ActorIdentity>().Subject!.Path.ToStringWithoutAddress());
    }

    [Fact]
    public void Mail_to_a_path_without_actor_is_a_dead_letter_for_that_path()
    {
        var probe = Probe();
        System.EventStream.Subscribe(probe, typeof(DeadLetter));
        System.ActorSelection("/user/none/x").Tell("m");
        Run();
        Assert.Equal("akka://test/user/none/x", Last<DeadLetter>().Recipient!.Path.ToString());
    }

    [Fact]
    public void A_path_with_uid_means_that_incarnation()
    {
        var old = _children[0];
        System.Stop(old);
        Run();
        _parent.Tell((Action<IUntypedActorContext>)(c =>
            c.ActorOf(new Script { OnMessage = (d, m) => Log.Add(m) }.Props, "a1")));
        Run();
        System.ActorSelection(old.Path.ToSerializationFormat()).Tell("to the old one");
        System.ActorSelection(old.Path.ToString()).Tell("to whoever is there");
        Run();
        Assert.Equal(["to whoever is there"], Log);
    }

    [Theory]
    [InlineData("akka://sys/user/a", true)]
    [InlineData("akka.tcp://sys@host:2552/user/a", true)]
    [InlineData("akka://sys", true)]
    [InlineData("/user/a", false)]
    [InlineData("akka:///user", false)]
    [InlineData("akka.tcp://sys@host:notaport/", false)]
    [InlineData("http://example.com/", false)]
    public void Paths_are_parsed(string text, bool isPath) => Assert.Equal(isPath, ActorPath.TryParse(text, out _));

    [Fact]
    public void Paths_compare_without_uid_and_show_what_they_are_asked_to()
    {
        var root = new RootActorPath(new Address("akka", "sys"));
        var path = root / "user" / "a";
        Assert.Equal(path, path.WithUid(5));
        Assert.Equal("akka://sys/user/a", path.WithUid(5).ToString());
        Assert.Equal("akka://sys/user/a#5", path.WithUid(5).ToSerializationFormat());
        Assert.Equal("/user/a", path.ToStringWithoutAddress());
        Assert.Equal("akka.tcp://s@h:1/user/a", path.ToStringWithAddress(new Address("akka.tcp", "s", "h", 1)));
        Assert.Equal(["user", "a"], path.Elements);
        Assert.Equal("/", root.ToStringWithoutAddress());
        Assert.NotEqual(path, new RootActorPath(new Address("akka", "other")) / "user" / "a");
        Assert.Equal(path.Parent, path.ParentOf(-1));
    }
}
