using System.Globalization;
using System.Text.Json;
using Trader.Messages;

namespace Trader.Cli.Panic;

/// <summary>How a panic that a person issued ended, as far as it could be followed.</summary>
internal sealed record PanicOutcome(PanicTrigger Trigger)
{
    /// <summary>The entry's id on the stream; null when Redis did not acknowledge it.</summary>
    public string? StreamId { get; init; }

    /// <summary>A worker took it over the direct link.</summary>
    public bool ByLink { get; init; }

    /// <summary>Null when none was seen.</summary>
    public PanicCompletion? Completion { get; init; }

    /// <summary>Why the worker refused it; null when it did not.</summary>
    public string? Refused { get; init; }

    /// <summary>Open or unreadable positions that our own reading of the exchange found afterwards; null when it was not read.</summary>
    public int? OpenAfter { get; init; }

    /// <summary>The worker proved it, and our own look at the exchange, where we had one, does not contradict.</summary>
    public bool Flat => Completion is { VerifiedFlat: true } && OpenAfter is null or 0;

    /// <summary>One line for a person.</summary>
    public string Line => this switch
    {
        { Refused: { } cause } => $"REFUSED by the worker: {cause}. Nothing was closed",
        { Completion: null } => "NO COMPLETION was seen: nothing is known. LOOK AT THE EXCHANGE NOW: ./trader positions",
        { Completion: { VerifiedFlat: false } failed } =>
            $"{failed.Failed} POSITIONS LEFT: {string.Join(", ", failed.FailedSymbols)}. Close them by hand; trading stays halted",
        { OpenAfter: > 0 } => $"the worker says flat, the exchange shows {OpenAfter} positions: CLOSE THEM BY HAND",
        { Completion: { } done } => string.Create(
            CultureInfo.InvariantCulture,
            $"FLAT: {done.Closed} of {done.Total} positions closed in {done.CompletedMs - done.StartedMs} ms; trading is halted"),
    };

    public string Json() => JsonSerializer.Serialize(
        new
        {
            eventId = Trigger.EventId.Value,
            reason = Trigger.Reason,
            streamId = StreamId,
            byLink = ByLink,
            flat = Flat,
            refused = Refused,
            total = Completion?.Total,
            closed = Completion?.Closed,
            failed = Completion?.Failed,
            failedSymbols = Completion?.FailedSymbols,
            executionMs = Completion?.CompletedMs - Completion?.StartedMs,
            openAfter = OpenAfter,
        },
        JsonSerializerOptions.Web);
}
