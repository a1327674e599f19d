using Trader.Messages;

namespace Trader.Actors.Ess;

/// <summary>
/// The marker and the state key. A marker that somebody sets is a stop; one that is deleted ends only the stop that it made, and only when
/// it was seen to stand without expiry and Redis still remembers it: an expired or a lost marker is nobody's release (S14).
/// </summary>
public sealed partial class EssControl
{
    private string? marker;
    private bool? markerStands;
    private bool markerSeen;
    private bool markerLasting;
    private bool owner = true;
    private string announce = "";
    private string toRelease = "";
    private long syncId;
    private long syncsFrom;
    private bool syncing;
    private bool syncAgain;
    private RedisProtocol.SyncEss? lastSync;

    public IReadOnlyList<EssEffect> Synced(RedisProtocol.EssSynced reply, EssNow now)
    {
        ArgumentNullException.ThrowIfNull(reply);
        if (lastSync is not { } sent || sent.Id != reply.Id)
        {
            return Flush();
        }

        syncing = false;
        announce = announce == sent.Announce ? "" : announce;

        // An answer to what was wished before the stop began or ended says how it stood then.
        if (sent.Id >= syncsFrom)
        {
            (marker, markerStands) = (reply.Marker ?? (reply.MarkerStands ? sent.Stamp : null), reply.MarkerStands);
            if (sent.Wish == EssWish.Clear)
            {
                HeardWhileClear(reply, now);
            }
            else if (recovered && State.Stop is { } stop && releasing is null)
            {
                HeardWhileStopped(stop, reply, now);
            }
        }

        if (syncAgain)
        {
            syncAgain = false;
            Sync(now);
        }

        return Flush();
    }

    /// <summary>The next second tries again.</summary>
    public void NotSynced(long id)
    {
        if (lastSync?.Id == id)
        {
            (syncing, syncAgain, markerStands) = (false, false, null);
        }
    }

    private void HeardWhileClear(RedisProtocol.EssSynced reply, EssNow now)
    {
        toRelease = reply.MarkerStands ? toRelease : "";
        if (!reply.MarkerStands || State.Stop is not null || releasing is not null)
        {
            return;
        }

        if (State.History.Any(t => t.Event != "released" && t.AtMs < State.ReleasedMs && Stamp(t.AtMs) == reply.Marker))
        {
            // Of a stop that a person ended while Redis was away.
            toRelease = reply.Marker!;
            SyncNow(now);
            return;
        }

        Begin(EssVia.Redis, "whoever set the marker", $"manual: {RedisKeys.EssActive} was set ({reply.Marker})", now);
    }

    private void HeardWhileStopped(EssStop stop, RedisProtocol.EssSynced reply, EssNow now)
    {
        if (reply.Marker is null && markerSeen)
        {
            if (stop.Via == EssVia.Redis && !owner && markerLasting && reply.Witnessed)
            {
                BeginRelease(EssVia.Redis, "whoever deleted the marker", $"{RedisKeys.EssActive} was deleted", null, now);
                return;
            }

            Say(EssLevel.Warning, $"ESS marker {RedisKeys.EssActive} is gone, but the stop stays ({stop.Reason}): set again; {HowToEnd}");
            owner = true;
            SyncNow(now);
        }

        markerSeen = true;
        markerLasting = reply.MarkerExpiresMs == -1 && reply.Marker is not null;

        // After a restart: a stop that the marker made, and no marker. Nobody was seen to delete it.
        owner = owner || reply.Marker is null;
    }

    private void SyncNow(EssNow now)
    {
        if (syncing)
        {
            syncAgain = true;
            return;
        }

        Sync(now);
    }

    private void Sync(EssNow now)
    {
        var stop = Stop;
        var wish = !Active ? EssWish.Clear
            : stop is null ? EssWish.Hold
            : stop.Via == EssVia.Redis && !owner ? EssWish.Follow
            : EssWish.Own;
        var before = lastSync?.Wish;
        lastSync = new RedisProtocol.SyncEss(
            ++syncId, wish, EssStop.ActivePrefix + Reason, (int)settings.StateExpiry.TotalMilliseconds,
            Stamp(stop?.AtMs ?? now.Ms), wish == EssWish.Clear ? toRelease : "", announce, now.Ms / 1000);
        syncsFrom = before == wish ? syncsFrom : syncId;
        syncing = true;
        effects.Add(new EssEffect.Sync(lastSync));
    }
}
