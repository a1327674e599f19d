using Akka.Actor;

namespace Trader.Actors.Disk;

/// <summary>Who watches the latch, over all lives of one gateway. Touched by that actor alone.</summary>
public sealed class EssWatchers
{
    internal HashSet<IActorRef> Latch { get; } = [];

    internal HashSet<IActorRef> Files { get; } = [];

    internal IEnumerable<IActorRef> All => Latch.Union(Files);

    internal void Remove(IActorRef gone)
    {
        Latch.Remove(gone);
        Files.Remove(gone);
    }
}
