using Akka.Actor;
using Trader.Messages;

namespace Trader.Simulation.Gate;

/// <summary>The gate's Redis: every command is one step, and does what the gateway's script of that name does.</summary>
internal sealed partial class GateRedis : SimRedisServer
{
    private readonly GateStage stage;
    private readonly Dictionary<string, GateStream> streams;

    public GateRedis(GateStage stage)
        : base(stage)
    {
        this.stage = stage;
        streams = new() { [RedisKeys.Plans] = new GateStream(stage), [RedisKeys.PlanResults] = new GateStream(stage) };
        Readers = new GateReaders(stage, this);
    }

    public GateReaders Readers { get; }

    public GateStream Plans => streams[RedisKeys.Plans];

    public GateStream Results => streams[RedisKeys.PlanResults];

    /// <summary>The kill switch as it stands.</summary>
    public KillSwitchSeen Switch => stage.Keys.Value(RedisKeys.KillSwitch) switch
    {
        ("absent", _) => new KillSwitchSeen(null, WrongType: false),
        ("string", var text) => new KillSwitchSeen(text, WrongType: false),
        _ => new KillSwitchSeen(null, WrongType: true),
    };

    private KeySpace Keys => stage.Keys;

    public GateConnection Connect(GateNode node) => Open(new GateConnection(node, node.Life));

    public GateStream Stream(string key) => streams[key];

    /// <summary>What stops an open besides the switch, at this moment; null when nothing does.</summary>
    public (TakeRefusal Why, string Detail)? Closed()
    {
        var halted = Keys.Field(RedisKeys.TradingState, "halted");
        List<KeyValuePair<string, string>> fields = halted is null ? [] : [new("halted", halted)];
        if (PanicWire.IsHalted(fields) || (halted is null && Keys.Exists(RedisKeys.TradingState)))
        {
            return (TakeRefusal.Halted, halted ?? "no field");
        }

        var entries = Keys.Text(RedisKeys.EntriesGate) ?? "";
        var stop = Keys.Text(RedisKeys.EssState) ?? "";
        return entries != "open" ? (TakeRefusal.EntriesClosed, entries)
            : stop != RedisKeys.EssClear ? (TakeRefusal.EmergencyStop, stop)
            : Keys.Exists(RedisKeys.EssActive) ? (TakeRefusal.EmergencyStop, "marker")
            : null;
    }

    protected override double? DeadlineMs(object command) => command
        is RedisProtocol.LookAtGate or RedisProtocol.TakePlan or RedisProtocol.ReadKillSwitch or RedisProtocol.ConfirmEntry
        ? GateFigures.SwitchDeadlineMs
        : Figures.RedisDeadlineMs;

    protected override bool Subscribes(RedisConnection connection, object message, IActorRef sender)
    {
        var own = (GateConnection)connection;
        switch (message)
        {
            case RedisProtocol.WatchHeartbeats:
                own.HeartbeatWatchers.Add(sender);
                return true;
            case RedisProtocol.WatchPlans watch:
                Readers.Watch(own, new GateReader(RedisKeys.Plans, watch.Group, watch.Consumer, sender, asksForMore: true));
                return true;
            case RedisProtocol.WatchResults watch:
                Readers.Watch(own, new GateReader(
                    RedisKeys.PlanResults, RedisKeys.PositionStateGroup, watch.Consumer, sender, asksForMore: false));
                return true;
            case RedisProtocol.TakeMorePlans more:
                Readers.More(own, more);
                return true;
            default:
                return false;
        }
    }

    protected override void WakeReaders() => Readers.Wake();

    protected override void Connected(RedisConnection connection) => Readers.Connected((GateConnection)connection);

    protected override void Flush()
    {
        Keys.Flush();
        foreach (var stream in streams.Values)
        {
            stream.Flush();
        }

        stage.Checks.Flushed();
        stage.Ledgers.Flushed();
    }

    protected override void Asked(RedisConnection connection, object command) =>
        stage.Checks.Asked((GateConnection)connection, command);

    protected override void Delivered(RedisConnection connection, RedisCommandInFlight command, object reply) =>
        stage.Checks.Delivered((GateConnection)connection, command, reply);

    protected override object Execute(RedisConnection connection, RedisCommandInFlight inFlight)
    {
        var before = Switch;
        var answer = Do((GateConnection)connection, inFlight.Command);
        if (answer is not RedisProtocol.NotDone)
        {
            stage.Checks.Executed((GateConnection)connection, inFlight, answer);
        }

        if (Switch != before)
        {
            stage.Break("S14", $"{inFlight.Command} changed the kill switch from {before.Shown} to {Switch.Shown}");
        }

        return answer;
    }

    private object Do(GateConnection connection, object command)
    {
        switch (command)
        {
            case RedisProtocol.LookAtGate look:
                return Look(connection, look);
            case RedisProtocol.TakePlan take:
                return Take(connection, take);
            case RedisProtocol.ReadKillSwitch read:
                return new RedisProtocol.KillSwitchRead(read.Round, Switch);
            case RedisProtocol.ConfirmEntry confirm:
                var closed = Closed();
                return new RedisProtocol.EntryConfirmed(confirm.Round, Switch, closed?.Why, closed?.Detail ?? "");
            case RedisProtocol.PublishResults publish:
                return Publish(connection, publish);
            case RedisProtocol.KeepPlans keep:
                Plans.Group(RedisKeys.GateGroup).Keep(connection.Node.Name, keep.StreamIds);
                return new RedisProtocol.Done(command);
            case RedisProtocol.PublishLiveness or RedisProtocol.PublishAlarm:
                return Full ? OutOfMemory(command) : new RedisProtocol.Done(command);
            default:
                return DoForPositionState(command);
        }
    }

    private static RedisProtocol.NotDone OutOfMemory(object command) =>
        new(command, RedisDoubt.Refused, "OOM command not allowed when used memory > 'maxmemory'");

    /// <summary>Where memory is short the registering fails inside the script, and the rest of the look goes on.</summary>
    private RedisProtocol.GateLooked Look(GateConnection connection, RedisProtocol.LookAtGate look)
    {
        if (look.Report is not null && !Full)
        {
            Keys.SetFields(RedisKeys.Gates, (connection.Node.Name, Switch.IsOn ? "on" : "off"));
        }

        var mismatch = Keys.Text(RedisKeys.PositionMismatch);
        var plans = new List<PlanSighting>();
        foreach (var (id, digest) in look.Plans)
        {
            var key = RedisKeys.PlanRecord + id;
            if (digest.Length > 0 && !Full)
            {
                Keys.SetNew(key, digest, GateFigures.PlanRecordSeconds);
            }

            var (kind, record) = Keys.Value(key);
            plans.Add(new PlanSighting(
                id, kind == "other" || (digest.Length > 0 && !record.StartsWith(digest, StringComparison.Ordinal)),
                Keys.Exists(RedisKeys.PlanTaken + id), PlanRecordText.Read(record),
                Permit(RedisKeys.Permit + id), Permit(RedisKeys.PositionStatePermit + id)));
        }

        return new RedisProtocol.GateLooked(
            look.LookId, Switch, PlanWire.TryNumber(mismatch, out var seconds) && seconds >= 0 ? seconds : null, plans);
    }

    private PermitSeen Permit(string key) => Keys.Value(key) switch
    {
        ("absent", _) => PermitSeen.Absent,
        ("string", var text) => new PermitSeen(true, text, Keys.TtlSeconds(key)),
        _ => new PermitSeen(true, null, Keys.TtlSeconds(key)),
    };

    private object Take(GateConnection connection, RedisProtocol.TakePlan take)
    {
        var id = take.Draft.Plan;
        RedisProtocol.PlanNotTaken No(TakeRefusal why, string detail) => new(id, why, detail);
        if (Switch.IsOn)
        {
            return No(TakeRefusal.KillSwitch, Switch.Shown);
        }

        if (take.Draft.Opens && Closed() is { } closed)
        {
            return No(closed.Why, closed.Detail);
        }

        var (record, taken) = (RedisKeys.PlanRecord + id, RedisKeys.PlanTaken + id);
        if (Keys.Exists(taken) || Keys.Exists(RedisKeys.ResultPublished + take.Record.StreamId))
        {
            return No(TakeRefusal.Duplicate, "");
        }

        var (kind, text) = Keys.Value(record);
        if (kind == "other" || (kind == "string" && text != take.Record.Digest))
        {
            return No(TakeRefusal.OtherContent, "");
        }

        PermitTexts? consumed = null;
        if (take.Permits is { } permits)
        {
            foreach (var (key, judged) in new[] { (RedisKeys.Permit + id, permits.Governor), (RedisKeys.PositionStatePermit + id, permits.PositionState) })
            {
                if (Keys.Value(key) != ("string", judged))
                {
                    return No(TakeRefusal.PermitChanged, Keys.Value(key).Kind);
                }
            }

            consumed = new PermitTexts(Keys.Text(RedisKeys.Permit + id) ?? "", Keys.Text(RedisKeys.PositionStatePermit + id) ?? "");
            Keys.Delete(RedisKeys.Permit + id);
            Keys.Delete(RedisKeys.PositionStatePermit + id);
        }
        else if (Full)
        {
            // With permits the deletion comes first, and a script that has written goes on.
            return OutOfMemory(take);
        }

        Keys.Set(taken, "1", take.TtlSeconds);
        Keys.Set(record, take.Record.Write(), take.TtlSeconds);
        stage.Checks.Taken(connection, take, consumed);
        stage.Took(connection.Owner);
        return new RedisProtocol.PlanTaken(new GatePass(take.Draft, bypass: take.Permits is null));
    }

    private object Publish(GateConnection connection, RedisProtocol.PublishResults publish)
    {
        foreach (var outcome in publish.Outcomes)
        {
            if (!outcome.Taken && outcome.StreamId is { } own
                && Keys.Value(RedisKeys.PlanRecord + outcome.Result.PlanId).Text.Contains($"|{own}|", StringComparison.Ordinal))
            {
                continue;
            }

            var mark = RedisKeys.ResultPublished + outcome.Key;
            if (!Keys.Exists(mark) && !Keys.Exists(RedisKeys.ResultPublished + outcome.FinalKey))
            {
                if (Full)
                {
                    return OutOfMemory(publish);
                }

                Results.Add(PlanResultWire.Write(outcome.Result));
                Keys.Set(mark, "1", GateFigures.ResultMarkSeconds);
                stage.Checks.Results.Published(connection, outcome);
            }

            if (outcome.StreamId is { } entry)
            {
                Plans.Group(RedisKeys.GateGroup).Ack(entry);
                stage.Checks.Results.Acknowledged(connection, entry);
            }
        }

        Readers.Wake();
        return new RedisProtocol.Done(publish);
    }
}
