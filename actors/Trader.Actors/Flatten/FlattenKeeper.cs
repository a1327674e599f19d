using Akka.Actor;
using Trader.Actors.Ports;
using Trader.Messages;

namespace Trader.Actors.Flatten;

/// <summary>
/// Keeps the flattener's record (S12): every event is on disk before it counts, and after a restart the record is read before anything is
/// done. Tells its parent <see cref="Ready"/> or <see cref="Lost"/>, once.
/// </summary>
internal sealed class FlattenKeeper : ReceiveActor
{
    /// <summary>Asks for an event to be kept. Reply: <see cref="Kept"/> or <see cref="NotKept"/>.</summary>
    public sealed record Keep(FlattenEvent Event);

    public sealed record Kept(FlattenEvent Event);

    public sealed record NotKept(FlattenEvent Event, string Why);

    /// <param name="History">What earlier lives of this node recorded.</param>
    public sealed record Ready(FlattenHistory History);

    public sealed record Lost(string Why);

    private readonly Surroundings around;
    private readonly Dictionary<long, (IActorRef To, FlattenEvent Event)> waiting = [];
    private bool recovered;
    private long seq;

    public FlattenKeeper(Surroundings around)
    {
        this.around = around;
        Receive<Keep>(HandleKeep);
        Receive<DiskProtocol.Recovered>(HandleRecovered);
        Receive<DiskProtocol.Appended>(done => Reply(done.Seq, null));
        Receive<DiskProtocol.NotAppended>(failed => Reply(failed.Seq, failed.Why));
    }

    public static Props Props(Surroundings around) => Akka.Actor.Props.Create(() => new FlattenKeeper(around));

    protected override void PreStart() => around.Disk.Tell(new DiskProtocol.Recover(FlattenWire.Prefix));

    private void HandleKeep(Keep keep)
    {
        if (!recovered)
        {
            Sender.Tell(new NotKept(keep.Event, "it has not been read yet"));
            return;
        }

        waiting[++seq] = (Sender, keep.Event);
        around.Disk.Tell(new DiskProtocol.Append(seq, FlattenWire.Write(keep.Event)));
    }

    private void HandleRecovered(DiskProtocol.Recovered memory)
    {
        if (memory.Damage is { } damage)
        {
            // What is missing may be the flatten of a minute ago.
            Context.Parent.Tell(new Lost(damage));
            return;
        }

        recovered = true;
        Context.Parent.Tell(new Ready(FlattenHistory.Of(memory.Records.Select(FlattenWire.Read).OfType<FlattenEvent>())));
    }

    private void Reply(long ofSeq, string? why)
    {
        if (waiting.Remove(ofSeq, out var asked))
        {
            asked.To.Tell(why is null ? new Kept(asked.Event) : new NotKept(asked.Event, why));
        }
    }
}
