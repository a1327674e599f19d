using Akka.Actor;
using Trader.Messages;

namespace Trader.Simulation.Gate;

/// <summary>
/// What the gate sees of the exit brain and of the emergency stop's owner: heartbeats by link and stream, the gate to entries, the stop's
/// state. They fall silent, say DEGRADED, and close.
/// </summary>
internal sealed class ScriptedBrain(GateStage stage)
{
    private const double BeatMs = 1_000;

    private const double GateSeconds = 2;

    private const double StopSeconds = 3;

    private readonly List<(GateNode Node, int Life, IActorRef To)> links = [];
    private bool away;
    private bool degraded;

    public void Begin() => stage.Every(BeatMs, () => true, Beat);

    public void Handle(GateNode node, object message, IActorRef sender)
    {
        switch (message)
        {
            case LinkProtocol.Watch { Peer: LinkPeer.ExitBrain }:
                links.Add((node, node.Life, sender));
                Tell((node, node.Life, sender), away
                    ? new LinkProtocol.Refused(LinkPeer.ExitBrain) : new LinkProtocol.Up(LinkPeer.ExitBrain));
                break;
            case LinkProtocol.Announce:
                break;
            default:
                throw new InvalidOperationException($"The link was told {message}.");
        }
    }

    private void Beat()
    {
        links.RemoveAll(link => !link.Node.IsLife(link.Life));
        var (was, chance) = (away, stage.Quiet ? 0 : stage.Schedule.BrainFaults);
        away = chance > 0 && (away ? stage.Chance(0.6) : stage.Chance(chance));
        degraded = chance > 0 && stage.Chance(chance);
        if (away != was)
        {
            stage.Note("brain", away ? "is gone" : "is back");
            links.ForEach(link => Tell(link, away ? new LinkProtocol.Lost(LinkPeer.ExitBrain) : new LinkProtocol.Up(LinkPeer.ExitBrain)));
        }

        if (!away)
        {
            var beat = new Heartbeat("exit_brain_main", degraded ? BrainStatus.Degraded : BrainStatus.Alive, 0, stage.UnixMs, 1, 0, stage.UnixMs);
            links.ForEach(link => Tell(link, new LinkProtocol.EventSeen(LinkPeer.ExitBrain, LinkProtocol.HeartbeatEvent, HeartbeatWire.Write(beat))));
            Stream(beat);
            Write(RedisKeys.EntriesGate, degraded || stage.Chance(chance * 0.3) ? "closed:DEGRADED" : "open", GateSeconds);
        }

        Write(RedisKeys.EssState, stage.Chance(chance * 0.3) ? "active:TEST" : RedisKeys.EssClear, StopSeconds);
    }

    private void Stream(Heartbeat beat)
    {
        foreach (var connection in stage.Redis.Connections.Cast<GateConnection>().Where(stage.Redis.Reachable).ToList())
        {
            foreach (var watcher in connection.HeartbeatWatchers)
            {
                stage.After(stage.Redis.Latency(), () => SimRedisServer.Tell(connection, watcher, new RedisProtocol.HeartbeatSeen(beat, Backlog: false)));
            }
        }
    }

    private void Write(string key, string text, double seconds)
    {
        if (stage.Redis.Available)
        {
            stage.Keys.Set(key, text, seconds);
        }
    }

    private void Tell((GateNode Node, int Life, IActorRef To) link, object message) => stage.After(stage.Between(0.1, 2), () =>
    {
        if (link.Node.IsLife(link.Life))
        {
            link.Node.LinkGateway.Tell((Action)(() => link.To.Tell(message, ActorRefs.NoSender)));
        }
    });
}
