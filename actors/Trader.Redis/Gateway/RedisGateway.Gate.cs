using Akka.Actor;
using Trader.Messages;

namespace Trader.Redis.Gateway;

/// <summary>The order gate's commands. The pass that makes an order comes from here: out of the atomic step's answer, and of nothing else (S6).</summary>
public sealed partial class RedisGateway
{
    private sealed record PlanEndEntries(IReadOnlyList<StreamEntry> Entries);

    /// <summary>Apart from the reader of the same stream in the position state brain's group.</summary>
    private const string PlanEndReader = RedisKeys.PlanResults + "/ends";

    /// <summary>A plan that was seen is known by its content at least as long as permits live.</summary>
    private const int PlanRecordSeconds = 600;

    /// <summary>
    /// As long as a plan is known: a gate that was cut off or stood still comes back with what it has in hand, and what another one has
    /// answered meanwhile must be neither carried out nor answered again.
    /// </summary>
    private const int ResultMarkSeconds = PlanRecordSeconds;

    /// <summary>A late answer about the switch is none (apply-layer contract 2.6).</summary>
    private static readonly TimeSpan SwitchDeadline = TimeSpan.FromMilliseconds(250);

    partial void ReceiveGate()
    {
        Receive<RedisProtocol.LookAtGate>(LookAtGate);
        Receive<RedisProtocol.TakePlan>(TakePlan);
        Receive<RedisProtocol.ReadKillSwitch>(ReadKillSwitch);
        Receive<RedisProtocol.ConfirmEntry>(ConfirmEntry);
        Receive<RedisProtocol.PublishResults>(PublishResults);
        Receive<RedisProtocol.KeepPlans>(KeepPlans);
        Receive<RedisProtocol.PublishPlan>(m => Do(m, StreamCommands.Add(RedisKeys.Plans, settings.RecordLength, m.Fields)));
        Receive<RedisProtocol.WatchPlanEnds>(_ => WatchPlanEnds());
        Receive<PlanEndEntries>(OnPlanEnds);
    }

    private void LookAtGate(RedisProtocol.LookAtGate look)
    {
        List<string> keys = [RedisKeys.KillSwitch, RedisKeys.Gates, RedisKeys.PositionMismatch];
        foreach (var plan in look.Plans)
        {
            keys.AddRange(PlanKeys(plan.Id));
        }

        Ask(look,
            RedisScripts.LookAtGate.Execute(client, keys,
                [
                    subscribers.Plans.GetValueOrDefault(RedisKeys.GateGroup)?.Consumer ?? "", look.Report is { } count ? Text(count) : "",
                    Text(PlanRecordSeconds), .. look.Plans.Select(plan => plan.Digest),
                ],
                SwitchDeadline),
            value => GateAnswers.Looked(value, look));
    }

    private void TakePlan(RedisProtocol.TakePlan take) => Ask(take,
        RedisScripts.TakePlan.Execute(client,
            [
                RedisKeys.KillSwitch, RedisKeys.TradingState, RedisKeys.EntriesGate, RedisKeys.EssState, RedisKeys.EssActive,
                .. PlanKeys(take.Draft.Plan), RedisKeys.ResultPublished + take.Record.StreamId,
            ],
            [
                take.Draft.Opens ? "open" : "reduce",
                take.Permits is null ? "bypass" : "permits",
                take.Permits?.Governor ?? "", take.Permits?.PositionState ?? "", take.Record.Digest, take.Record.Write(), Text(take.TtlSeconds),
            ],
            SwitchDeadline),
        value => GateAnswers.Taken(value, take));

    private void ReadKillSwitch(RedisProtocol.ReadKillSwitch read)
    {
        var asked = client.Execute(RedisCommand.Of("GET", RedisKeys.KillSwitch), SwitchDeadline);
        asked.AsTask().PipeTo(Sender, self, success: result => result.ErrorCode == "WRONGTYPE"
            ? new RedisProtocol.KillSwitchRead(read.Round, new KillSwitchSeen(null, WrongType: true))
            : GatewayWire.Reply(read, result, value => value.IsNull
                ? new RedisProtocol.KillSwitchRead(read.Round, new KillSwitchSeen(null, WrongType: false))
                : value.TryText(out var text) ? new RedisProtocol.KillSwitchRead(read.Round, new KillSwitchSeen(text, WrongType: false)) : null));
    }

    private void ConfirmEntry(RedisProtocol.ConfirmEntry confirm) => Ask(confirm,
        RedisScripts.ConfirmEntry.Execute(client,
            [RedisKeys.KillSwitch, RedisKeys.TradingState, RedisKeys.EntriesGate, RedisKeys.EssState, RedisKeys.EssActive], [], SwitchDeadline),
        value => GateAnswers.Confirmed(value, confirm));

    private void PublishResults(RedisProtocol.PublishResults publish) => Ask(publish,
        RedisScripts.PublishResults.Execute(client,
            [RedisKeys.PlanResults, RedisKeys.Plans, .. publish.Outcomes.SelectMany(ResultKeys)],
            [
                RedisKeys.GateGroup, Text(settings.RecordLength), Text(ResultMarkSeconds),
                .. publish.Outcomes.SelectMany(
                    o => GatewayWire.Flat(PlanResultWire.Write(o.Result)).Prepend(o.Taken ? "taken" : "").Prepend(o.StreamId ?? "")),
            ],
            settings.CommandDeadline),
        _ => new RedisProtocol.Done(publish));

    private void KeepPlans(RedisProtocol.KeepPlans keep)
    {
        RedisArgument[] all =
        [
            RedisKeys.Plans, RedisKeys.GateGroup, subscribers.Plans.GetValueOrDefault(RedisKeys.GateGroup)?.Consumer ?? "", 0,
            .. keep.StreamIds.Select(RedisArgument.FromString), "JUSTID",
        ];
        Do(keep, RedisCommand.Of("XCLAIM", all));
    }

    private void WatchPlanEnds()
    {
        Add(subscribers.PlanEnds);
        StartReaders();
    }

    private void StartPlanEndReader()
    {
        if (subscribers.PlanEnds.Count > 0 && !readers.ContainsKey(PlanEndReader))
        {
            readers[PlanEndReader] = StreamTail.StartAtEnd(RedisKeys.PlanResults, target, settings.Streams, Sink(PlanEndReader, entries =>
            {
                self.Tell(new PlanEndEntries(entries));
                return ValueTask.CompletedTask;
            }));
        }
    }

    private void OnPlanEnds(PlanEndEntries read)
    {
        foreach (var ended in read.Entries.Select(ResultOf).OfType<PlanResult>().Select(result => new RedisProtocol.PlanEnded(result)))
        {
            foreach (var watcher in subscribers.PlanEnds)
            {
                watcher.Tell(ended);
            }
        }
    }

    private static string[] ResultKeys(PlanOutcome outcome) =>
    [
        RedisKeys.ResultPublished + outcome.Key, RedisKeys.ResultPublished + outcome.FinalKey, RedisKeys.PlanRecord + outcome.Result.PlanId,
    ];

    private static string[] PlanKeys(PlanId id) =>
    [
        RedisKeys.PlanRecord + id, RedisKeys.PlanTaken + id, RedisKeys.Permit + id, RedisKeys.PositionStatePermit + id,
    ];
}
