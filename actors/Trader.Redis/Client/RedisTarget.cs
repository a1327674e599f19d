namespace Trader.Redis;

/// <summary>Everything a connection is made from: where to, on which terms, by whose clock.</summary>
public sealed record RedisTarget(RedisEndpoint Endpoint, RedisOptions Options, TimeProvider Time);
