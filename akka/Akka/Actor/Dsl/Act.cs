namespace Akka.Actor.Dsl;

/// <summary>The actor behind <see cref="IActorDsl"/>.</summary>
public sealed class Act : ReceiveActor, IActorDsl
{
    public Act(Action<IActorDsl> config) => config(this);

    public Act(Action<IActorDsl, IActorContext> config) => config(this, Context);

    public Action<Exception, IActorContext>? OnPostRestart { get; set; }

    public Action<Exception, object, IActorContext>? OnPreRestart { get; set; }

    public Action<IActorContext>? OnPostStop { get; set; }

    public Action<IActorContext>? OnPreStart { get; set; }

    public SupervisorStrategy? Strategy { get; set; }

    public void Receive<T>(Action<T, IActorContext> handler) => base.Receive<T>(m => handler(m, Context));

    public void Receive<T>(Action<T, IActorContext> handler, Predicate<T> shouldHandle) =>
        base.Receive<T>(m => handler(m, Context), shouldHandle);

    public void Receive<T>(Predicate<T> shouldHandle, Action<T, IActorContext> handler) =>
        base.Receive<T>(m => handler(m, Context), shouldHandle);

    public void ReceiveAny(Action<object, IActorContext> handler) => base.ReceiveAny(m => handler(m, Context));

    public void ReceiveAsync<T>(Func<T, IActorContext, Task> handler, Predicate<T>? shouldHandle = null) =>
        base.ReceiveAsync<T>(m => handler(m, Context), shouldHandle);

    public void ReceiveAsync<T>(Predicate<T> shouldHandle, Func<T, IActorContext, Task> handler) =>
        base.ReceiveAsync<T>(m => handler(m, Context), shouldHandle);

    public void ReceiveAnyAsync(Func<object, IActorContext, Task> handler) =>
        base.ReceiveAnyAsync(m => handler(m, Context));

    public void DefaultPreRestart(Exception reason, object message) => base.PreRestart(reason, message);

    public void DefaultPostRestart(Exception reason) => base.PostRestart(reason);

    public void DefaultPreStart() => base.PreStart();

    public void DefaultPostStop() => base.PostStop();

    public void Become(Action<object, IActorContext> handler) => Context.Become(Always(handler));

    public void BecomeStacked(Action<object, IActorContext> handler) => Context.BecomeStacked(Always(handler));

    void IActorDsl.UnbecomeStacked() => base.UnbecomeStacked();

    public IActorRef ActorOf(Action<IActorDsl> config, string? name = null) => Context.ActorOf(config, name);

    protected override void PreStart() => Run(OnPreStart, DefaultPreStart);

    protected override void PostStop() => Run(OnPostStop, DefaultPostStop);

    protected override void PreRestart(Exception reason, object message)
    {
        if (OnPreRestart is null)
        {
            base.PreRestart(reason, message);
        }
        else
        {
            OnPreRestart(reason, message, Context);
        }
    }

    protected override void PostRestart(Exception reason)
    {
        if (OnPostRestart is null)
        {
            base.PostRestart(reason);
        }
        else
        {
            OnPostRestart(reason, Context);
        }
    }

    protected override SupervisorStrategy SupervisorStrategy() => Strategy ?? base.SupervisorStrategy();

    private static Receive Always(Action<object, IActorContext> handler) => message =>
    {
        handler(message, Context);
        return true;
    };

    private static void Run(Action<IActorContext>? own, Action otherwise)
    {
        if (own is null)
        {
            otherwise();
        }
        else
        {
            own(Context);
        }
    }
}

public static class ActExtensions
{
    public static IActorRef ActorOf(this IActorRefFactory factory, Action<IActorDsl> config, string? name = null) =>
        factory.ActorOf(Props.Create(() => new Act(config)), name);

    public static IActorRef ActorOf(
        this IActorRefFactory factory, Action<IActorDsl, IActorContext> config, string? name = null) =>
        factory.ActorOf(Props.Create(() => new Act(config)), name);
}
