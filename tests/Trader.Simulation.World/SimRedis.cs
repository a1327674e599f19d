using Akka.Actor;
using Trader.Messages;

namespace Trader.Simulation;

/// <summary>
/// A Redis server and what every gateway sees of it. It can be down, frozen, full, slow, flushed, or come back empty; a command whose
/// answer never came may or may not have been executed, at once or when a frozen server goes on.
/// </summary>
internal sealed partial class SimRedis
{
    private readonly Stage stage;
    private readonly List<RedisConnection> connections = [];
    private bool down;
    private bool frozen;
    private bool full;
    private double slowMs;

    public SimRedis(Stage stage)
    {
        this.stage = stage;
        Data = new RedisData(stage);
        Readers = new RedisReaders(stage, this);
    }

    public RedisData Data { get; }

    public RedisReaders Readers { get; }

    public IReadOnlyList<RedisConnection> Connections => connections;

    /// <summary>When something was last wrong with Redis or a way to it; every stall and outage ends with one of these.</summary>
    public double TroubledAtMs { get; private set; } = double.NegativeInfinity;

    /// <summary>When a frozen server or a dead path last went on, with what had been held up.</summary>
    public double ReleasedAtMs { get; private set; } = double.NegativeInfinity;

    /// <summary>It answers reads: a gate that nobody can read lets nobody in (S1).</summary>
    public bool Readable => !down && !frozen;

    public bool Available => !down && !frozen && !full && slowMs == 0;

    public RedisConnection Connect(SimNode node)
    {
        var connection = new RedisConnection(node, node.Life);
        connections.Add(connection);
        TryConnect(connection, stage.Between(1, 30));
        return connection;
    }

    public void Drop(RedisConnection connection)
    {
        connections.Remove(connection);
        foreach (var command in connection.Stalled.Where(_ => stage.Chance(0.5)).ToList())
        {
            // Already in the server's socket buffer.
            stage.After(stage.Between(0, 2_000), () => ExecuteLate(connection, command));
        }
    }

    public void Handle(RedisConnection connection, object message, IActorRef sender)
    {
        switch (message)
        {
            case RedisProtocol.WatchConnection:
                connection.ConnectionWatchers.Add(sender);
                Tell(connection, sender, connection.Up
                    ? new RedisProtocol.Connected() : new RedisProtocol.Disconnected("connecting"));
                break;
            case RedisProtocol.WatchHeartbeats:
                Readers.Watch(connection, new RedisTail(sender, heartbeats: true));
                break;
            case RedisProtocol.WatchCompletions:
                Readers.Watch(connection, new RedisTail(sender, heartbeats: false));
                break;
            case RedisProtocol.WatchPlanEnds:
                // No order gate runs in this world: nobody ever tells what became of a plan.
                break;
            case RedisProtocol.WatchPanics watch:
                connection.Reader = new RedisGroupReader(sender, watch.Worker);
                Readers.Begin(connection);
                break;
            default:
                Command(connection, message, sender);
                break;
        }
    }

    public double Latency() => slowMs > 0 ? stage.Between(slowMs / 2, slowMs) : stage.Between(0.1, 1.5);

    public bool Reachable(RedisConnection connection) =>
        connection is { Alive: true, Up: true, CutOff: false } && !down && !frozen;

    /// <summary>Through the process' own gateway, so that a frozen process hears of it when it goes on.</summary>
    public static void Tell(RedisConnection connection, IActorRef to, object message)
    {
        var gateway = connection.Gateway;
        gateway.Tell((Action)(() => to.Tell(message, gateway)));
    }

    private void Command(RedisConnection connection, object message, IActorRef sender)
    {
        stage.Checks.RedisAsked(connection.Node, message);
        if (!connection.Up)
        {
            var refusal = new RedisProtocol.NotDone(message, RedisDoubt.NotConnected, "not connected");
            stage.Checks.RedisAnswered(connection.Node, message, refusal);
            sender.Tell(refusal, connection.Gateway);
            return;
        }

        var command = new RedisCommandInFlight(message, sender, stage.NowMs);
        connection.InFlight.Add(command);
        var arrival = connection.LastArrivalMs = Math.Max(connection.LastArrivalMs, stage.NowMs + (Latency() / 2));
        var epoch = connection.Epoch;
        stage.After(arrival - stage.NowMs, () => Arrive(connection, command, epoch));
    }

    private void Arrive(RedisConnection connection, RedisCommandInFlight command, int epoch)
    {
        if (connection.Epoch != epoch || !connection.Alive)
        {
            // Sent into a connection that ended: it may have been the last thing the server read.
            if (!down && !frozen && !connection.CutOff && stage.Chance(0.5))
            {
                ExecuteLate(connection, command);
            }
        }
        else if (frozen || connection.CutOff)
        {
            connection.Stalled.Add(command);
            stage.After(Figures.RedisDeadlineMs, () => Answer(
                connection, command, new RedisProtocol.NotDone(command.Command, RedisDoubt.Unknown, "no answer in time"), 0));
        }
        else
        {
            Answer(connection, command, Execute(connection, command), Latency() / 2);
        }
    }

    private void Answer(RedisConnection connection, RedisCommandInFlight command, object reply, double afterMs)
    {
        var epoch = connection.Epoch;
        var at = connection.LastReplyMs = Math.Max(connection.LastReplyMs, stage.NowMs + afterMs);
        stage.After(at - stage.NowMs, () =>
        {
            if (connection.Epoch == epoch && connection.Alive && !command.Answered)
            {
                Finish(connection, command, reply);
            }
        });
    }

    private void Finish(RedisConnection connection, RedisCommandInFlight command, object reply)
    {
        command.Answered = true;
        connection.InFlight.Remove(command);
        Tell(connection, command.Asker, reply);
        stage.Checks.RedisAnswered(connection.Node, command.Command, reply);
    }

    private void ExecuteLate(RedisConnection connection, RedisCommandInFlight command)
    {
        if (!down && !frozen)
        {
            stage.Note("redis", $"executes late: {TraceText.Of(command.Command)}");
            Execute(connection, command);
        }
    }

    private object Execute(RedisConnection connection, RedisCommandInFlight inFlight)
    {
        var command = inFlight.Command;
        if (full && command is not (RedisProtocol.GetLiveness or RedisProtocol.GetHalt or RedisProtocol.GetPanicHistory or RedisProtocol.AckPanic))
        {
            return new RedisProtocol.NotDone(command, RedisDoubt.Refused, "OOM command not allowed");
        }

        stage.Checks.RedisExecutes(connection.Node, command, inFlight.IssuedMs);
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
                Data.Keep(connection.Reader?.Worker ?? "", keep.StreamIds);
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
