using Akka.Actor;
using Akka.Event;
using Trader.Actors.Ports;
using Trader.Messages;

namespace Trader.Actors.PanicClose;

/// <summary>
/// Sets the halt in Redis and on the local disk (S4) and keeps it set until a person clears it (S14): what Redis did not take is set as
/// soon as it can, and a Redis that lost its memory is told again. A person's <c>DEL</c> is recognised by the witness that remains.
/// </summary>
public sealed class HaltKeeper : ReceiveActor, IWithTimers
{
    private sealed record Look;

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly Surroundings around;
    private readonly ILoggingAdapter log = Context.GetLogger();
    private readonly Dictionary<EventId, Answer> asked = [];
    private HaltRecord? inForce;
    private bool complained;

    public HaltKeeper(Surroundings around)
    {
        this.around = around;
        Receive<PanicCloseProtocol.Halt>(OnHalt);
        Receive<RedisProtocol.Done>(done => OnRedis((done.Command as RedisProtocol.SetHalt)?.Halt, inRedis: true, ""));
        Receive<RedisProtocol.NotDone>(OnNotDone);
        Receive<RedisProtocol.HaltRead>(OnHaltRead);
        Receive<RedisProtocol.Connected>(_ => LookAtRedis());
        Receive<RedisProtocol.Disconnected>(_ => { });
        Receive<DiskProtocol.LatchSet>(set => OnDisk(set.EventId, onDisk: true));
        Receive<DiskProtocol.LatchNotSet>(OnLatchNotSet);
        Receive<DiskProtocol.LatchCleared>(cleared => log.Info("Halt latch of {0} removed", cleared.EventId));
        Receive<DiskProtocol.Recovered>(OnRecovered);
        Receive<Look>(_ => LookAtRedis());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(Surroundings around) => Akka.Actor.Props.Create(() => new HaltKeeper(around));

    protected override void PreStart()
    {
        // No record has this kind: only the latch is wanted here.
        around.Disk.Tell(new DiskProtocol.Recover("halt-latch-only."));
        around.Redis.Tell(new RedisProtocol.WatchConnection());
        Timers.StartPeriodicTimer(nameof(Look), new Look(), LookEvery);
    }

    private void OnHalt(PanicCloseProtocol.Halt halt)
    {
        inForce = halt.Record;
        asked[halt.Record.EventId] = new Answer(Sender);
        around.Disk.Tell(new DiskProtocol.SetLatch(halt.Record));
        around.Redis.Tell(new RedisProtocol.SetHalt(halt.Record));
        around.Meter.Gauge("trader_halted", 1);
    }

    private void OnRecovered(DiskProtocol.Recovered recovered)
    {
        if (inForce is null && recovered.Latch is { } latch)
        {
            log.Warning("Trading is halted since an earlier life: {0}", latch.Reason);
            inForce = latch;
            around.Meter.Gauge("trader_halted", 1);
            LookAtRedis();
        }
    }

    private void LookAtRedis()
    {
        if (inForce is not null)
        {
            around.Redis.Tell(new RedisProtocol.GetHalt(inForce.EventId));
        }
    }

    private void OnHaltRead(RedisProtocol.HaltRead read)
    {
        if (inForce is null || read.Of != inForce.EventId
            || asked.GetValueOrDefault(inForce.EventId) is { InRedis: null })
        {
            return;
        }

        if (!read.Witnessed)
        {
            log.Warning("Redis does not know the halt of {0}: setting it", inForce.EventId);
            around.Redis.Tell(new RedisProtocol.SetHalt(inForce));
        }
        else if (!read.Halted)
        {
            log.Warning("Halt of {0} was cleared by a person", inForce.EventId);
            around.Disk.Tell(new DiskProtocol.ClearLatch(inForce.EventId));
            Context.Parent.Tell(new PanicCloseProtocol.HaltCleared(inForce.EventId));
            around.Meter.Gauge("trader_halted", 0);
            inForce = null;
        }
    }

    private void OnNotDone(RedisProtocol.NotDone failed)
    {
        if (failed.Command is RedisProtocol.SetHalt set)
        {
            OnRedis(set.Halt, inRedis: false, failed.Why);
        }
    }

    private void OnRedis(HaltRecord? halt, bool inRedis, string why)
    {
        if (halt is null)
        {
            return;
        }

        if (!inRedis && !complained)
        {
            log.Error("Failed to set halt state: {0}", why);
        }

        complained = !inRedis;
        Settle(halt.EventId, answer => answer.InRedis = inRedis);
    }

    private void OnLatchNotSet(DiskProtocol.LatchNotSet failed)
    {
        log.Error("Failed to write the halt latch: {0}", failed.Why);
        around.Redis.Tell(new RedisProtocol.PublishAlarm(new Alarm("HALT_LATCH_FAILED", failed.Why, around.NowMs)));
        OnDisk(failed.EventId, onDisk: false);
    }

    private void OnDisk(EventId id, bool onDisk) => Settle(id, answer => answer.OnDisk = onDisk);

    private void Settle(EventId id, Action<Answer> note)
    {
        if (!asked.TryGetValue(id, out var answer))
        {
            return;
        }

        note(answer);
        if (answer is { InRedis: { } inRedis, OnDisk: { } onDisk })
        {
            asked.Remove(id);
            answer.To.Tell(new PanicCloseProtocol.Halted(id, inRedis, onDisk));
        }
    }

    private sealed class Answer(IActorRef to)
    {
        public IActorRef To { get; } = to;

        public bool? InRedis { get; set; }

        public bool? OnDisk { get; set; }
    }
}
