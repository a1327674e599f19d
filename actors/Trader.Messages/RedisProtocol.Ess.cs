namespace Trader.Messages;

/// <summary>What the emergency stop wants Redis to say.</summary>
public enum EssWish
{
    /// <summary>Entries may pass as far as this stop is concerned. Not written while the marker stands.</summary>
    Clear,

    /// <summary>It is not known that there is no stop: the state key says active, the marker stays as it is.</summary>
    Hold,

    /// <summary>A stop of this node: the marker stands and does not expire.</summary>
    Own,

    /// <summary>A stop that the marker made: it is kept from expiring and never put back.</summary>
    Follow,
}

/// <summary>Keeping Redis in agreement with the emergency stop.</summary>
public static partial class RedisProtocol
{
    /// <summary>Names, for a release, the marker that is empty or no string.</summary>
    public const string NoTextMarker = "*";

    /// <summary>Brings state key and marker to what is wished, in one step, and tells what stood before. Reply: <see cref="EssSynced"/>.</summary>
    /// <param name="Id">Comes back in the answer.</param>
    /// <param name="Wish">See there.</param>
    /// <param name="State">Value of <see cref="RedisKeys.EssState"/> unless it is to be clear.</param>
    /// <param name="ForMs">Its expiry.</param>
    /// <param name="Stamp">Value of the marker where it is set: ISO UTC.</param>
    /// <param name="Release">
    /// With <see cref="EssWish.Clear"/>: delete a marker that has this value, or with <see cref="NoTextMarker"/> one that has none. Empty: delete
    /// none.
    /// </param>
    /// <param name="Announce"><c>ess_activated</c> or <c>ess_deactivated</c> for the channel; empty for nothing.</param>
    /// <param name="AtS">Unix seconds of that.</param>
    public sealed record SyncEss(long Id, EssWish Wish, string State, int ForMs, string Stamp, string Release, string Announce, long AtS);

    /// <summary>
    /// What became of plans, after the entry <paramref name="After"/>; at first (empty) within the last <paramref name="WindowMs"/>. Reply:
    /// <see cref="ResultsRead"/>.
    /// </summary>
    public sealed record ReadResults(string After, int WindowMs, int Most);

    /// <param name="Marker">The marker before this step; null when there was none, empty text when it is no string.</param>
    /// <param name="MarkerExpiresMs">Its expiry then; -1 for none.</param>
    /// <param name="Witnessed">Redis remembers that a marker was set here: one that is gone was deleted, not lost with Redis' memory.</param>
    /// <param name="MarkerStands">Whether it stands after this step.</param>
    public sealed record EssSynced(long Id, string? Marker, long MarkerExpiresMs, bool Witnessed, bool MarkerStands);

    /// <param name="RedisNowMs">Redis' clock, the one that entry ids were made with.</param>
    public sealed record ResultsRead(ReadResults Command, long RedisNowMs, IReadOnlyList<ResultEntry> Entries);

    /// <param name="AtMs">Unix ms on Redis' clock.</param>
    public sealed record ResultEntry(string StreamId, long AtMs, IReadOnlyList<KeyValuePair<string, string>> Fields);
}
