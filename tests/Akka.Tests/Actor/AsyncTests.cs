using Akka.Actor;
using Xunit;

namespace Akka.Tests.Actor;

public sealed class AsyncTests : SimulatedTest
{
    private readonly TaskCompletionSource<string> _gate = new();

    [Fact]
    public void User_mail_waits_while_asynchronous_work_is_running()
    {
        var actor = Working();
        actor.Tell("work");
        actor.Tell("other");
        Run();
        Assert.Equal(["begin"], Log);
        _gate.SetResult("x");
        Run();
        Assert.Equal(["begin", "end x", "other"], Log);
    }

    [Fact]
    public void Continuations_see_Self_Sender_and_Context()
    {
        var probe = Probe();
        var actor = Working();
        actor.Tell("who", probe);
        Run();
        _gate.SetResult("x");
        Run();
        Assert.Equal([actor, probe, actor, "reply"], Log);
    }

    [Fact]
    public void A_failure_after_an_await_goes_to_the_supervisor_with_its_message()
    {
        var actor = Working();
        actor.Tell("break");
        actor.Tell("other");
        Run();
        _gate.SetResult("x");
        Run();
        Assert.Equal(["preRestart broken x break", "other"], Log);
    }

    [Fact]
    public void A_failure_before_the_first_await_goes_there_too()
    {
        _gate.SetResult("y");
        var actor = Working();
        actor.Tell("break");
        actor.Tell("other");
        Run();
        Assert.Equal(["preRestart broken y break", "other"], Log);
    }

    [Fact]
    public void Stop_does_not_wait_for_asynchronous_work_whose_rest_still_runs()
    {
        var actor = Working();
        actor.Tell("work");
        Run();
        System.Stop(actor);
        Run();
        Assert.True(((IInternalActorRef)actor).IsTerminated);
        _gate.SetResult("late");
        Run();
        Assert.Equal(["begin", "end late"], Log);
    }

    [Fact]
    public void After_an_await_outside_of_ReceiveAsync_there_is_no_context()
    {
        Exception? failure = null;
        Action<Exception?> note = e => failure = e;
        var actor = System.ActorOf(Props.Create(() => new Careless(_gate.Task, note)));
        actor.Tell("go");
        Run();
        _gate.SetResult("x");
        Assert.IsType<NotSupportedException>(failure);
    }

    [Fact]
    public void An_untyped_actor_runs_tasks_the_same_way()
    {
        var actor = System.ActorOf(Props.Create(() => new Untyped(_gate.Task, Log)));
        actor.Tell("work");
        actor.Tell("other");
        Run();
        _gate.SetResult("x");
        Run();
        Assert.Equal(["work x", "other x"], Log);
    }

    private IActorRef Working()
    {
        var actor = System.ActorOf(Props.Create(() => new Worker(_gate.Task, Log)));
        Run();
        return actor;
    }

    private sealed class Worker : ReceiveActor
    {
        private readonly List<object> _log;

        public Worker(Task<string> gate, List<object> log)
        {
            _log = log;
            ReceiveAsync<string>(
                async _ =>
                {
                    log.Add("begin");
                    log.Add("end " + await gate);
                },
                m => m == "work");
            ReceiveAsync<string>(m => m == "who", async _ =>
            {
                await gate;
                log.Add(Self);
                log.Add(Sender);
                log.Add(Context.Self);
                Sender.Tell("reply");
            });
            var text = typeof(string);
            ReceiveAsync(text, async _ => throw new InvalidOperationException("broken " + await gate), m => m is "break");
            ReceiveAny(log.Add);
        }

        protected override void PreRestart(Exception reason, object message)
        {
            _log.Add($"preRestart {reason.Message} {message}");
            base.PreRestart(reason, message);
        }
    }

    private sealed class Careless : ReceiveActor
    {
        public Careless(Task gate, Action<Exception?> note) => ReceiveAny(_ => Continue(gate, note));

        private void Continue(Task gate, Action<Exception?> note) => gate.ContinueWith(
            _ => note(Record.Exception(() => Sender)), TaskContinuationOptions.ExecuteSynchronously);
    }

    private sealed class Untyped(Task<string> gate, List<object> log) : UntypedActor
    {
        protected override void OnReceive(object message) => RunTask(async () => log.Add($"{message} {await gate}"));
    }
}
