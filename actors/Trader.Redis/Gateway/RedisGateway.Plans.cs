using Akka.Actor;
using Trader.Messages;

namespace Trader.Redis.Gateway;

/// <summary>
/// The plan stream for the workers of the chain. A batch that nobody asked to go on from holds its reader, so a flood stays in Redis and
/// not in a mailbox; each group has a reader and a connection of its own, so a slow worker holds up itself alone.
/// </summary>
public sealed partial class RedisGateway
{
    /// <param name="Life">Which of the group's readers found them: one that was replaced has nothing to say any more.</param>
    private sealed record PlanEntries(string Group, int Life, IReadOnlyList<StreamEntry> Entries, TaskCompletionSource Taken);

    private sealed record PlanBatch(long Number, TaskCompletionSource Taken);

    /// <summary>Documented plans are far below 4 KiB; what is larger is refused without being taken over.</summary>
    private const int MaxPlanBytes = 32 * 1024;

    private readonly Dictionary<string, PlanBatch> planBatches = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> planLives = new(StringComparer.Ordinal);
    private long lastPlanBatch;

    private void ReceivePlans()
    {
        Receive<RedisProtocol.WatchPlans>(WatchPlans);
        Receive<RedisProtocol.TakeMorePlans>(TakeMorePlans);
        Receive<RedisProtocol.AckPlans>(AckPlans);
        Receive<PlanEntries>(OnPlans);
    }

    private static string PlanReader(string group) => $"{RedisKeys.Plans}/{group}";

    /// <summary>A worker that asks again has begun a new life: it is given what it left unacknowledged anew.</summary>
    private void WatchPlans(RedisProtocol.WatchPlans watch)
    {
        subscribers.Plans[watch.Group] = new PlanSubscriber(Sender, watch.Consumer);
        Context.Watch(Sender);
        StopPlanReader(watch.Group);
        StartPlanReaders();
    }

    private void StartPlanReaders()
    {
        foreach (var (group, subscriber) in subscribers.Plans)
        {
            var name = PlanReader(group);
            if (!readers.ContainsKey(name))
            {
                var life = planLives[group] = planLives.GetValueOrDefault(group) + 1;
                readers[name] = StreamGroupReader.Start(
                    new StreamConsumer(RedisKeys.Plans, group, subscriber.Consumer), client,
                    settings.Streams with { MaxEntryBytes = MaxPlanBytes, BatchSize = RedisProtocol.MostPlansAtOnce },
                    new StreamSink(
                        (entries, stop) => HandOver(group, life, entries, stop),
                        notice => self.Tell(new Notice(name, notice)), _ => { }));
            }
        }
    }

    private void StopPlanReader(string group)
    {
        planBatches.Remove(group);
        if (readers.Remove(PlanReader(group), out var before))
        {
            _ = before.DisposeAsync().AsTask();
        }
    }

    /// <summary>Nobody is left to read for.</summary>
    private void StopOrphanedPlanReaders()
    {
        foreach (var group in planLives.Keys.Where(group => !subscribers.Plans.ContainsKey(group)).ToList())
        {
            StopPlanReader(group);
        }
    }

    /// <summary>Completes when the worker asks for more, or with the reader.</summary>
    private async ValueTask HandOver(string group, int life, IReadOnlyList<StreamEntry> entries, CancellationToken stop)
    {
        var taken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        self.Tell(new PlanEntries(group, life, entries, taken));
        await taken.Task.WaitAsync(stop).ConfigureAwait(false);
    }

    private void OnPlans(PlanEntries read)
    {
        if (!subscribers.Plans.TryGetValue(read.Group, out var subscriber) || planLives[read.Group] != read.Life)
        {
            return;
        }

        planBatches[read.Group] = new PlanBatch(++lastPlanBatch, read.Taken);
        subscriber.Worker.Tell(
            new RedisProtocol.PlansSeen(read.Group, lastPlanBatch, [.. read.Entries.Select(PlanEntryOf)]));
    }

    private static RedisProtocol.PlanEntry PlanEntryOf(StreamEntry entry)
    {
        var id = entry.Id.ToString();
        if (entry.IsOversized)
        {
            return new RedisProtocol.PlanMalformed(id, PlanFault.TooLarge, null, null, entry.Redelivered);
        }

        if (PlanWire.TryRead(entry.Fields, out var plan, out var fault))
        {
            return new RedisProtocol.PlanSeen(id, plan, entry.Redelivered);
        }

        _ = PlanId.TryParse(PanicWire.Find(entry.Fields, "plan_id"), out var planId);
        _ = Symbol.TryParse(PanicWire.Find(entry.Fields, "symbol"), out var symbol);
        return new RedisProtocol.PlanMalformed(id, fault, planId, symbol, entry.Redelivered);
    }

    private void TakeMorePlans(RedisProtocol.TakeMorePlans more)
    {
        if (planBatches.TryGetValue(more.Group, out var batch) && batch.Number == more.Batch)
        {
            planBatches.Remove(more.Group);
            batch.Taken.TrySetResult();
        }
    }

    private void AckPlans(RedisProtocol.AckPlans ack) => Do(ack, RedisCommand.Of(
        "XACK", [RedisKeys.Plans, ack.Group, .. ack.StreamIds.Select(RedisArgument.FromString)]));
}
