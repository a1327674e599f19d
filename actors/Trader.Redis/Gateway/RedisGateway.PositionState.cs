using Akka.Actor;
using Trader.Messages;

namespace Trader.Redis.Gateway;

/// <summary>The position state brain's part of the gateway.</summary>
public sealed partial class RedisGateway
{
    private sealed record ResultEntries(IReadOnlyList<StreamEntry> Entries, TaskCompletionSource Taken);

    /// <summary>A mark outlives every result that is still entered by a day, so none is entered twice (X16).</summary>
    private static readonly TimeSpan MarkMemory = TimeSpan.FromDays(7);

    private static readonly TimeSpan OldestResult = TimeSpan.FromDays(6);

    private static readonly TimeSpan SnapshotLife = TimeSpan.FromHours(1);

    partial void ReceivePositionState()
    {
        Receive<RedisProtocol.ReadLedgers>(ReadLedgers);
        Receive<RedisProtocol.IssuePositionPermit>(IssuePositionPermit);
        Receive<RedisProtocol.WatchResults>(WatchResults);
        Receive<ResultEntries>(OnResults);
        Receive<RedisProtocol.EnterFill>(EnterFill);
        Receive<RedisProtocol.MarkOutcomeUnknown>(MarkOutcomeUnknown);
        Receive<RedisProtocol.AckResult>(m => Do(m, RedisCommand.Of(
            "XACK", RedisKeys.PlanResults, RedisKeys.PositionStateGroup, m.StreamId)));
        Receive<RedisProtocol.SetLedger>(SetLedger);
        Receive<RedisProtocol.ClearOutcomeUnknown>(ClearOutcomeUnknown);
        Receive<RedisProtocol.PublishReconcileEvent>(PublishReconcileEvent);
        Receive<RedisProtocol.PublishPositions>(PublishPositions);
        Receive<RedisProtocol.PublishMismatch>(m => Do(m, RedisCommand.Of(
            "SET", RedisKeys.PositionMismatch, LedgerFacts.Plain(m.Seconds), "PX", m.ForMs)));
        Receive<RedisProtocol.GetMismatch>(m => Ask(m,
            client.Execute(RedisCommand.Of("GET", RedisKeys.PositionMismatch), settings.CommandDeadline), PositionStateWire.ReadMismatch));
    }

    private void ReadLedgers(RedisProtocol.ReadLedgers ask) => Ask(ask,
        RedisScripts.ReadLedgers.Execute(client, [.. ask.Symbols.SelectMany(PositionStateWire.FactKeys)], [], settings.CommandDeadline),
        value => PositionStateWire.ReadLedgers(value, ask));

    private void IssuePositionPermit(RedisProtocol.IssuePositionPermit issue)
    {
        var symbol = issue.Check?.Symbol.Value ?? "";
        Ask(issue,
            RedisScripts.IssuePermit.Execute(client,
                [
                    RedisKeys.PositionStatePermit + issue.Id, RedisKeys.Plans, RedisKeys.PositionLedger + symbol,
                    RedisKeys.PositionLedgerCopy + symbol, RedisKeys.ReconcileEvents, RedisKeys.LastExecution + symbol,
                ],
                [
                    issue.Json, Text(issue.Id is null ? 0 : issue.TtlSeconds), RedisKeys.PositionStateGroup, issue.StreamId,
                    issue.Check is null ? "0" : "1", issue.Check?.Expected ?? "",
                    issue.Check?.Begin is { } begin ? LedgerFacts.Plain(begin) : "", symbol, Text(settings.RecordLength),
                    Text(NowSeconds()), Text(issue.Check?.AskedMs ?? 0),
                ],
                settings.CommandDeadline),
            value => value.TryInteger(out var changed) ? new RedisProtocol.PositionPermitIssued(issue, changed == 1) : null);
    }

    private void EnterFill(RedisProtocol.EnterFill enter)
    {
        var entryMs = StreamEntryIds.Ms(enter.StreamId);
        Ask(enter,
            RedisScripts.EnterFill.Execute(client,
                [
                    RedisKeys.PositionLedger + enter.Symbol, RedisKeys.PositionLedgerCopy + enter.Symbol,
                    RedisKeys.ResultApplied + enter.PlanId + ":" + enter.Fill.OrderId, RedisKeys.LastExecution + enter.Symbol,
                    RedisKeys.PlanResults,
                ],
                [
                    enter.Expected ?? "", enter.After is { } after ? LedgerFacts.Plain(after) : "", Text(entryMs), Text((long)OldestResult.TotalMilliseconds),
                    Text((long)MarkMemory.TotalSeconds), RedisKeys.PositionStateGroup, enter.StreamId, enter.Last ? "1" : "0",
                    .. PositionStateWire.CopyFields(enter, entryMs),
                ],
                settings.CommandDeadline),
            value => PositionStateWire.ReadFill(value, enter));
    }

    private void MarkOutcomeUnknown(RedisProtocol.MarkOutcomeUnknown mark) => Ask(mark,
        RedisScripts.MarkOutcomeUnknown.Execute(client,
            [
                RedisKeys.PositionLedger + mark.Symbol, RedisKeys.ResultApplied + mark.PlanId + ":unknown", RedisKeys.PlanResults,
                RedisKeys.ReconcileEvents,
            ],
            [
                mark.PlanId, mark.Symbol.Value, mark.Why, Text(StreamEntryIds.Ms(mark.StreamId)),
                Text((long)OldestResult.TotalMilliseconds), Text((long)MarkMemory.TotalSeconds), RedisKeys.PositionStateGroup,
                mark.StreamId, Text(settings.RecordLength),
            ],
            settings.CommandDeadline),
        _ => new RedisProtocol.Done(mark));

    private void SetLedger(RedisProtocol.SetLedger set) => Ask(set,
        RedisScripts.SetLedger.Execute(client,
            [
                RedisKeys.PositionLedger + set.Symbol, RedisKeys.PositionLedgerCopy + set.Symbol, RedisKeys.ReconcileEvents,
                RedisKeys.LastExecution + set.Symbol,
            ],
            [
                set.Expected ?? "", LedgerFacts.Plain(set.Amount), Text(NowSeconds()), Text(settings.RecordLength), Text(set.AskedMs),
                .. PositionStateWire.EventFields(
                    set.Event, set.Symbol, set.Reason, NowSeconds() * 1000, "ledger_amt", LedgerFacts.Plain(set.Amount),
                    "ledger_before", set.Expected ?? ""),
            ],
            settings.CommandDeadline),
        value => value.TryInteger(out var changed) ? new RedisProtocol.LedgerSet(set, changed == 1) : null);

    private void ClearOutcomeUnknown(RedisProtocol.ClearOutcomeUnknown clear) => Ask(clear,
        RedisScripts.ClearOutcomeUnknown.Execute(client,
            [RedisKeys.PositionLedger + clear.Symbol, RedisKeys.ReconcileEvents],
            [
                clear.Mark, Text(settings.RecordLength),
                .. PositionStateWire.EventFields("HOLD_CLEARED", clear.Symbol, clear.Reason, NowSeconds() * 1000),
            ],
            settings.CommandDeadline),
        _ => new RedisProtocol.Done(clear));

    private void PublishReconcileEvent(RedisProtocol.PublishReconcileEvent publish)
    {
        var flat = PositionStateWire.EventFields(
            publish.Event, publish.Symbol, publish.Reason, publish.AtMs, "exchange_amt", LedgerFacts.Plain(publish.ExchangeAmount),
            "ledger_amt", publish.LedgerAmount is { } ledger ? LedgerFacts.Plain(ledger) : "");
        Do(publish, StreamCommands.Add(RedisKeys.ReconcileEvents, settings.RecordLength,
            [.. flat.Chunk(2).Select(pair => new KeyValuePair<string, string>(pair[0], pair[1]))]));
    }

    /// <summary>Pipelined: each position is a step of its own, and a key of the wrong type costs its own symbol only.</summary>
    private void PublishPositions(RedisProtocol.PublishPositions publish)
    {
        var running = publish.Positions.Select(p => Publish(p).AsTask()).ToArray();
        Task.WhenAll(running).PipeTo(Sender, self, success: results => Array.TrueForAll(results, r => r.IsValue)
            ? new RedisProtocol.Done(publish)
            : GatewayWire.Reply(publish, Array.Find(results, r => !r.IsValue), _ => null));
    }

    private ValueTask<RedisResult> Publish(PositionPublication p)
    {
        var (snapshot, state) = (PositionStateWire.SnapshotFields(p), PositionStateWire.StateFields(p));
        return RedisScripts.PublishPosition.Execute(client,
            [
                RedisKeys.PositionSnapshot + p.Symbol, RedisKeys.PositionState + p.Symbol, RedisKeys.PositionLedger + p.Symbol,
                RedisKeys.PositionLedgerCopy + p.Symbol, RedisKeys.ReconcileState + p.Symbol,
            ],
            [
                Text((long)SnapshotLife.TotalSeconds), LedgerFacts.Plain(p.Amount), Text(snapshot.Length), Text(state.Length),
                p.DriftSinceMs is null ? "0" : "1", .. snapshot, .. state, .. PositionStateWire.ReconcileFields(p),
            ],
            settings.CommandDeadline);
    }

    /// <summary>As with panics: who asks again has begun a new life and is given what it left unacknowledged.</summary>
    private void WatchResults(RedisProtocol.WatchResults watch)
    {
        subscribers.Results = new PlanSubscriber(Sender, watch.Consumer);
        Context.Watch(Sender);
        if (readers.Remove(RedisKeys.PlanResults, out var before))
        {
            _ = before.DisposeAsync().AsTask();
        }

        StartResultReader();
    }

    private void StartResultReader()
    {
        if (subscribers.Results is { } subscriber && !readers.ContainsKey(RedisKeys.PlanResults))
        {
            var consumer = new StreamConsumer(RedisKeys.PlanResults, RedisKeys.PositionStateGroup, subscriber.Consumer);
            readers[RedisKeys.PlanResults] = StreamGroupReader.Start(
                consumer, client, settings.Streams, Sink(RedisKeys.PlanResults, TakeResults));
        }
    }

    private async ValueTask TakeResults(IReadOnlyList<StreamEntry> entries)
    {
        var taken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        self.Tell(new ResultEntries(entries, taken));
        await Task.WhenAny(taken.Task, Task.Delay(LongestBatch, target.Time)).ConfigureAwait(false);
    }

    private void OnResults(ResultEntries read)
    {
        if (subscribers.Results?.Worker is not { } reader)
        {
            return;
        }

        foreach (var entry in read.Entries)
        {
            reader.Tell(new RedisProtocol.ResultSeen(entry.Id.ToString(), entry.Fields));
        }

        reader.Ask<ActorIdentity>(new Identify(RedisKeys.PlanResults), LongestBatch).PipeTo(
            self, success: _ => new PanicsTaken(read.Taken), failure: _ => new PanicsTaken(read.Taken));
    }

    private long NowSeconds() => target.Time.GetUtcNow().ToUnixTimeSeconds();
}
