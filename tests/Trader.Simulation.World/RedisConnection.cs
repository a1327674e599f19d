using Akka.Actor;

namespace Trader.Simulation;

/// <summary>One process' connection to Redis: commands in order.</summary>
internal class RedisConnection(SimProcess node, int life)
{
    public SimProcess Node => node;

    public bool Alive => node.IsLife(life);

    public bool Up { get; set; }

    /// <summary>Counts connects: what belongs to an earlier one is void.</summary>
    public int Epoch { get; set; }

    /// <summary>This node cannot reach Redis: nothing is refused, nothing is answered.</summary>
    public bool CutOff { get; set; }

    public double LastArrivalMs { get; set; }

    public double LastReplyMs { get; set; }

    public IActorRef Gateway { get; set; } = ActorRefs.Nobody;

    public HashSet<IActorRef> ConnectionWatchers { get; } = [];

    public List<RedisCommandInFlight> InFlight { get; } = [];

    /// <summary>Arrived at a server that does not run: executed if it ever does.</summary>
    public List<RedisCommandInFlight> Stalled { get; } = [];
}

/// <summary>A connection of the panic world: what it reads besides.</summary>
internal sealed class PanicConnection(SimNode node, int life) : RedisConnection(node, life)
{
    public SimNode Owner => node;

    public List<RedisTail> Tails { get; } = [];

    public RedisGroupReader? Reader { get; set; }
}

internal sealed class RedisTail(IActorRef to, bool heartbeats)
{
    public IActorRef To => to;

    public bool Heartbeats => heartbeats;

    /// <summary>Entries read so far.</summary>
    public int Read { get; set; } = -1;
}

internal sealed class RedisGroupReader(IActorRef to, string worker)
{
    public IActorRef To => to;

    public string Worker => worker;

    /// <summary>It waits in a blocking read, so the server may hand it the next entry.</summary>
    public bool Blocked { get; set; }
}

internal sealed class RedisCommandInFlight(object command, IActorRef asker, double issuedMs)
{
    public object Command => command;

    public IActorRef Asker => asker;

    public double IssuedMs => issuedMs;

    public bool Answered { get; set; }
}
