using System.Globalization;
using Akka.Actor;
using Akka.Event;
using Trader.Actors.Ports;
using Trader.Messages;

namespace Trader.Redis.Gateway;

/// <summary>
/// The only actor that speaks to Redis. It turns <see cref="RedisProtocol"/> into commands and their answers into events; it decides
/// nothing. No handler waits: while Redis is away every command is answered at once with <see cref="RedisProtocol.NotDone"/> (S2).
/// </summary>
public sealed partial class RedisGateway : ReceiveActor
{
    private sealed record LinkChanged(RedisLinkState State);

    private sealed record HeartbeatEntries(IReadOnlyList<StreamEntry> Entries, bool Backlog);

    private sealed record CompletionEntries(IReadOnlyList<StreamEntry> Entries, bool Backlog);

    private sealed record PanicEntries(IReadOnlyList<StreamEntry> Entries, TaskCompletionSource Taken);

    private sealed record PanicsTaken(TaskCompletionSource Taken);

    private sealed record Notice(string Stream, StreamNotice What);

    /// <summary>A worker that takes longer over a batch is not waited for: late is better than deaf.</summary>
    private static readonly TimeSpan LongestBatch = TimeSpan.FromSeconds(2);

    private readonly RedisGatewaySettings settings;
    private readonly RedisTarget target;
    private readonly ILoggingAdapter log = Context.GetLogger();
    private readonly IActorRef self;
    private readonly RedisClient client;
    private readonly Dictionary<string, IAsyncDisposable> readers = new(StringComparer.Ordinal);
    private readonly RedisSubscribers subscribers;
    private readonly IMeter meter;
    private object linkState = new RedisProtocol.Disconnected("connecting");

    public RedisGateway(RedisGatewaySettings settings, TimeProvider time, IMeter meter, RedisSubscribers subscribers)
    {
        this.settings = settings;
        this.meter = meter;
        this.subscribers = subscribers;
        target = new RedisTarget(settings.Endpoint, settings.Redis, time);
        self = Self;
        client = RedisClient.Start(target, state => self.Tell(new LinkChanged(state)));
        Receive<LinkChanged>(changed => OnLink(changed.State));
        Receive<HeartbeatEntries>(OnHeartbeats);
        Receive<CompletionEntries>(OnCompletions);
        Receive<PanicEntries>(OnPanics);
        Receive<PanicsTaken>(taken => taken.Taken.TrySetResult());
        Receive<Notice>(notice => log.Warning("{0}: {1}: {2}", notice.Stream, notice.What.Kind, notice.What.Detail));
        Receive<Terminated>(OnTerminated);
        Receive<RedisProtocol.WatchConnection>(_ => WatchConnection());
        Receive<RedisProtocol.WatchHeartbeats>(_ => WatchHeartbeats());
        Receive<RedisProtocol.WatchCompletions>(_ => WatchCompletions());
        Receive<RedisProtocol.WatchPanics>(WatchPanics);
        Receive<RedisProtocol.PublishHeartbeat>(m => Do(m,
            StreamCommands.Add(RedisKeys.Heartbeat, settings.HeartbeatLength, HeartbeatWire.Write(m.Heartbeat))));
        Receive<RedisProtocol.PublishEntriesGate>(m => Do(m, RedisCommand.Of(
            "SET", RedisKeys.EntriesGate, m.Open ? "open" : "closed:" + m.Reason, "PX", m.ForMs)));
        Receive<RedisProtocol.PublishLiveness>(m => Do(m, RedisCommand.Of(
            "SET", RedisKeys.Liveness + m.Role, m.Instance, "PX", m.ForMs)));
        Receive<RedisProtocol.PublishRoleReport>(PublishRoleReport);
        Receive<RedisProtocol.PublishAlarm>(PublishAlarm);
        Receive<RedisProtocol.AckPanic>(m => Do(m, RedisCommand.Of(
            "XACK", RedisKeys.PanicClose, RedisKeys.PanicGroup, m.StreamId)));
        Receive<RedisProtocol.KeepPanics>(Keep);
        Receive<RedisProtocol.GetLiveness>(GetLiveness);
        Receive<RedisProtocol.PublishPanic>(PublishPanic);
        Receive<RedisProtocol.ClaimPanic>(Claim);
        Receive<RedisProtocol.SetHalt>(SetHalt);
        Receive<RedisProtocol.GetHalt>(GetHalt);
        Receive<RedisProtocol.GetPanicHistory>(GetHistory);
        Receive<RedisProtocol.PublishCompletion>(Complete);
        Receive<RedisProtocol.PublishRefusal>(Refuse);
        ReceivePlans();
        ReceiveGovernor();
        ReceiveFlatten();
        ReceiveEss();
        ReceivePositionState();
        ReceiveGate();
        ReceiveIntents();
    }

    /// <summary>The subscribers belong to the props and not to the actor: a restart that forgot them would leave them deaf (S10).</summary>
    public static Props Props(RedisGatewaySettings settings, TimeProvider time, IMeter? meter = null)
    {
        var (figures, subscribers) = (meter ?? NoMeter.Instance, new RedisSubscribers());
        return Akka.Actor.Props.Create(() => new RedisGateway(settings, time, figures, subscribers));
    }

    protected override void PreStart()
    {
        foreach (var watcher in subscribers.All())
        {
            Context.Watch(watcher);
        }

        StartReaders();
    }

    protected override void PostStop()
    {
        // Disposing waits for sockets; nobody needs to wait for that.
        _ = client.DisposeAsync().AsTask();
        foreach (var reader in readers.Values)
        {
            _ = reader.DisposeAsync().AsTask();
        }
    }

    /// <summary>Counted here, where every alarm of the node passes, and whether or not Redis takes it.</summary>
    private void PublishAlarm(RedisProtocol.PublishAlarm publish)
    {
        meter.Count("trader_alarms_total", 1, ("code", publish.Alarm.Code));
        Do(publish, StreamCommands.Add(RedisKeys.Alarms, settings.RecordLength, GatewayWire.Write(publish.Alarm)));
    }

    partial void ReceiveGovernor();

    partial void ReceiveFlatten();

    partial void ReceiveEss();

    partial void ReceivePositionState();

    partial void ReceiveGate();

    partial void ReceiveIntents();

    private void OnLink(RedisLinkState state)
    {
        object? next = state switch
        {
            RedisLinkState.Up => new RedisProtocol.Connected(),
            RedisLinkState.Down down => new RedisProtocol.Disconnected($"{down.Reason}: {down.Detail}", down.Reason == RedisDownReason.Refused),
            _ => null,
        };
        if (next is null || next.Equals(linkState))
        {
            return;
        }

        linkState = next;
        foreach (var watcher in subscribers.Connection)
        {
            watcher.Tell(linkState);
        }

        if (next is RedisProtocol.Connected)
        {
            ReadBacklogs();
        }
    }

    private void PublishRoleReport(RedisProtocol.PublishRoleReport report) => Ask(report,
        RedisScripts.ReportRole.Execute(client, [RedisKeys.RoleReports + report.Role], [report.Node, report.NotReady], settings.CommandDeadline),
        _ => new RedisProtocol.Done(report));

    private void GetLiveness(RedisProtocol.GetLiveness ask)
    {
        RedisArgument[] keys = [.. ask.Roles.Select(role => (RedisArgument)(RedisKeys.Liveness + role))];
        Ask(ask, client.Execute(RedisCommand.Of("MGET", keys), settings.CommandDeadline),
            value => GatewayWire.ReadLiveness(value, ask.Roles));
    }

    private void Keep(RedisProtocol.KeepPanics keep)
    {
        RedisArgument[] all =
        [
            RedisKeys.PanicClose, RedisKeys.PanicGroup, subscribers.Worker, 0,
            .. keep.StreamIds.Select(RedisArgument.FromString), "JUSTID",
        ];
        Do(keep, RedisCommand.Of("XCLAIM", all));
    }

    private void PublishPanic(RedisProtocol.PublishPanic publish) => Ask(publish,
        RedisScripts.IssuePanic.Execute(client,
            [RedisKeys.PanicClose, RedisKeys.PanicIssued + publish.Trigger.EventId],
            [Text((long)settings.IssuedMemory.TotalSeconds), .. GatewayWire.Flat(PanicWire.Write(publish.Trigger))],
            settings.CommandDeadline),
        value => value.TryText(out var id) ? new RedisProtocol.PanicPublished(publish.Trigger.EventId, id) : null);

    private void Claim(RedisProtocol.ClaimPanic claim) => Ask(claim,
        RedisScripts.Claim.Execute(client, [RedisKeys.PanicProcessed],
            [claim.EventId.Value, claim.Worker, Text(claim.IdleMs)], settings.CommandDeadline),
        value => GatewayWire.ReadClaim(value, claim.EventId));

    private void SetHalt(RedisProtocol.SetHalt set) => Ask(set,
        RedisScripts.SetHalt.Execute(client,
            [RedisKeys.TradingState, RedisKeys.HaltWitness + set.Halt.EventId],
            [set.Halt.EventId.Value, .. GatewayWire.Flat(PanicWire.Write(set.Halt))], settings.CommandDeadline),
        _ => new RedisProtocol.Done(set));

    private void GetHalt(RedisProtocol.GetHalt get) => Ask(get,
        RedisScripts.ReadHalt.Execute(client,
            [RedisKeys.TradingState, RedisKeys.HaltWitness + (get.Of?.Value ?? "")], [], settings.CommandDeadline),
        value => GatewayWire.ReadHalt(value, get.Of));

    private void GetHistory(RedisProtocol.GetPanicHistory get) => Ask(get,
        RedisScripts.History.Execute(client,
            [RedisKeys.PanicProcessed, RedisKeys.HaltWitness + get.EventId], [get.EventId.Value], settings.CommandDeadline),
        value => GatewayWire.ReadHistory(value, get.EventId));

    private void Complete(RedisProtocol.PublishCompletion publish)
    {
        var id = publish.Completion.EventId;
        IReadOnlyList<string> halt = GatewayWire.Flat(PanicWire.Write(publish.Halt));
        Ask(publish,
            RedisScripts.Complete.Execute(client,
                [RedisKeys.PanicProcessed, RedisKeys.PanicCompleted, RedisKeys.TradingState, RedisKeys.HaltWitness + id],
                [id.Value, publish.Halt.HaltedBy, Text(halt.Count), .. halt, .. GatewayWire.Flat(PanicWire.Write(publish.Completion))],
                settings.CommandDeadline),
            value => GatewayWire.ReadCompleted(value, id));
    }

    private void Refuse(RedisProtocol.PublishRefusal refusal) => Ask(refusal,
        RedisScripts.Refuse.Execute(client, [RedisKeys.PanicProcessed, RedisKeys.PanicRejected],
            [
                refusal.EventId.Value, subscribers.Worker, Text(RedisGatewaySettings.ProcessedLimit), Text(settings.RecordLength),
                .. GatewayWire.Flat(GatewayWire.Write(refusal)),
            ],
            settings.CommandDeadline),
        _ => new RedisProtocol.Done(refusal));

    private void Do(object command, RedisCommand redis) =>
        Ask(command, client.Execute(redis, settings.CommandDeadline), _ => new RedisProtocol.Done(command));

    /// <summary>One reply to whoever asked, whatever happens. An answer of an unexpected shape is a refusal, not a guess.</summary>
    private void Ask(object command, ValueTask<RedisResult> running, Func<RespValue, object?> read) =>
        running.AsTask().PipeTo(Sender, self, success: result => GatewayWire.Reply(command, result, read));

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
