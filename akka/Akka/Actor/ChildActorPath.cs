namespace Akka.Actor;

/// <summary>Any path below a root.</summary>
public sealed class ChildActorPath : ActorPath
{
    /// <summary>Makes a child's path.</summary>
    public ChildActorPath(ActorPath parentPath, string name, long uid)
        : base(parentPath, name, uid)
    {
    }

    /// <inheritdoc />
    public override ActorPath WithUid(long uid) => uid == Uid ? this : new ChildActorPath(Parent, Name, uid);
}
