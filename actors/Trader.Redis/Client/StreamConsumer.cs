namespace Trader.Redis;

/// <summary>One consumer of a consumer group.</summary>
/// <param name="Key">The stream; created empty when there is none.</param>
/// <param name="Group">The group; created from the stream's beginning when there is none.</param>
/// <param name="Consumer">A name that is this worker's own and the same after its restart: under it wait its unfinished
/// entries.</param>
public sealed record StreamConsumer(string Key, string Group, string Consumer);
