namespace Akka.Actor;

/// <summary>The root of a tree.</summary>
public sealed class RootActorPath : ActorPath
{
    /// <summary>Makes a root.</summary>
    public RootActorPath(Address address, string name = "/")
        : base(address, name)
    {
    }

    /// <inheritdoc />
    public override ActorPath WithUid(long uid) => uid == UndefinedUid
        ? this
        : throw new NotSupportedException("RootActorPath must have undefined Uid");
}
