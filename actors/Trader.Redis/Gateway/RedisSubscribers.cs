using Akka.Actor;

namespace Trader.Redis.Gateway;

/// <summary>Who wants to hear what, over all lives of one gateway. Touched by that actor alone.</summary>
public sealed class RedisSubscribers
{
    internal HashSet<IActorRef> Connection { get; } = [];

    internal HashSet<IActorRef> Heartbeats { get; } = [];

    internal HashSet<IActorRef> Completions { get; } = [];

    /// <summary>The panic-close worker of this node, null where none runs.</summary>
    internal IActorRef? Panics { get; set; }

    /// <summary>Its consumer name.</summary>
    internal string Worker { get; set; } = "";

    /// <summary>The workers that read plans, by consumer group.</summary>
    internal Dictionary<string, PlanSubscriber> Plans { get; } = new(StringComparer.Ordinal);

    /// <summary>Who enters results in the ledger; null where the position state brain does not run.</summary>
    internal PlanSubscriber? Results { get; set; }

    /// <summary>Who has plans of its own and hears what became of them.</summary>
    internal HashSet<IActorRef> PlanEnds { get; } = [];

    internal IEnumerable<IActorRef> All() =>
        Connection.Concat(Heartbeats).Concat(PlanEnds).Concat(Completions).Concat(Panics is null ? [] : [Panics])
            .Concat(Plans.Values.Select(plan => plan.Worker)).Concat(Results is null ? [] : [Results.Worker]).Distinct();

    internal void Remove(IActorRef gone)
    {
        Connection.Remove(gone);
        Heartbeats.Remove(gone);
        Completions.Remove(gone);
        PlanEnds.Remove(gone);
        Panics = gone.Equals(Panics) ? null : Panics;
        Results = gone.Equals(Results?.Worker) ? null : Results;
        foreach (var group in Plans.Where(plan => plan.Value.Worker.Equals(gone)).Select(plan => plan.Key).ToList())
        {
            Plans.Remove(group);
        }
    }
}

/// <param name="Worker">Who reads the stream.</param>
/// <param name="Consumer">Its consumer name, the node's.</param>
internal sealed record PlanSubscriber(IActorRef Worker, string Consumer);
