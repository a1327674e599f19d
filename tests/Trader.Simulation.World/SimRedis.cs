using Akka.Actor;
using Trader.Messages;

namespace Trader.Simulation;

/// <summary>The panic world's Redis.</summary>
internal sealed class SimRedis : SimRedisServer
{
    private readonly Stage stage;

    public SimRedis(Stage stage)
        : base(stage)
    {
        this.stage = stage;
        Data = new RedisData(stage);
        Readers = new RedisReaders(stage, this);
    }

    public RedisData Data { get; }

    public RedisReaders Readers { get; }

    public IEnumerable<PanicConnection> Panics => Connections.Cast<PanicConnection>();

    public PanicConnection Connect(SimNode node) => Open(new PanicConnection(node, node.Life));

    protected override bool Subscribes(RedisConnection connection, object message, IActorRef sender)
    {
        var own = (PanicConnection)connection;
        switch (message)
        {
            case RedisProtocol.WatchHeartbeats:
                Readers.Watch(own, new RedisTail(sender, heartbeats: true));
                return true;
            case RedisProtocol.WatchCompletions:
                Readers.Watch(own, new RedisTail(sender, heartbeats: false));
                return true;
            case RedisProtocol.WatchPlanEnds:
                // No order gate runs in this world: nobody ever tells what became of a plan.
                return true;
            case RedisProtocol.WatchPanics watch:
                own.Reader = new RedisGroupReader(sender, watch.Worker);
                Readers.Begin(own);
                return true;
            default:
                return false;
        }
    }

    protected override void Asked(RedisConnection connection, object command) =>
        stage.Checks.RedisAsked(((PanicConnection)connection).Owner, command);

    protected override void Answered(RedisConnection connection, object command, object reply) =>
        stage.Checks.RedisAnswered(((PanicConnection)connection).Owner, command, reply);

    protected override void WakeReaders() => Readers.Wake();

    protected override void Connected(RedisConnection connection) => Readers.Connected((PanicConnection)connection);

    protected override void Flush()
    {
        stage.Checks.Flushed();
        Data.Flush();
        Readers.Flushed();
    }

    protected override object Execute(RedisConnection connection, RedisCommandInFlight inFlight)
    {
        var command = inFlight.Command;
        if (Full && command is not (RedisProtocol.GetLiveness or RedisProtocol.GetHalt or RedisProtocol.GetPanicHistory or RedisProtocol.AckPanic))
        {
            return new RedisProtocol.NotDone(command, RedisDoubt.Refused, "OOM command not allowed");
        }

        var own = (PanicConnection)connection;
        stage.Checks.RedisExecutes(own.Owner, command, inFlight.IssuedMs);
        switch (command)
        {
            case RedisProtocol.PublishHeartbeat beat:
                Data.Add(Data.Heartbeats, HeartbeatWire.Write(beat.Heartbeat));
                Readers.Wake();
                break;
            case RedisProtocol.PublishEntriesGate gate:
                Data.SetGate(gate.Open, gate.ForMs);
                break;
            case RedisProtocol.PublishLiveness live:
                Data.SetLive(live.Role, live.ForMs);
                break;
            case RedisProtocol.GetLiveness ask:
                return new RedisProtocol.LivenessRead(Data.Live(ask.Roles));
            case RedisProtocol.PublishPanic panic:
                var id = Data.IssuePanic(panic.Trigger);
                Readers.Wake();
                return new RedisProtocol.PanicPublished(panic.Trigger.EventId, id);
            case RedisProtocol.AckPanic ack:
                Data.Ack(ack.StreamId);
                break;
            case RedisProtocol.KeepPanics keep:
                Data.Keep(own.Reader?.Worker ?? "", keep.StreamIds);
                break;
            case RedisProtocol.ClaimPanic claim:
                return Data.Claim(claim);
            case RedisProtocol.SetHalt halt:
                Data.SetHalt(halt.Halt);
                break;
            case RedisProtocol.GetHalt get:
                return Data.ReadHalt(get.Of);
            case RedisProtocol.GetPanicHistory get:
                return Data.History(get.EventId);
            case RedisProtocol.PublishCompletion publish:
                var published = Data.Complete(publish);
                stage.Checks.CompletionStored(publish.Completion, published.First);
                Readers.Wake();
                return published;
            case RedisProtocol.PublishRefusal refusal:
                Data.Refuse(refusal.EventId, connection.Node.Name);
                break;
            case RedisProtocol.PublishAlarm or RedisProtocol.PublishPlan:
                break;
            default:
                throw new InvalidOperationException($"Redis was told {command}.");
        }

        return new RedisProtocol.Done(command);
    }
}
