using Trader.Messages;
using Trader.PaperExchange.Engine;
using Trader.Testing;

namespace Trader.Scenarios.Support;

/// <summary>
/// What was newest when a scenario began. What happened in it is what is newer; how long a stream is says nothing
/// (X30).
/// </summary>
internal sealed record Marks(
    TraderFleet Fleet, string Panic, string Completed, string Rejected, string Alarm, long LedgerSequence)
{
    public static async Task<Marks> Take(TraderFleet fleet) => new(
        fleet,
        await fleet.Console.LastId(RedisKeys.PanicClose),
        await fleet.Console.LastId(RedisKeys.PanicCompleted),
        await fleet.Console.LastId(RedisKeys.PanicRejected),
        await fleet.Console.LastId(RedisKeys.Alarms),
        LastSequence(fleet));

    /// <summary>For a Redis that is not there yet, or will be emptied.</summary>
    public static Marks FromNothing(TraderFleet fleet) => new(fleet, "0-0", "0-0", "0-0", "0-0", LastSequence(fleet));

    public Task<IReadOnlyList<StreamRow>> Panics() => Fleet.Console.Stream(RedisKeys.PanicClose, Panic);

    public Task<IReadOnlyList<StreamRow>> Completions() => Fleet.Console.Stream(RedisKeys.PanicCompleted, Completed);

    public Task<IReadOnlyList<StreamRow>> Rejections() => Fleet.Console.Stream(RedisKeys.PanicRejected, Rejected);

    public async Task<bool> Alarmed(string code) =>
        (await Fleet.Console.Stream(RedisKeys.Alarms, Alarm)).Any(row => row.Fields.Values.Contains(code));

    /// <summary>The first panic event since.</summary>
    public Task<StreamRow> NextPanic() =>
        Fleet.Come("a panic event in the stream", async () => await Panics() is [var first, ..] ? first : null);

    /// <summary>The first completion of an event since.</summary>
    public Task<StreamRow> CompletionOf(string eventId) => Fleet.Come(
        $"a completion of {eventId}",
        async () => (await Completions()).FirstOrDefault(row => row["event_id"] == eventId));

    /// <summary>Order requests that reached the exchange since.</summary>
    public IReadOnlyList<LedgerEntry> Orders() => Fleet.Orders(LedgerSequence);

    public IReadOnlyList<LedgerEntry> Fills() => Fleet.Exchange.Ledger.Read(LedgerSequence)
        .Where(entry => entry.Kind == LedgerKind.Fill).ToList();

    private static long LastSequence(TraderFleet fleet) =>
        fleet.Exchange.Ledger.Read() is [.., var last] ? last.Sequence : 0;
}
