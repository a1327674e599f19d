using Akka.Configuration;

namespace Trader.Redis.Persistence;

/// <summary>What both plugins read from their block; the keys are those of Akka.Persistence.Redis where it has them.</summary>
internal static class RedisPluginSettings
{
    public static string KeyPrefix(Config config)
    {
        // One home for where Redis is, and no password in a block that log-config-on-start would print (S16).
        if (config.GetString("configuration-string", "").Length > 0)
        {
            throw new ConfigurationException("configuration-string must be empty: the connection is that of trader.redis");
        }

        return config.GetString("key-prefix", "");
    }

    /// <summary>A size in bytes of at least 256.</summary>
    public static int Bytes(Config config, string key, int most) =>
        config.GetByteSize(key) is { } bytes && bytes >= 256 && bytes <= most
            ? (int)bytes
            : throw new ConfigurationException($"{key} must be from 256 to {most} bytes");

    public static int Whole(Config config, string key, int most) =>
        config.GetInt(key) is var value && value >= 1 && value <= most
            ? value
            : throw new ConfigurationException($"{key} must be from 1 to {most}");
}
