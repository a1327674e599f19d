using System.Globalization;
using Akka.Actor;
using Akka.Event;
using Trader.Messages;

namespace Trader.Actors.PanicClose;

/// <summary>Readiness, signs of life, and the claims that keep an event.</summary>
public sealed partial class PanicCloseActor
{
    private void Keep()
    {
        var readiness = Readiness();
        around.Link.Tell(new LinkProtocol.Announce(LinkPeer.PanicClose, LinkProtocol.HeartbeatEvent,
        [
            new("service_id", settings.Worker),
            new("ready", readiness.Ready ? "true" : "false"),
            new("running", ledger.InProgress() is [var trigger, ..] ? trigger.EventId.Value : ""),
            new("ts", around.NowMs.ToString(CultureInfo.InvariantCulture)),
        ]));
        if (readiness.Ready)
        {
            around.Redis.Tell(new RedisProtocol.PublishLiveness(
                Roles.PanicClose, settings.Worker, (int)(2 * settings.KeepEvery).TotalMilliseconds));
        }

        around.Meter.Gauge("trader_panic_close_ready", readiness.Ready ? 1 : 0);
        foreach (var id in ledger.Claimed())
        {
            around.Redis.Tell(new RedisProtocol.ClaimPanic(
                id, settings.Worker, (int)settings.ClaimIdle.TotalMilliseconds));
        }

        if (ledger.StreamIdsInProgress() is { Count: > 0 } streamIds)
        {
            around.Redis.Tell(new RedisProtocol.KeepPanics(streamIds));
        }

        if (Now - accountCheckedAt >= (accountTrouble is null ? RecheckGoodAccountEvery : RecheckAccountEvery))
        {
            CheckAccount();
        }

        PublishWaiting();
    }

    /// <summary>Answers for events that another worker held: it finished, or it fell silent and the event is ours.</summary>
    private void OnClaimed(RedisProtocol.PanicClaimed claimed)
    {
        if (!ledger.IsFollowed(claimed.EventId))
        {
            // A run that began while Redis was away may learn only now that another worker has its event (S8).
            running?.Tell(claimed);
            return;
        }

        if (claimed.Claim == PanicClaim.Done)
        {
            ledger.MarkDone(claimed.EventId);
            yielded.Remove(claimed.EventId);
            JournalOutcome(claimed.EventId, PanicRecords.Abandoned(claimed.EventId, "completed by " + claimed.Holder));
            AckIfDone(claimed.EventId);
        }
        else if (claimed.Claim == PanicClaim.Mine && ledger.TakeFollowed(claimed.EventId) is { } trigger)
        {
            log.Warning("Event {0}: its worker fell silent, taking it over", claimed.EventId);
            Start(trigger, null, takenOver: true);
        }
    }

    private void CheckAccount()
    {
        accountCheckedAt = Now;
        around.Exchange.Tell(new ExchangeProtocol.CheckAccount(0));
    }

    private void OnAccountChecked(ExchangeProtocol.AccountChecked account)
    {
        if (accountTrouble is not null)
        {
            accountTrouble = null;
            log.Info("Mode: {0}", account.Environment == VenueEnvironment.Production ? "PRODUCTION" : "TESTNET");
            SayReady();
        }
    }

    private void OnAccountNotChecked(ExchangeProtocol.AccountNotChecked failed)
    {
        var trouble = $"{failed.Venue} account cannot be read: {failed.Fault}";
        if (trouble != accountTrouble)
        {
            log.Error("NOT READY: {0}", trouble);
        }

        accountTrouble = trouble;
    }

    private void OnRedisUp()
    {
        redisHeardOf = redisUp = true;
        PublishWaiting();
        SayReady();
    }

    private void OnRedisDown(RedisProtocol.Disconnected down)
    {
        if (!redisHeardOf)
        {
            log.Info("Not connected to Redis yet: {0}; the direct link works without it", down.Why);
        }
        else if (redisUp)
        {
            log.Warning("Redis connection lost: {0}; the direct link still works", down.Why);
        }

        (redisHeardOf, redisUp) = (true, false);
    }

    private void OnHaltCleared(PanicCloseProtocol.HaltCleared cleared)
    {
        Journal(("halt.cleared", [new("event_id", cleared.EventId.Value), new("by", "person")]));
        // The next drill looks for the listening line at the end of the log, as the first one did (E6, E22).
        SayReady();
    }

    private void SayReady()
    {
        if (!Readiness().Ready)
        {
            return;
        }

        log.Info("✅ Emergency Exit Worker READY");
        log.Info("   Listening on: {0}", RedisKeys.PanicClose);
        log.Info("   Consumer: {0}", settings.Worker);
        log.Info("Listening for panic_close events...");
    }

    private PanicCloseProtocol.Readiness Readiness()
    {
        var why = new List<string>();
        if (accountTrouble is not null)
        {
            why.Add(accountTrouble);
        }

        if (!redisUp)
        {
            why.Add("Redis is not connected");
        }

        if (!listening)
        {
            why.Add("journal not read yet");
        }

        return new PanicCloseProtocol.Readiness(why.Count == 0, why);
    }
}
