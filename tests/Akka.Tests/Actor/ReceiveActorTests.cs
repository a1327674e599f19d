using Akka.Actor;
using Akka.Event;
using Xunit;

namespace Akka.Tests.Actor;

public sealed class ReceiveActorTests : SimulatedTest
{
    [Fact]
    public void The_first_handler_that_fits_is_taken()
    {
        var actor = System.ActorOf(Props.Create(() => new Table(Log)));
        foreach (object m in new object[] { "even", 4, 5, 2.5, 'c', "x" })
        {
            actor.Tell(m);
        }

        Run();
        Assert.Equal(["s even", "even 4", "int 5", "double 2.5", "any c", "s x"], Log);
    }

    [Fact]
    public void What_no_handler_takes_is_unhandled()
    {
        var probe = Probe();
        System.EventStream.Subscribe(probe, typeof(UnhandledMessage));
        System.ActorOf(Props.Create(() => new Narrow())).Tell("text");
        Run();
        Assert.Equal("text", Last<UnhandledMessage>().Message);
    }

    [Fact]
    public void Become_declares_other_handlers_and_unbecome_goes_back()
    {
        var actor = System.ActorOf(Props.Create(() => new Switching(Log)));
        foreach (var m in new[] { "a", "stack", "b", "back", "c", "replace", "d" })
        {
            actor.Tell(m);
        }

        Run();
        Assert.Equal(["first a", "second b", "first c", "third d"], Log);
    }

    [Fact]
    public void Unbecome_finds_the_first_behaviour_however_often_it_was_replaced()
    {
        var actor = System.ActorOf(Props.Create(() => new Replacing(Log)));
        foreach (var m in new[] { "replace", "replace", "back", "x", "back", "y" })
        {
            actor.Tell(m);
        }

        Run();
        Assert.Equal(["first x", "first y"], Log);
    }

    [Fact]
    public void A_constructor_can_become_another_behaviour_at_once()
    {
        System.ActorOf(Props.Create(() => new Early(Log))).Tell("x");
        Run();
        Assert.Equal(["became x"], Log);
    }

    [Fact]
    public void Handlers_cannot_be_declared_later_nor_after_one_that_takes_all()
    {
        System.ActorOf(Props.Create(() => new Wrong(Log))).Tell("x");
        Run();
        Assert.Equal([typeof(InvalidOperationException), typeof(InvalidOperationException)], Log);
    }

    private sealed class Table : ReceiveActor
    {
        public Table(List<object> log)
        {
            Receive<int>(n => n % 2 == 0, n => log.Add($"even {n}"));
            Receive<int>(n => log.Add($"int {n}"));
            Receive<double>(_ => false, _ => log.Add("never"));
            Receive<double>(_ => false);
            var (number, text) = (typeof(double), typeof(string));
            Receive(number, d => log.Add(FormattableString.Invariant($"double {d}")));
            Receive(text, s => log.Add($"s {s}"), s => s is string);
            ReceiveAny(m => log.Add($"any {m}"));
        }
    }

    private sealed class Narrow : ReceiveActor
    {
        public Narrow() => Receive<int>(_ => { });
    }

    private sealed class Switching : ReceiveActor
    {
        public Switching(List<object> log)
        {
            Receive<string>(m => m == "stack", _ => BecomeStacked(() =>
            {
                Receive<string>(m => m == "back", _ => UnbecomeStacked());
                Receive<string>(m => log.Add("second " + m));
            }));
            Receive<string>(m => m == "replace", _ => Become(() => ReceiveAny(m => log.Add("third " + m))));
            Receive<string>(m => log.Add("first " + m));
        }
    }

    private sealed class Replacing : ReceiveActor
    {
        public Replacing(List<object> log)
        {
            Common();
            Receive<string>(m => log.Add("first " + m));

            void Common()
            {
                Receive<string>(m => m == "back", _ => UnbecomeStacked());
                Receive<string>(m => m == "replace", _ => Become(Common));
            }
        }
    }

    private sealed class Early : ReceiveActor
    {
        public Early(List<object> log)
        {
            ReceiveAny(m => log.Add("first " + m));
            Become(() => ReceiveAny(m => log.Add("became " + m)));
        }
    }

    private sealed class Wrong : ReceiveActor
    {
        public Wrong(List<object> log)
        {
            ReceiveAny(_ => log.Add(Record.Exception(() => Receive<int>(_ => { }))!.GetType()));
            log.Add(Record.Exception(() => Receive<int>(_ => { }))!.GetType());
        }
    }
}
