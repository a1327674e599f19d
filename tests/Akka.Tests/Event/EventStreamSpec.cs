using Akka.Actor;
using Akka.Event;
using Xunit;

namespace Akka.Tests.Event;

public class EventStreamSpec : Akka.TestKit.Xunit2.TestKit
{
    [Fact]
    public void A_subscriber_gets_the_class_its_subclasses_and_implementations()
    {
        var bus = new EventStream(false);
        Assert.True(bus.Subscribe(TestActor, typeof(Animal)));
        Assert.True(bus.Subscribe(TestActor, typeof(ILoud)));
        var (dog, fish, horn) = (new Dog(), new Fish(), new Horn());
        bus.Publish(dog);
        bus.Publish(fish);
        bus.Publish(horn);
        bus.Publish("other");
        Assert.Equal([dog, fish, horn], ReceiveN(3));
        Assert.False(HasMessages);
    }

    [Fact]
    public void A_subscription_already_covered_is_refused()
    {
        var bus = new EventStream(false);
        Assert.True(bus.Subscribe(TestActor, typeof(Dog)));
        Assert.False(bus.Subscribe(TestActor, typeof(Dog)));
        Assert.True(bus.Subscribe(TestActor, typeof(Animal)));
        Assert.False(bus.Subscribe(TestActor, typeof(Fish)));
        bus.Publish(new Dog());
        Assert.Single(ReceiveN(1));
        Assert.False(HasMessages);
    }

    [Fact]
    public void Unsubscribing_from_a_subclass_leaves_the_rest()
    {
        var bus = new EventStream(false);
        bus.Subscribe(TestActor, typeof(Animal));
        Assert.True(bus.Unsubscribe(TestActor, typeof(Dog)));
        Assert.False(bus.Unsubscribe(TestActor, typeof(string)));
        bus.Publish(new Puppy());
        var fish = new Fish();
        bus.Publish(fish);
        ExpectMsg<Animal>(a => ReferenceEquals(a, fish));
        Assert.True(bus.Subscribe(TestActor, typeof(Dog)));
        bus.Publish(new Puppy());
        ExpectMsg<Puppy>();
    }

    [Fact]
    public void Unsubscribing_altogether_ends_all()
    {
        var bus = new EventStream(false);
        bus.Subscribe(TestActor, typeof(Animal));
        bus.Subscribe(TestActor, typeof(string));
        Assert.True(bus.Unsubscribe(TestActor));
        Assert.False(bus.Unsubscribe(TestActor));
        bus.Publish("x");
        bus.Publish(new Dog());
        Assert.False(HasMessages);
    }

    [Fact]
    public void Null_is_refused()
    {
        var bus = new EventStream(true);
        Assert.Throws<ArgumentNullException>(() => bus.Subscribe(null!, typeof(string)));
        Assert.Throws<ArgumentNullException>(() => bus.Unsubscribe(null!));
        Assert.Throws<ArgumentNullException>(() => bus.Unsubscribe(null!, typeof(string)));
    }

    [Fact]
    public void A_dead_letter_says_what_who_and_whom()
    {
        var probe = CreateTestProbe();
        Sys.EventStream.Subscribe(probe.Ref, typeof(AllDeadLetters));
        var dead = ActorOf(_ => { }, "dead");
        Watch(dead);
        Sys.Stop(dead);
        ExpectTerminated(dead);
        dead.Tell("lost");
        var letter = probe.ExpectMsg<DeadLetter>();
        Assert.Equal(("lost", TestActor, dead.Path), (letter.Message, letter.Sender, letter.Recipient!.Path));
        dead.Tell(new Quiet());
        probe.ExpectMsg<SuppressedDeadLetter>(s => s.Message is Quiet);
    }

    [Fact]
    public void The_subscription_ends_with_the_subscriber()
    {
        var subscriber = ActorOf(_ => { });
        Assert.True(Sys.EventStream.Subscribe(subscriber, typeof(Dog)));
        Watch(subscriber);
        Sys.Stop(subscriber);
        ExpectTerminated(subscriber);
        AwaitAssert(() => Assert.False(Sys.EventStream.Unsubscribe(subscriber)));
    }

    [Fact]
    public void A_subscriber_that_has_stopped_is_not_subscribed_and_does_no_harm()
    {
        var subscriber = ActorOf(_ => { });
        Watch(subscriber);
        Sys.Stop(subscriber);
        ExpectTerminated(subscriber);
        Sys.EventStream.Subscribe(subscriber, typeof(AllDeadLetters));
        Assert.False(Sys.EventStream.Unsubscribe(subscriber));
        Sys.EventStream.Subscribe(TestActor, typeof(AllDeadLetters));
        subscriber.Tell(new DeadLetter("x", TestActor, subscriber));
        ExpectNoMsg(TimeSpan.FromMilliseconds(20));
    }

    private interface ILoud
    {
    }

    private class Animal
    {
    }

    private class Dog : Animal, ILoud
    {
    }

    private sealed class Puppy : Dog
    {
    }

    private sealed class Fish : Animal
    {
    }

    private sealed class Horn : ILoud
    {
    }

    private sealed class Quiet : IDeadLetterSuppression
    {
    }
}
