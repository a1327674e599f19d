using Akka.Actor;
using Trader.Messages;

namespace Trader.Simulation;

/// <summary>
/// A Redis server and what every gateway sees of it. It can be down, frozen, full, slow, flushed, or come back empty; a command whose
/// answer never came may or may not have been executed, at once or when a frozen server goes on. What commands do is the heirs' part.
/// </summary>
internal abstract partial class SimRedisServer(Scene scene)
{
    private readonly List<RedisConnection> connections = [];
    private bool down;
    private bool frozen;
    private double slowMs;

    public IReadOnlyList<RedisConnection> Connections => connections;

    /// <summary>When something was last wrong with Redis or a way to it; every stall and outage ends with one of these.</summary>
    public double TroubledAtMs { get; private set; } = double.NegativeInfinity;

    /// <summary>When a frozen server or a dead path last went on, with what had been held up.</summary>
    public double ReleasedAtMs { get; private set; } = double.NegativeInfinity;

    /// <summary>It answers reads: a gate that nobody can read lets nobody in (S1).</summary>
    public bool Readable => !down && !frozen;

    public bool Available => !down && !frozen && !Full && slowMs == 0;

    /// <summary>It has no memory left: every write that needs some is refused.</summary>
    protected bool Full { get; private set; }

    public void Drop(RedisConnection connection)
    {
        connections.Remove(connection);
        foreach (var command in connection.Stalled.Where(_ => scene.Chance(0.5)).ToList())
        {
            // Already in the server's socket buffer.
            scene.After(scene.Between(0, 2_000), () => ExecuteLate(connection, command));
        }
    }

    public void Handle(RedisConnection connection, object message, IActorRef sender)
    {
        if (message is RedisProtocol.WatchConnection)
        {
            connection.ConnectionWatchers.Add(sender);
            Tell(connection, sender, connection.Up
                ? new RedisProtocol.Connected() : new RedisProtocol.Disconnected("connecting"));
        }
        else if (!Subscribes(connection, message, sender))
        {
            Command(connection, message, sender);
        }
    }

    public double Latency() => slowMs > 0 ? scene.Between(slowMs / 2, slowMs) : scene.Between(0.1, 1.5);

    public bool Reachable(RedisConnection connection) =>
        connection is { Alive: true, Up: true, CutOff: false } && !down && !frozen;

    /// <summary>Through the process' own gateway, so that a frozen process hears of it when it goes on.</summary>
    public static void Tell(RedisConnection connection, IActorRef to, object message)
    {
        var gateway = connection.Gateway;
        gateway.Tell((Action)(() => to.Tell(message, gateway)));
    }

    protected T Open<T>(T connection)
        where T : RedisConnection
    {
        connections.Add(connection);
        TryConnect(connection, scene.Between(1, 30));
        return connection;
    }

    /// <summary>True when it was a subscription, which has no answer of its own.</summary>
    protected abstract bool Subscribes(RedisConnection connection, object message, IActorRef sender);

    /// <summary>One step in the server; the command's answer.</summary>
    protected abstract object Execute(RedisConnection connection, RedisCommandInFlight command);

    /// <summary>When a command that has no answer is of unknown outcome for its asker; null: only a server that stands still makes it so.</summary>
    protected virtual double? DeadlineMs(object command) => null;

    /// <summary>Something may have been added to a stream, or the way to it is free again.</summary>
    protected abstract void WakeReaders();

    protected abstract void Connected(RedisConnection connection);

    protected abstract void Flush();

    protected virtual void Asked(RedisConnection connection, object command)
    {
    }

    protected virtual void Answered(RedisConnection connection, object command, object reply)
    {
    }

    /// <summary>The answer reaches the process that asked.</summary>
    protected virtual void Delivered(RedisConnection connection, RedisCommandInFlight command, object reply)
    {
    }

    private void Command(RedisConnection connection, object message, IActorRef sender)
    {
        Asked(connection, message);
        if (!connection.Up)
        {
            var refusal = new RedisProtocol.NotDone(message, RedisDoubt.NotConnected, "not connected");
            Answered(connection, message, refusal);
            sender.Tell(refusal, connection.Gateway);
            return;
        }

        var command = new RedisCommandInFlight(message, sender, scene.NowMs);
        connection.InFlight.Add(command);
        var arrival = connection.LastArrivalMs = Math.Max(connection.LastArrivalMs, scene.NowMs + (Latency() / 2));
        var epoch = connection.Epoch;
        scene.After(arrival - scene.NowMs, () => Arrive(connection, command, epoch));
        if (DeadlineMs(message) is { } deadline)
        {
            scene.After(deadline, () => GiveUp(connection, command, epoch));
        }
    }

    private void Arrive(RedisConnection connection, RedisCommandInFlight command, int epoch)
    {
        if (connection.Epoch != epoch || !connection.Alive)
        {
            // Sent into a connection that ended: it may have been the last thing the server read.
            if (!down && !frozen && !connection.CutOff && scene.Chance(0.5))
            {
                ExecuteLate(connection, command);
            }
        }
        else if (frozen || connection.CutOff)
        {
            connection.Stalled.Add(command);
            scene.After(Figures.RedisDeadlineMs, () => Answer(
                connection, command, new RedisProtocol.NotDone(command.Command, RedisDoubt.Unknown, "no answer in time"), 0));
        }
        else
        {
            Answer(connection, command, Execute(connection, command), Latency() / 2);
        }
    }

    private void GiveUp(RedisConnection connection, RedisCommandInFlight command, int epoch)
    {
        if (connection.Epoch == epoch && connection.Alive && !command.Answered)
        {
            Finish(connection, command, new RedisProtocol.NotDone(command.Command, RedisDoubt.Unknown, "no answer in time"));
        }
    }

    private void Answer(RedisConnection connection, RedisCommandInFlight command, object reply, double afterMs)
    {
        var epoch = connection.Epoch;
        var at = connection.LastReplyMs = Math.Max(connection.LastReplyMs, scene.NowMs + afterMs);
        scene.After(at - scene.NowMs, () =>
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
        var gateway = connection.Gateway;
        gateway.Tell((Action)(() =>
        {
            Delivered(connection, command, reply);
            command.Asker.Tell(reply, gateway);
        }));
        Answered(connection, command.Command, reply);
    }

    private void ExecuteLate(RedisConnection connection, RedisCommandInFlight command)
    {
        if (!down && !frozen)
        {
            scene.Note("redis", $"executes late: {TraceText.Of(command.Command)}");
            Execute(connection, command);
        }
    }
}
