using System.Globalization;
using Trader.Messages;

namespace Trader.Actors.PanicClose;

/// <summary>Why a trigger changes nothing (S9).</summary>
public enum TriggerRefusal
{
    UnauthorizedSource,
    Stale,
    Future,
    Malformed,
}

/// <summary>What the worker thinks of an entry of <c>system:panic_close</c>.</summary>
public abstract record TriggerVerdict
{
    private TriggerVerdict()
    {
    }

    /// <param name="Trigger">What may be executed.</param>
    /// <param name="Age">Now minus the trigger's own time; negative when it is slightly in the future.</param>
    public sealed record Accepted(PanicTrigger Trigger, TimeSpan Age) : TriggerVerdict;

    /// <param name="EventId">The event, or one derived from the entry.</param>
    /// <param name="Refusal">Stable reason.</param>
    /// <param name="Text">The documented log line, with the numbers that decided.</param>
    /// <param name="Missed">
    /// It was valid when it was published and nobody was there to hear it: trading must not go on as if it had not been said (E45).
    /// </param>
    public sealed record Refused(EventId EventId, TriggerRefusal Refusal, string Text, bool Missed) : TriggerVerdict;
}

/// <summary>
/// S9: issuer, age, future, in that order (emergency-exit contract 2.3). Formats are read generously, because a person's trigger at
/// 3 a.m. must not be lost to a unit or a capital letter (E44); values are not.
/// </summary>
public static class TriggerRules
{
    private const long SecondsBelowMs = 100_000_000_000;

    /// <summary>Year 5138: beyond it a number is no time, and arithmetic on it could overflow.</summary>
    private const long LatestMs = 100_000_000_000_000;

    public static TriggerVerdict Check(PanicEntry entry, DateTimeOffset now, PanicCloseSettings settings)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentNullException.ThrowIfNull(settings);
        var nowMs = now.ToUnixTimeMilliseconds();
        var heardMs = StreamTime(entry.StreamId) ?? nowMs;
        var source = PanicWire.Find(entry.Fields, "issued_by") ?? PanicWire.Find(entry.Fields, "source");
        var issuer = PanicWire.Issuer(source);
        var idText = PanicWire.Find(entry.Fields, "event_id");
        var idIsGood = EventId.TryParse(idText, out var parsed);
        var id = parsed ?? EventId.Derive(entry.StreamId.Length > 0 ? entry.StreamId : Joined(entry));
        if (issuer is null)
        {
            return Refuse(TriggerRefusal.UnauthorizedSource, $"UNAUTHORIZED SOURCE: {Clean(source, "unknown", 64)}");
        }

        var tsText = PanicWire.Find(entry.Fields, "ts");
        var tsMs = tsText is null ? heardMs : TriggerTime(tsText);
        if (tsMs is null || (idText is not null && !idIsGood))
        {
            if (issuer != PanicIssuer.Ops)
            {
                return Refuse(TriggerRefusal.Malformed, $"MALFORMED TRIGGER: {(tsMs is null ? "ts" : "event_id")} unreadable");
            }

            // A person's trigger counts from when it reached the stream, which is a time we can trust.
            tsMs ??= heardMs;
        }

        var age = TimeSpan.FromMilliseconds(nowMs - tsMs.Value);
        if (age > settings.TriggerMaxAge)
        {
            var fresh = Math.Abs(heardMs - tsMs.Value) <= settings.TriggerMaxAge.TotalMilliseconds;
            return new TriggerVerdict.Refused(id, TriggerRefusal.Stale,
                $"STALE TRIGGER: {Seconds(age)}s old (max {Whole(settings.TriggerMaxAge)}s)",
                Missed: fresh && entry.StreamId.Length > 0);
        }

        if (-age > settings.TriggerMaxFuture)
        {
            return Refuse(TriggerRefusal.Future, $"FUTURE TRIGGER: {Seconds(-age)}s in future");
        }

        var reason = Clean(PanicWire.Find(entry.Fields, "reason"), "No reason provided", PanicTrigger.MaxReasonLength);
        return new TriggerVerdict.Accepted(new PanicTrigger(id, reason, issuer.Value, tsMs.Value), age);

        TriggerVerdict.Refused Refuse(TriggerRefusal refusal, string text) => new(id, refusal, text, Missed: false);
    }

    /// <summary>
    /// Unix ms of a stream entry id (<c>ms-seq</c>), which Redis' clock made unless someone chose the id; null when there is none, or
    /// when it is no time that a clock can show.
    /// </summary>
    public static long? StreamTime(string streamId)
    {
        ArgumentNullException.ThrowIfNull(streamId);
        var dash = streamId.IndexOf('-', StringComparison.Ordinal);
        return dash > 0
            && long.TryParse(streamId.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var ms)
            && ms is > 0 and < LatestMs
                ? ms
                : null;
    }

    /// <summary>Numbers of 11 digits or fewer are seconds, from there on milliseconds; fractions are allowed (E44).</summary>
    private static long? TriggerTime(string text) =>
        decimal.TryParse(text.Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
        && number > 0 && number < LatestMs
            ? (long)(number < SecondsBelowMs ? number * 1000 : number)
            : null;

    private static string Clean(string? text, string whenEmpty, int max)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return whenEmpty;
        }

        var cut = text.Length > max ? text[..max] : text;
        return string.Concat(cut.Select(c => char.IsControl(c) ? '_' : c));
    }

    private static string Joined(PanicEntry entry) =>
        string.Join('\n', entry.Fields.Select(f => f.Key + "=" + f.Value));

    private static string Seconds(TimeSpan span) => span.TotalSeconds.ToString("F1", CultureInfo.InvariantCulture);

    private static string Whole(TimeSpan span) => span.TotalSeconds.ToString("F0", CultureInfo.InvariantCulture);
}
