namespace Trader.Redis;

/// <summary>
/// Where a stream reader puts what it finds. It calls one of these at a time, and reads on only when OnEntries has
/// completed, so an owner that wants back-pressure gets it by completing late. None may throw: that ends the reader
/// (OnState says Stopped, Completion is faulted).
/// </summary>
/// <param name="OnEntries">At least one entry, in stream order.</param>
/// <param name="OnNotice">What the owner should log; a refusal that repeats is told once.</param>
/// <param name="OnState">Every change of the reader's own connection.</param>
public sealed record StreamSink(
    Func<IReadOnlyList<StreamEntry>, CancellationToken, ValueTask> OnEntries,
    Action<StreamNotice> OnNotice,
    Action<RedisLinkState> OnState);
