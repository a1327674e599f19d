using Akka.Actor;
using Akka.Event;
using Trader.Messages;

namespace Trader.Redis.Gateway;

/// <summary>Subscriptions: what is read from streams and handed on.</summary>
public sealed partial class RedisGateway
{
    private void WatchConnection()
    {
        Add(subscribers.Connection);
        Sender.Tell(linkState);
    }

    private void WatchHeartbeats()
    {
        Add(subscribers.Heartbeats);
        StartReaders();
        ReadBacklogs();
    }

    private void WatchCompletions()
    {
        Add(subscribers.Completions);
        StartReaders();
        ReadBacklogs();
    }

    /// <summary>A worker that asks again has begun a new life: it is given what it left unacknowledged anew.</summary>
    private void WatchPanics(RedisProtocol.WatchPanics watch)
    {
        subscribers.Panics = Sender;
        subscribers.Worker = watch.Worker;
        Context.Watch(Sender);
        if (readers.Remove(RedisKeys.PanicClose, out var before))
        {
            _ = before.DisposeAsync().AsTask();
        }

        StartReaders();
    }

    private void Add(HashSet<IActorRef> watchers)
    {
        watchers.Add(Sender);
        Context.Watch(Sender);
    }

    private void OnTerminated(Terminated terminated)
    {
        subscribers.Remove(terminated.ActorRef);
        StopOrphanedPlanReaders();
    }

    private void StartReaders()
    {
        if (subscribers.Heartbeats.Count > 0 && !readers.ContainsKey(RedisKeys.Heartbeat))
        {
            readers[RedisKeys.Heartbeat] = Tail(
                RedisKeys.Heartbeat, entries => new HeartbeatEntries(entries, Backlog: false));
        }

        if (subscribers.Completions.Count > 0 && !readers.ContainsKey(RedisKeys.PanicCompleted))
        {
            readers[RedisKeys.PanicCompleted] = Tail(
                RedisKeys.PanicCompleted, entries => new CompletionEntries(entries, Backlog: false));
        }

        if (subscribers.Panics is not null && !readers.ContainsKey(RedisKeys.PanicClose))
        {
            var consumer = new StreamConsumer(RedisKeys.PanicClose, RedisKeys.PanicGroup, subscribers.Worker);
            readers[RedisKeys.PanicClose] = StreamGroupReader.Start(
                consumer, client, settings.Streams, Sink(RedisKeys.PanicClose, TakePanics));
        }

        StartPlanReaders();
        StartResultReader();
        StartPlanEndReader();
    }

    private StreamTail Tail(string key, Func<IReadOnlyList<StreamEntry>, object> wrap) =>
        StreamTail.StartAtEnd(key, target, settings.Streams, Sink(key, entries =>
        {
            self.Tell(wrap(entries));
            return ValueTask.CompletedTask;
        }));

    /// <summary>
    /// The next batch is read only when the worker has been through this one: a flood on the stream stays in the stream, where it does not
    /// stand in front of a panic from the direct link.
    /// </summary>
    private async ValueTask TakePanics(IReadOnlyList<StreamEntry> entries)
    {
        var taken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        self.Tell(new PanicEntries(entries, taken));
        await Task.WhenAny(taken.Task, Task.Delay(LongestBatch, target.Time)).ConfigureAwait(false);
    }

    private StreamSink Sink(string key, Func<IReadOnlyList<StreamEntry>, ValueTask> take) => new(
        (entries, _) => take(entries), notice => self.Tell(new Notice(key, notice)), _ => { });

    /// <summary>What stood in the streams before anyone watched: it tells what was.</summary>
    private void ReadBacklogs()
    {
        if (subscribers.Heartbeats.Count > 0)
        {
            Latest(RedisKeys.Heartbeat, entries => new HeartbeatEntries(entries, Backlog: true));
        }

        if (subscribers.Completions.Count > 0)
        {
            Latest(RedisKeys.PanicCompleted, entries => new CompletionEntries(entries, Backlog: true));
        }
    }

    private void Latest(string key, Func<IReadOnlyList<StreamEntry>, object> wrap)
    {
        var ask = client.Execute(StreamCommands.Latest(key, 1), settings.CommandDeadline).AsTask();
        ask.PipeTo(self, success: result =>
            result.IsValue && StreamReplies.TryReadEntries(
                result.Value, settings.Streams.MaxEntryBytes, _ => false, out var entries, out _)
                ? wrap(entries)
                : wrap([]));
    }

    private void OnHeartbeats(HeartbeatEntries read)
    {
        foreach (var entry in read.Entries)
        {
            object seen = HeartbeatWire.TryRead(entry.Fields, out var heartbeat, out var why)
                ? new RedisProtocol.HeartbeatSeen(heartbeat, read.Backlog)
                : new RedisProtocol.HeartbeatMalformed(entry.Id.ToString(), entry.IsOversized ? "entry too large" : why);
            foreach (var watcher in subscribers.Heartbeats)
            {
                watcher.Tell(seen);
            }
        }
    }

    private void OnCompletions(CompletionEntries read)
    {
        foreach (var entry in read.Entries)
        {
            if (!PanicWire.TryRead(entry.Fields, out var completion))
            {
                log.Warning("Unreadable completion {0} passed over", entry.Id);
                continue;
            }

            foreach (var watcher in subscribers.Completions)
            {
                watcher.Tell(new RedisProtocol.CompletionSeen(completion, read.Backlog));
            }
        }
    }

    private void OnPanics(PanicEntries read)
    {
        if (subscribers.Panics is not { } worker)
        {
            return;
        }

        foreach (var entry in read.Entries)
        {
            worker.Tell(new PanicEntry(entry.Id.ToString(), entry.Fields, entry.Redelivered));
        }

        // Answered by any actor in the order of its mail, so the answer means that the entries before it were handled.
        worker.Ask<ActorIdentity>(new Identify(RedisKeys.PanicClose), LongestBatch).PipeTo(
            self, success: _ => new PanicsTaken(read.Taken), failure: _ => new PanicsTaken(read.Taken));
    }
}
