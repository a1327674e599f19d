using Akka.Actor;
using Trader.Messages;

namespace Trader.Simulation;

/// <summary>One direct link: a process that watches a peer's events.</summary>
internal sealed class SimLink(SimNode watcher, int watcherLife, LinkPeer peer, SimNode target, IActorRef to)
{
    public SimNode Watcher => watcher;

    public LinkPeer Peer => peer;

    public SimNode Target => target;

    public IActorRef To => to;

    public bool Alive => watcher.IsLife(watcherLife);

    /// <summary>The life of the target that this connection is open to; 0: not connected.</summary>
    public int OpenTo { get; set; }

    public double LastArrivalMs { get; set; }

    public double PauseMs { get; set; } = 50;
}

/// <summary>
/// The direct links. A killed peer's connection ends at once and the reconnect is refused; a frozen one is silent and accepts; a lost host
/// or a partition swallows everything, until keep-alive gives up. Events are in order per connection; POSTs may be late, doubled, or lose
/// their answer.
/// </summary>
internal sealed class SimLinks(Stage stage)
{
    private readonly List<SimLink> links = [];
    private readonly List<(string A, string B, double UntilMs)> partitions = [];
    private readonly Dictionary<string, double> lostHosts = [];

    public void Handle(SimNode node, object message, IActorRef sender)
    {
        switch (message)
        {
            case LinkProtocol.Watch watch:
                var link = new SimLink(node, node.Life, watch.Peer, TargetOf(watch.Peer), sender);
                links.Add(link);
                Attempt(link, 1);
                break;
            case LinkProtocol.Announce announce:
                stage.Checks.Announced(node, announce);
                node.LatestBeat = announce.Event == LinkProtocol.HeartbeatEvent ? announce : node.LatestBeat;
                foreach (var open in Watching(node))
                {
                    Carry(open, new LinkProtocol.EventSeen(open.Peer, announce.Event, announce.Fields));
                }

                break;
            case LinkProtocol.WatchPanicAccess:
                // Every node of this world has the one token.
                break;
            case LinkProtocol.SendPanic send:
                stage.Checks.PanicRaised(node, send.Trigger);
                Post(node, send.Trigger, sender);
                break;
            default:
                throw new InvalidOperationException($"The link was told {message}.");
        }
    }

    public void Part(string a, string b, double forMs)
    {
        stage.Note("link", $"partition {a} | {b} for {forMs:F0} ms");
        partitions.Add((a, b, stage.NowMs + forMs));
        foreach (var link in links.Where(l => l.OpenTo > 0 && Parted(l.Watcher, l.Target)).ToList())
        {
            KeepAlive(link);
        }
    }

    public void LoseHost(SimNode node) => lostHosts[node.Name] = double.PositiveInfinity;

    public void FindHost(SimNode node) => lostHosts.Remove(node.Name);

    public void Heal()
    {
        partitions.Clear();
    }

    public void Goodbye(SimNode node)
    {
        foreach (var open in Watching(node))
        {
            Carry(open, new LinkProtocol.EventSeen(open.Peer, LinkProtocol.StoppingEvent, []));
        }
    }

    /// <summary>A process ended; its kernel closes what it had open, unless the whole host is gone.</summary>
    public void Ended(SimNode node)
    {
        links.RemoveAll(link => ReferenceEquals(link.Watcher, node));
        foreach (var link in links.Where(l => ReferenceEquals(l.Target, node) && l.OpenTo > 0).ToList())
        {
            if (Parted(link.Watcher, node))
            {
                KeepAlive(link);
            }
            else
            {
                Lose(link, stage.Between(0.1, 20));
            }
        }
    }

    private SimNode TargetOf(LinkPeer peer) => peer switch
    {
        LinkPeer.ExitBrain => stage.Nodes.Brain,
        LinkPeer.Watchdog => stage.Nodes.Watchdog,
        LinkPeer.PanicClose => stage.Nodes.Workers[0],
        LinkPeer.Governor or LinkPeer.PositionState or LinkPeer.ApplyLayer =>
            throw new InvalidOperationException($"{peer} has no part in this simulation"),
    };

    private List<SimLink> Watching(SimNode target) => links
        .Where(l => ReferenceEquals(l.Target, target) && l.OpenTo == target.Life && l.Alive).ToList();

    private bool Parted(SimNode a, SimNode b) => lostHosts.ContainsKey(a.Name) || lostHosts.ContainsKey(b.Name)
        || partitions.Any(p => p.UntilMs > stage.NowMs
            && ((p.A == a.Name && p.B == b.Name) || (p.A == b.Name && p.B == a.Name)));

    private double Delay() => !stage.Quiet && stage.Chance(stage.Plan.LinkFaults)
        ? stage.Between(5, 600) : stage.Between(0.1, 2);

    private void Carry(SimLink link, LinkProtocol.EventSeen seen)
    {
        // What a short partition held up arrives when it ends: TCP sends again.
        var held = partitions.Where(p => Parted(link.Watcher, link.Target)).Select(p => p.UntilMs).DefaultIfEmpty(0).Max();
        if (lostHosts.Count > 0 && Parted(link.Watcher, link.Target) && held <= stage.NowMs)
        {
            return;
        }

        var opened = link.OpenTo;
        link.LastArrivalMs = Math.Max(link.LastArrivalMs, Math.Max(stage.NowMs, held) + Delay());
        stage.After(link.LastArrivalMs - stage.NowMs, () =>
        {
            if (link.OpenTo == opened)
            {
                Tell(link, seen);
            }
        });
    }

    private void Tell(SimLink link, object message)
    {
        if (link.Alive)
        {
            var gateway = link.Watcher.LinkGateway;
            gateway.Tell((Action)(() =>
            {
                stage.Checks.Heard(link.Watcher, message);
                link.To.Tell(message, gateway);
            }));
        }
    }

    private void KeepAlive(SimLink link)
    {
        var opened = link.OpenTo;
        stage.After(Figures.LinkKeepAliveMs, () =>
        {
            var gone = Parted(link.Watcher, link.Target) || !link.Target.IsLife(opened);
            if (link.OpenTo == opened && gone)
            {
                // What was still held up is lost with the connection.
                link.LastArrivalMs = stage.NowMs;
                Lose(link, 0);
            }
        });
    }

    /// <summary>After what was sent before it, the end.</summary>
    private void Lose(SimLink link, double afterMs)
    {
        var opened = link.OpenTo;
        link.LastArrivalMs = Math.Max(link.LastArrivalMs, stage.NowMs + afterMs);
        stage.After(link.LastArrivalMs - stage.NowMs, () =>
        {
            if (link.OpenTo == opened && link.Alive)
            {
                link.OpenTo = 0;
                link.PauseMs = 50;
                Tell(link, new LinkProtocol.Lost(link.Peer));
                Attempt(link, stage.Between(0.1, 2));
            }
        });
    }

    private void Attempt(SimLink link, double afterMs) => stage.After(afterMs, () =>
    {
        if (!link.Alive || link.OpenTo > 0)
        {
            return;
        }

        if (!link.Watcher.Running)
        {
            Attempt(link, 50);
        }
        else if (Parted(link.Watcher, link.Target) || link.Target.State == NodeState.Frozen)
        {
            Tell(link, new LinkProtocol.NoAnswer(link.Peer));
            Attempt(link, Figures.LinkAnswerMs);
        }
        else if (link.Target.State == NodeState.Down)
        {
            Tell(link, new LinkProtocol.Refused(link.Peer));
            link.PauseMs = Math.Min(500, link.PauseMs * 2);
            Attempt(link, link.PauseMs);
        }
        else
        {
            link.OpenTo = link.Target.Life;
            link.LastArrivalMs = stage.NowMs;
            Tell(link, new LinkProtocol.Up(link.Peer));
            Welcome(link);
        }
    });

    /// <summary>As the role's event hub does: a new reader gets the latest heartbeat at once, or, once it is announced, the stop.</summary>
    private void Welcome(SimLink link)
    {
        if (link.Target.Stopping)
        {
            Carry(link, new LinkProtocol.EventSeen(link.Peer, LinkProtocol.StoppingEvent, []));
        }
        else if (link.Target.LatestBeat is { } beat)
        {
            Carry(link, new LinkProtocol.EventSeen(link.Peer, beat.Event, beat.Fields));
        }
    }

    private void Post(SimNode from, PanicTrigger trigger, IActorRef asker)
    {
        var answered = false;
        var open = stage.Nodes.Workers.Count;
        foreach (var worker in stage.Nodes.Workers)
        {
            var settled = false;
            PostTo(from, worker, trigger, ok =>
            {
                if (settled)
                {
                    return;
                }

                settled = true;
                open--;
                if (!answered && (ok || open == 0))
                {
                    answered = true;
                    asker.Tell(ok ? new LinkProtocol.PanicDelivered(trigger.EventId)
                        : new LinkProtocol.PanicNotDelivered(trigger.EventId, "no worker took it"), ActorRefs.NoSender);
                }
            });
        }
    }

    private void PostTo(SimNode from, SimNode worker, PanicTrigger trigger, Action<bool> answer)
    {
        if (!Parted(from, worker) && worker.State == NodeState.Down)
        {
            stage.After(stage.Between(0.1, 2), () => answer(false));
            return;
        }

        stage.After(Figures.LinkPanicMs, () => answer(false));
        if (Parted(from, worker))
        {
            return;
        }

        var lost = !stage.Quiet && stage.Chance(stage.Plan.LinkFaults * 0.5);
        var copies = !stage.Quiet && stage.Chance(stage.Plan.LinkFaults) ? 2 : 1;
        for (var i = 0; i < copies && !lost; i++)
        {
            var life = worker.Life;
            stage.After(i == 0 ? Delay() : stage.Between(1, 8_000), () =>
            {
                if (worker.IsLife(life))
                {
                    worker.LinkGateway.Tell((Action)(() => Take(worker, trigger, answer)));
                }
            });
        }
    }

    private void Take(SimNode worker, PanicTrigger trigger, Action<bool> answer)
    {
        stage.Checks.PostDelivered(worker, trigger);
        worker.Main.Tell(new PanicEntry("", PanicWire.Write(trigger), Redelivered: false), ActorRefs.NoSender);
        if (stage.Quiet || !stage.Chance(stage.Plan.LinkFaults * 0.5))
        {
            stage.After(Delay(), () => answer(true));
        }
    }
}
