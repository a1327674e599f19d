using Akka.Actor;
using Trader.Messages;

namespace Trader.Simulation;

/// <summary>
/// A node's disk: what was acknowledged survives everything; what was not may or may not. One writer, in order, as the journal has it.
/// </summary>
internal sealed class SimDisk(Stage stage, string node)
{
    private readonly Queue<Action> inFlight = new();
    private readonly List<JournalRecord> journal = [];
    private double freeAtMs;
    private bool full;

    public IReadOnlyList<JournalRecord> Journal => journal;

    public HaltRecord? Latch { get; private set; }

    /// <summary>kill -9: a prefix of what was under way reached the disk.</summary>
    public void Crash()
    {
        for (var survivors = stage.Pick(inFlight.Count + 1); survivors > 0; survivors--)
        {
            inFlight.Dequeue()();
        }

        inFlight.Clear();
        freeAtMs = 0;
    }

    public void Handle(SimNode owner, object message, IActorRef sender, IActorRef self)
    {
        Trouble();
        switch (message)
        {
            case DiskProtocol.Append append:
                stage.Checks.AppendAsked(owner, append.Record);
                Write(owner, sender, self, () => journal.Add(append.Record), new DiskProtocol.Appended(append.Seq),
                    new DiskProtocol.NotAppended(append.Seq, "No space left on device"),
                    done => stage.Checks.AppendEnded(owner, append.Record, done));
                break;
            case DiskProtocol.SetLatch set:
                stage.Checks.LatchAsked(owner, set.Halt.EventId);
                Write(owner, sender, self, () => Latch = set.Halt, new DiskProtocol.LatchSet(set.Halt.EventId),
                    new DiskProtocol.LatchNotSet(set.Halt.EventId, "No space left on device"),
                    done => stage.Checks.LatchEnded(owner, set.Halt.EventId, done));
                break;
            case DiskProtocol.ClearLatch clear:
                stage.Checks.LatchCleared(owner, clear.EventId);
                Write(owner, sender, self, () => Latch = Latch?.EventId == clear.EventId ? null : Latch,
                    new DiskProtocol.LatchCleared(clear.EventId),
                    new DiskProtocol.LatchNotCleared(clear.EventId, "No space left on device"), _ => { });
                break;
            case DiskProtocol.Recover recover:
                Write(owner, sender, self, () => { }, recover, recover, _ => sender.Tell(new DiskProtocol.Recovered(
                    journal.Where(r => r.Kind.StartsWith(recover.KindPrefix, StringComparison.Ordinal)).ToList(), Latch, null), self));
                break;
            default:
                throw new InvalidOperationException($"The disk was told {message}.");
        }
    }

    private void Trouble()
    {
        if (stage.Quiet)
        {
            full = false;
        }
        else if (stage.Plan.DiskFaults > 0 && stage.Chance(0.03))
        {
            full = !full && stage.Chance(0.5);
            stage.Note(node, full ? "DISK FULL" : "disk has room");
        }
    }

    private void Write(
        SimNode owner, IActorRef asker, IActorRef self, Action effect, object done, object failed, Action<bool> ended)
    {
        var refused = full && !ReferenceEquals(done, failed);
        var slow = !stage.Quiet && stage.Chance(stage.Plan.DiskFaults * 0.2);
        freeAtMs = Math.Max(freeAtMs, stage.NowMs) + (slow ? stage.Between(50, 2_500) : stage.Between(0.2, 4));
        if (!refused)
        {
            inFlight.Enqueue(effect);
        }

        var life = owner.Life;
        Action finish = () =>
        {
            if (!refused)
            {
                inFlight.Dequeue()();
            }

            ended(!refused);
            if (!ReferenceEquals(done, failed))
            {
                asker.Tell(refused ? failed : done, self);
            }
        };
        stage.After(freeAtMs - stage.NowMs, () =>
        {
            if (owner.IsLife(life))
            {
                self.Tell(finish);
            }
        });
    }
}
