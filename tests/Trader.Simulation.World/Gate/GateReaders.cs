using Akka.Actor;
using Trader.Messages;

namespace Trader.Simulation.Gate;

/// <summary>One group reader of one process.</summary>
internal sealed class GateReader(string stream, string group, string consumer, IActorRef to, bool asksForMore)
{
    public string Stream => stream;

    public string Group => group;

    public string Consumer => consumer;

    public IActorRef To => to;

    /// <summary>The next batch comes only when the worker asks for it.</summary>
    public bool AsksForMore => asksForMore;

    /// <summary>Own entries are read first, after every connect.</summary>
    public bool OwnNext { get; set; } = true;

    /// <summary>A batch is with the worker.</summary>
    public bool Handed { get; set; }

    /// <summary>It waits in a blocking read.</summary>
    public bool Blocked { get; set; }

    public double ClaimAtMs { get; set; }

    public long Batch { get; set; }
}

/// <summary>A connection of the gate's world: what it reads besides.</summary>
internal sealed class GateConnection(GateNode node, int life) : RedisConnection(node, life)
{
    public GateNode Owner => node;

    public GateTruth Truth { get; } = new();

    public List<GateReader> Readers { get; } = [];

    public List<IActorRef> HeartbeatWatchers { get; } = [];
}

/// <summary>
/// The gateway's group readers: after every connect what this consumer left unacknowledged, then what is new, and every second what others
/// left idle; so entries may come twice, and none is lost (S10).
/// </summary>
internal sealed class GateReaders(GateStage stage, GateRedis redis)
{
    private long lastBatch;

    public void Watch(GateConnection connection, GateReader reader)
    {
        connection.Readers.RemoveAll(r => r.Stream == reader.Stream && r.Group == reader.Group);
        connection.Readers.Add(reader);
        Step(connection, reader);
    }

    public void More(GateConnection connection, RedisProtocol.TakeMorePlans more)
    {
        if (connection.Readers.FirstOrDefault(r => r.Stream == RedisKeys.Plans && r.Group == more.Group) is { Handed: true } reader
            && reader.Batch == more.Batch)
        {
            reader.Handed = false;
            Step(connection, reader);
        }
    }

    public void Connected(GateConnection connection)
    {
        foreach (var reader in connection.Readers)
        {
            (reader.OwnNext, reader.Blocked) = (true, false);
            Step(connection, reader);
        }
    }

    /// <summary>Something was added: of those that wait for it in one group, one is given it.</summary>
    public void Wake()
    {
        foreach (var connection in redis.Connections.Cast<GateConnection>().OrderBy(_ => stage.Pick(1_000)).ToList())
        {
            foreach (var reader in connection.Readers.Where(r => r.Blocked))
            {
                Step(connection, reader);
            }
        }
    }

    private void Step(GateConnection connection, GateReader reader)
    {
        // Where the server or the way to it stands still, the read waits there until it goes on.
        reader.Blocked = !reader.Handed && !redis.Reachable(connection);
        if (reader.Handed || reader.Blocked)
        {
            return;
        }

        var group = redis.Stream(reader.Stream).Group(reader.Group);
        if (reader.OwnNext)
        {
            reader.OwnNext = false;
            if (group.ReadOwn(reader.Consumer) is { Count: > 0 } own)
            {
                Hand(connection, reader, own, redelivered: true);
                return;
            }
        }

        if (stage.NowMs >= reader.ClaimAtMs)
        {
            reader.ClaimAtMs = stage.NowMs + GateFigures.ClaimEveryMs;
            if (group.ClaimIdle(reader.Consumer, GateFigures.ClaimIdleMs) is { Count: > 0 } idle)
            {
                stage.Note("redis", $"{connection.Node} claims {idle.Count} idle entries of {reader.Group}");
                Hand(connection, reader, idle, redelivered: true);
                return;
            }
        }

        if (group.ReadNew(reader.Consumer, 1 + stage.Pick(GateFigures.BatchSize)) is { Count: > 0 } rows)
        {
            Hand(connection, reader, rows, redelivered: false);
            return;
        }

        reader.Blocked = true;
        var epoch = connection.Epoch;
        stage.After(Math.Max(1, reader.ClaimAtMs - stage.NowMs), () =>
        {
            if (connection.Epoch == epoch && connection.Alive && reader.Blocked)
            {
                Step(connection, reader);
            }
        });
    }

    /// <summary>What a connection that ends has under way is lost on the way, and stays unacknowledged.</summary>
    private void Hand(GateConnection connection, GateReader reader, IReadOnlyList<StreamRow> rows, bool redelivered)
    {
        reader.Handed = true;
        var epoch = connection.Epoch;
        var gateway = connection.Gateway;
        stage.After(redis.Latency(), () =>
        {
            if (connection.Epoch != epoch && stage.Chance(0.5))
            {
                reader.Handed = false;
                Step(connection, reader);
                return;
            }

            gateway.Tell((Action)(() => Deliver(connection, reader, rows, redelivered)));
        });
    }

    private void Deliver(GateConnection connection, GateReader reader, IReadOnlyList<StreamRow> rows, bool redelivered)
    {
        var gateway = connection.Gateway;
        if (reader.AsksForMore)
        {
            reader.Batch = ++lastBatch;
            reader.To.Tell(new RedisProtocol.PlansSeen(reader.Group, reader.Batch, [.. rows.Select(row => Entry(row, redelivered))]), gateway);
            return;
        }

        foreach (var row in rows)
        {
            reader.To.Tell(new RedisProtocol.ResultSeen(row.Id, row.Fields), gateway);
        }

        reader.Handed = false;
        Step(connection, reader);
    }

    private static RedisProtocol.PlanEntry Entry(StreamRow row, bool redelivered)
    {
        if (PlanWire.TryRead(row.Fields, out var plan, out var fault))
        {
            return new RedisProtocol.PlanSeen(row.Id, plan, redelivered);
        }

        _ = PlanId.TryParse(PanicWire.Find(row.Fields, "plan_id"), out var id);
        _ = Symbol.TryParse(PanicWire.Find(row.Fields, "symbol"), out var symbol);
        return new RedisProtocol.PlanMalformed(row.Id, fault, id, symbol, redelivered);
    }
}
