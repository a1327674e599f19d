using Akka.Actor;
using Trader.Messages;

namespace Trader.Simulation;

/// <summary>The reading side of the gateways: tails that miss nothing over a reconnect, and group readers that lose no entry (S10).</summary>
internal sealed class RedisReaders(Stage stage, SimRedis redis)
{
    private const double ClaimEveryMs = 1_000;

    private static readonly double ClaimIdleMs = Figures.Worker("").ClaimIdle.TotalMilliseconds;

    public void Watch(PanicConnection connection, RedisTail tail)
    {
        connection.Tails.Add(tail);
        if (redis.Reachable(connection))
        {
            Start(connection, tail);
        }
    }

    public void Begin(PanicConnection connection)
    {
        if (redis.Reachable(connection))
        {
            ReadOwn(connection);
        }
    }

    public void Connected(PanicConnection connection)
    {
        connection.Tails.ForEach(tail => Start(connection, tail));
        if (connection.Reader is { } reader)
        {
            reader.Blocked = false;
            ReadOwn(connection);
        }
    }

    public void Flushed()
    {
        foreach (var tail in redis.Panics.SelectMany(connection => connection.Tails).Where(tail => tail.Read > 0))
        {
            tail.Read = 0;
        }
    }

    /// <summary>Something was added: whoever waits for it is given it.</summary>
    public void Wake()
    {
        foreach (var connection in redis.Panics.Where(redis.Reachable))
        {
            connection.Tails.ForEach(tail => Deliver(connection, tail));
        }

        var blocked = redis.Panics.Where(c => redis.Reachable(c) && c.Reader is { Blocked: true }).ToList();
        while (blocked.Count > 0 && redis.Data.Delivered < redis.Data.Panics.Count)
        {
            var lucky = blocked[stage.Pick(blocked.Count)];
            blocked.Remove(lucky);
            ReadNew(lucky);
        }
    }

    private void Start(PanicConnection connection, RedisTail tail)
    {
        var stream = Stream(tail);
        if (stream.Count > 0)
        {
            Hand(connection, tail, stream[^1], backlog: true);
        }

        if (tail.Read < 0)
        {
            tail.Read = stream.Count;
        }

        Deliver(connection, tail);
    }

    private void Deliver(PanicConnection connection, RedisTail tail)
    {
        var stream = Stream(tail);
        while (tail.Read >= 0 && tail.Read < stream.Count)
        {
            Hand(connection, tail, stream[tail.Read++], backlog: false);
        }
    }

    private void Hand(PanicConnection connection, RedisTail tail, StreamRow row, bool backlog)
    {
        object? message = null;
        if (tail.Heartbeats)
        {
            message = HeartbeatWire.TryRead(row.Fields, out var heartbeat, out var why)
                ? new RedisProtocol.HeartbeatSeen(heartbeat, backlog)
                : new RedisProtocol.HeartbeatMalformed(row.Id, why);
        }
        else if (PanicWire.TryRead(row.Fields, out var completion))
        {
            message = new RedisProtocol.CompletionSeen(completion, backlog);
        }

        if (message is null)
        {
            return;
        }

        var gateway = connection.Gateway;
        gateway.Tell((Action)(() =>
        {
            stage.Checks.Heard(connection.Owner, message);
            tail.To.Tell(message, gateway);
        }));
    }

    private void ReadOwn(PanicConnection connection)
    {
        var reader = connection.Reader!;
        Batch(connection, redis.Data.ReadOwn(reader.Worker), redelivered: true);
    }

    private void ReadNew(PanicConnection connection)
    {
        var reader = connection.Reader!;
        reader.Blocked = false;
        if (redis.Data.ReadNew(reader.Worker) is { } row)
        {
            Batch(connection, [row], redelivered: false);
        }
        else
        {
            reader.Blocked = true;
        }
    }

    /// <summary>The process takes the batch when it runs, and then reads on: claims first when they are due, then what is new.</summary>
    private void Batch(PanicConnection connection, IReadOnlyList<StreamRow> rows, bool redelivered)
    {
        var reader = connection.Reader!;
        var epoch = connection.Epoch;
        var gateway = connection.Gateway;
        stage.After(redis.Latency(), () => gateway.Tell((Action)(() =>
        {
            foreach (var row in rows)
            {
                stage.Checks.EntryDelivered(connection.Owner, row);
                reader.To.Tell(new PanicEntry(row.Id, row.Fields, redelivered), gateway);
            }

            if (connection.Epoch == epoch && connection.Up)
            {
                ReadNewSoon(connection, epoch);
            }
        })));
    }

    private void ReadNewSoon(PanicConnection connection, int epoch)
    {
        if (redis.Reachable(connection))
        {
            ReadNew(connection);
        }

        if (connection.Reader!.Blocked)
        {
            stage.After(ClaimEveryMs, () => ClaimIdle(connection, epoch));
        }
    }

    private void ClaimIdle(PanicConnection connection, int epoch)
    {
        if (connection.Epoch != epoch || !connection.Alive || !connection.Up || !connection.Reader!.Blocked)
        {
            return;
        }

        if (connection.Node.Running && redis.Reachable(connection)
            && redis.Data.ClaimIdle(connection.Reader.Worker, ClaimIdleMs) is { Count: > 0 } idle)
        {
            connection.Reader.Blocked = false;
            stage.Note("redis", $"{connection.Node} claims {idle.Count} idle entries");
            Batch(connection, idle, redelivered: true);
            return;
        }

        stage.After(ClaimEveryMs, () => ClaimIdle(connection, epoch));
    }

    private List<StreamRow> Stream(RedisTail tail) => tail.Heartbeats ? redis.Data.Heartbeats : redis.Data.Completions;
}
