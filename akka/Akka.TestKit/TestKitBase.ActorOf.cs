using System.Linq.Expressions;
using Akka.Actor;
using Akka.Actor.Dsl;
using Akka.TestKit.Internal;

namespace Akka.TestKit;

public abstract partial class TestKitBase
{
    public IActorRef ActorOf(Props props) => Sys.ActorOf(props, null);

    public IActorRef ActorOf(Props props, string? name) => Sys.ActorOf(props, name);

    public IActorRef ActorOf<TActor>() where TActor : ActorBase, new() => Sys.ActorOf(Props.Create<TActor>(), null);

    public IActorRef ActorOf<TActor>(string? name) where TActor : ActorBase, new() =>
        Sys.ActorOf(Props.Create<TActor>(), name);

    public IActorRef ActorOf<TActor>(Expression<Func<TActor>> factory) where TActor : ActorBase =>
        Sys.ActorOf(Props.Create(factory), null);

    public IActorRef ActorOf<TActor>(Expression<Func<TActor>> factory, string? name) where TActor : ActorBase =>
        Sys.ActorOf(Props.Create(factory), name);

    public IActorRef ActorOf(Action<IActorDsl, IActorContext> configure, string? name = null) =>
        Sys.ActorOf(configure, name);

    public IActorRef ActorOf(Action<IActorDsl> configure, string? name = null) => Sys.ActorOf(configure, name);

    public ActorSelection ActorSelection(ActorPath actorPath) => Sys.ActorSelection(actorPath);

    public ActorSelection ActorSelection(string actorPath) => Sys.ActorSelection(actorPath);

    public ActorSelection ActorSelection(IActorRef anchorRef, string actorPath) =>
        Sys.ActorSelection(anchorRef, actorPath);

    public TestActorRef<TActor> ActorOfAsTestActorRef<TActor>(Props props, IActorRef? supervisor, string? name = null)
        where TActor : ActorBase => new(Sys, props, supervisor, name);

    public TestActorRef<TActor> ActorOfAsTestActorRef<TActor>(Props props, string? name = null)
        where TActor : ActorBase => new(Sys, props, null, name);

    public TestActorRef<TActor> ActorOfAsTestActorRef<TActor>(
        Expression<Func<TActor>> factory, IActorRef? supervisor, string? name = null)
        where TActor : ActorBase => new(Sys, Props.Create(factory), supervisor, name);

    public TestActorRef<TActor> ActorOfAsTestActorRef<TActor>(Expression<Func<TActor>> factory, string? name = null)
        where TActor : ActorBase => new(Sys, Props.Create(factory), null, name);

    public TestActorRef<TActor> ActorOfAsTestActorRef<TActor>(IActorRef? supervisor, string? name = null)
        where TActor : ActorBase, new() => new(Sys, Props.Create<TActor>(), supervisor, name);

    public TestActorRef<TActor> ActorOfAsTestActorRef<TActor>(string? name = null)
        where TActor : ActorBase, new() => new(Sys, Props.Create<TActor>(), null, name);

    /// <summary>Makes a child of the test actor.</summary>
    public IActorRef ChildActorOf(
        Props props,
        string? name,
        SupervisorStrategy? supervisorStrategy,
        CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var spawned = Spawn(props, name, supervisorStrategy);
        return Blocking.Wait(spawned, TestKitSettings.DefaultTimeout)
            ? spawned.GetAwaiter().GetResult()
            : throw new TimeoutException($"the test actor has not made its child {name}");
    }

    /// <inheritdoc cref="ChildActorOf(Props, string, SupervisorStrategy, CancellationToken)"/>
    public async Task<IActorRef> ChildActorOfAsync(
        Props props,
        string? name,
        SupervisorStrategy? supervisorStrategy,
        CancellationToken cancellationToken = default) =>
        await Spawn(props, name, supervisorStrategy).WaitAsync(TestKitSettings.DefaultTimeout, cancellationToken)
            .ConfigureAwait(false);

    public IActorRef ChildActorOf(
        Props props, SupervisorStrategy supervisorStrategy, CancellationToken cancellationToken = default) =>
        ChildActorOf(props, null, supervisorStrategy, cancellationToken);

    public Task<IActorRef> ChildActorOfAsync(
        Props props, SupervisorStrategy supervisorStrategy, CancellationToken cancellationToken = default) =>
        ChildActorOfAsync(props, null, supervisorStrategy, cancellationToken);

    public IActorRef ChildActorOf(Props props, string name, CancellationToken cancellationToken = default) =>
        ChildActorOf(props, name, null, cancellationToken);

    public Task<IActorRef> ChildActorOfAsync(
        Props props, string name, CancellationToken cancellationToken = default) =>
        ChildActorOfAsync(props, name, null, cancellationToken);

    public IActorRef ChildActorOf(Props props, CancellationToken cancellationToken = default) =>
        ChildActorOf(props, null, null, cancellationToken);

    public Task<IActorRef> ChildActorOfAsync(Props props, CancellationToken cancellationToken = default) =>
        ChildActorOfAsync(props, null, null, cancellationToken);

    private Task<IActorRef> Spawn(Props props, string? name, SupervisorStrategy? strategy)
    {
        var spawned = new TaskCompletionSource<IActorRef>(TaskCreationOptions.RunContinuationsAsynchronously);
        TestActor.Tell(new TestActor.Spawn(props, name, strategy, spawned), ActorRefs.NoSender);
        return spawned.Task;
    }
}
