using System.Globalization;
using Trader.Messages;

namespace Trader.Actors.Flatten;

/// <summary>Why nothing is done, and the words after <c>Testnet flatten: </c> that say so.</summary>
internal sealed record FlattenNo(FlattenRefusal Reason, string Text);

/// <summary>The account behind the exchange gateway, as it said itself.</summary>
internal sealed record FlattenVenue(string Name, VenueEnvironment Environment);

/// <summary>
/// The checks of a flatten in their documented order (flatten contract 2.3). Every doubt is a no: unlike an entry, which a doubtful latch
/// forbids, a flatten needs the latch proven.
/// </summary>
internal static class FlattenRules
{
    /// <summary>What can be said without asking anyone: flags, mode, account, own record. Null when all allow it.</summary>
    /// <param name="settings">The node's settings.</param>
    /// <param name="venue">Null while the gateway has not said.</param>
    /// <param name="recordTrouble">Why the own record cannot be used, null when it can.</param>
    public static FlattenNo? Standing(FlattenSettings settings, FlattenVenue? venue, string? recordTrouble)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var flags = settings.Flags;
        if (!flags.IsForced)
        {
            return new FlattenNo(FlattenRefusal.FlagNotTrue, "GOV_TESTNET_FORCE_FLATTEN not true");
        }

        if (!flags.IsConfirmed)
        {
            return new FlattenNo(
                FlattenRefusal.NotConfirmed, $"CONFIRM not '{FlattenFlags.Confirmation}' (got '{FlattenText.ShowShort(flags.Confirm)}')");
        }

        return Account(settings, venue)
            ?? (recordTrouble is null ? null : new FlattenNo(FlattenRefusal.RecordUnusable, $"its own record cannot be used ({recordTrouble})"));
    }

    /// <summary>S15: proven to be a testnet by its address, and contradicted by nothing.</summary>
    public static FlattenNo? Account(FlattenSettings settings, FlattenVenue? venue)
    {
        if (settings.Flags.ProductionMode is { } mode)
        {
            return new FlattenNo(FlattenRefusal.ModeProduction, $"{mode} is neither testnet nor dry_run");
        }

        if (venue is null)
        {
            return new FlattenNo(FlattenRefusal.VenueUnknown, "the exchange has not been proven to be a testnet yet");
        }

        if (venue.Environment is not (VenueEnvironment.Testnet or VenueEnvironment.Paper))
        {
            return new FlattenNo(FlattenRefusal.VenueProduction, $"{venue.Name} is no testnet ({venue.Environment})");
        }

        return settings.AccountDoubts.Count == 0 ? null
            : new FlattenNo(FlattenRefusal.AccountInDoubt, $"the account is in doubt ({settings.AccountDoubts[0]})");
    }

    public static FlattenNo? Latch(EssLatch latch) =>
        latch.Doubt.Length > 0
            ? new FlattenNo(FlattenRefusal.LatchInDoubt, $"ESS latch file {latch.Path} cannot be looked at ({latch.Doubt})")
        : !latch.Present ? new FlattenNo(FlattenRefusal.LatchAbsent, $"ESS latch file {latch.Path} not found")
        : null;

    /// <param name="age">Since the last flatten of this node, null when it knows of none.</param>
    /// <param name="cooldown">Shortest allowed.</param>
    public static FlattenNo? Cooldown(TimeSpan? age, TimeSpan cooldown) =>
        age is { } known && known < cooldown
            ? Active(known < TimeSpan.Zero ? TimeSpan.Zero : known, cooldown)
            : null;

    public static FlattenNo? Cooldown(RedisProtocol.FlattenCooldownAnswered answer, TimeSpan cooldown)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return answer.Cooldown switch
        {
            FlattenCooldown.Claimed => null,
            FlattenCooldown.Active => Active(TimeSpan.FromMilliseconds(Math.Max(0, answer.AgeMs)), cooldown),
            FlattenCooldown.Future => Unusable($"{FlattenText.Show(answer.Found)} lies {Seconds(-answer.AgeMs / 1000.0)}s in the future"),
            FlattenCooldown.Unreadable => Unusable($"'{FlattenText.Show(answer.Found)}' is no time in Unix seconds"),
        };
    }

    /// <summary>How long ago the last start was, by a wall clock that may have been set back since: then it counts as just now.</summary>
    public static TimeSpan? AgeOf(long? startedMs, long nowMs) =>
        startedMs is { } at ? TimeSpan.FromMilliseconds(Math.Max(0, nowMs - at)) : null;

    private static FlattenNo Active(TimeSpan age, TimeSpan cooldown) => new(
        FlattenRefusal.Cooldown,
        string.Create(CultureInfo.InvariantCulture, $"Cooldown active ({Seconds(age.TotalSeconds)}s < {cooldown.TotalSeconds:0.###}s)"));

    private static FlattenNo Unusable(string what) => new(
        FlattenRefusal.Cooldown, $"Cooldown active (last_ts {what}; redis-cli DEL {RedisKeys.FlattenLastTs} clears it)");

    private static string Seconds(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);
}
