using Akka.Actor;
using Akka.Pattern;
using Trader.Actors.Ports;
using Trader.Messages;

namespace Trader.Actors.Flatten;

/// <summary>
/// Keeps the flattener's record (S12): an event counts once the node's journal holds it and, where it is state, the store of state too.
/// One answer per event.
/// </summary>
internal sealed class FlattenRecorder : ReceiveActor
{
    /// <summary>Asks for an event to be kept. Reply: <see cref="Kept"/> or <see cref="NotKept"/>.</summary>
    public sealed record Keep(FlattenEvent Event);

    public sealed record Kept(FlattenEvent Event);

    public sealed record NotKept(FlattenEvent Event, string Why);

    /// <summary>To the parent: the state has been read, for the first time or again after it was lost.</summary>
    public sealed record Ready(FlattenHistory History);

    /// <summary>To the parent: what happened before is not known.</summary>
    public sealed record Lost(string Why);

    private sealed class Waiting(IActorRef to, FlattenEvent happened)
    {
        public IActorRef To { get; } = to;

        public FlattenEvent Event { get; } = happened;

        public bool OnDisk { get; set; }

        public bool InState { get; set; } = !FlattenStore.IsState(happened);
    }

    private readonly Surroundings around;
    private readonly SortedDictionary<long, Waiting> waiting = [];
    private readonly IActorRef keeper;
    private long seq;

    public FlattenRecorder(Surroundings around)
    {
        this.around = around;
        keeper = Context.ActorOf(BackoffSupervisor.Props(Backoff
            .OnStop(FlattenKeeper.Props(around.Node, Self), "state", TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5), 0.0)
            .WithAutoReset(TimeSpan.FromSeconds(5))
            .WithReplyWhileStopped(new FlattenKeeper.Away())), "keeper");
        Receive<Keep>(HandleKeep);
        Receive<DiskProtocol.Appended>(done => Note(done.Seq, w => w.OnDisk = true));
        Receive<DiskProtocol.NotAppended>(failed => Fail(failed.Seq, failed.Why));
        Receive<FlattenKeeper.Stored>(done => Note(done.Seq, w => w.InState = true));
        Receive<FlattenKeeper.NotStored>(failed => Fail(failed.Seq, failed.Why));
        Receive<FlattenKeeper.Away>(_ => HandleAway());
        Receive<Ready>(ready => Context.Parent.Tell(ready));
        Receive<Lost>(lost => Context.Parent.Tell(lost));
    }

    public static Props Props(Surroundings around) => Akka.Actor.Props.Create(() => new FlattenRecorder(around));

    private void HandleKeep(Keep keep)
    {
        waiting[++seq] = new Waiting(Sender, keep.Event);
        around.Disk.Tell(new DiskProtocol.Append(seq, FlattenWire.Write(keep.Event)));
        if (FlattenStore.IsState(keep.Event))
        {
            keeper.Tell(new FlattenKeeper.Store(seq, keep.Event));
        }
    }

    /// <summary>The word names no event: whatever waits for the state has failed.</summary>
    private void HandleAway()
    {
        foreach (var at in waiting.Where(w => !w.Value.InState).Select(w => w.Key).ToList())
        {
            Fail(at, "the store of its state is away");
        }
    }

    private void Note(long at, Action<Waiting> note)
    {
        if (waiting.TryGetValue(at, out var asked))
        {
            note(asked);
            if (asked is { OnDisk: true, InState: true })
            {
                waiting.Remove(at);
                asked.To.Tell(new Kept(asked.Event));
            }
        }
    }

    private void Fail(long at, string why)
    {
        if (waiting.Remove(at, out var asked))
        {
            asked.To.Tell(new NotKept(asked.Event, why));
        }
    }
}
