using System.Security.Cryptography;
using System.Text;

namespace Trader.Redis;

/// <summary>A Lua script: run by its digest, and sent in full only to a server that does not know it (yet, or any more
/// after a restart or SCRIPT FLUSH).</summary>
public sealed class RedisScript
{
    private readonly string _source;
    private readonly string _digest;

    public RedisScript(string source)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(source);
        _source = source;
        _digest = Digest(source);
    }

    /// <summary>Runs the script. NOSCRIPT means that nothing ran, so sending it again in full is safe; no other
    /// outcome is repeated. Each of the two tries may take <paramref name="deadline"/>.</summary>
    public async ValueTask<RedisResult> Execute(
        RedisClient client,
        IReadOnlyList<string> keys,
        IReadOnlyList<string> arguments,
        TimeSpan deadline,
        CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(arguments);
        RedisCommand known = Command("EVALSHA", _digest, keys, arguments);
        RedisResult result = await client.Execute(known, deadline, cancel).ConfigureAwait(false);
        return result.ErrorCode == "NOSCRIPT"
            ? await client.Execute(Command("EVAL", _source, keys, arguments), deadline, cancel).ConfigureAwait(false)
            : result;
    }

    private static RedisCommand Command(
        string name, string script, IReadOnlyList<string> keys, IReadOnlyList<string> arguments)
    {
        IEnumerable<RedisArgument> rest = keys.Concat(arguments).Select(RedisArgument.FromString);
        return RedisCommand.Of(name, [script, keys.Count, .. rest]);
    }

    // SHA-1 is how Redis names scripts; nothing is secured by it.
    private static string Digest(string source) =>
        Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(source)));
}
