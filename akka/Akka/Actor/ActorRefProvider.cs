namespace Akka.Actor;

/// <summary>Finds and makes the references of one system.</summary>
public interface IActorRefProvider
{
    /// <summary>The root of all.</summary>
    IInternalActorRef RootGuardian { get; }

    /// <summary>The supervisor of <c>/user</c> actors.</summary>
    LocalActorRef Guardian { get; }

    /// <summary>The supervisor of <c>/system</c> actors.</summary>
    LocalActorRef SystemGuardian { get; }

    /// <summary>The dead letters.</summary>
    IActorRef DeadLetters { get; }

    /// <summary>Swallows what it is told.</summary>
    IActorRef IgnoreRef { get; }

    /// <summary>The path of the root.</summary>
    ActorPath RootPath { get; }

    /// <summary>The settings.</summary>
    Settings Settings { get; }

    /// <summary>The address of this system.</summary>
    Address DefaultAddress { get; }

    /// <summary>Completes when every actor has stopped.</summary>
    Task TerminationTask { get; }

    /// <summary>A fresh path for a short-lived reference.</summary>
    ActorPath TempPath();

    /// <summary>Makes a short-lived reference findable.</summary>
    void RegisterTempActor(IInternalActorRef actorRef, ActorPath path);

    /// <summary>Forgets a short-lived reference.</summary>
    void UnregisterTempActor(ActorPath path);

    /// <summary>The actor under a path; dead letters with that path when there is none.</summary>
    IActorRef ResolveActorRef(string path);

    /// <summary>The actor under a path; dead letters with that path when there is none.</summary>
    IActorRef ResolveActorRef(ActorPath actorPath);
}
