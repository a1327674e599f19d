using System.Buffers;

namespace Trader.Redis;

/// <summary>One command, encoded once and immutable: it may be kept and sent any number of times.</summary>
public sealed class RedisCommand
{
    private RedisCommand(string name, ReadOnlyMemory<byte> encoded)
    {
        Name = name;
        Encoded = encoded;
    }

    /// <summary>The command's name; the only part of it that may be logged (S16: arguments can be secrets).</summary>
    public string Name { get; }

    /// <summary>The bytes on the wire.</summary>
    public ReadOnlyMemory<byte> Encoded { get; }

    /// <summary>A command of a name and its arguments: <c>RedisCommand.Of("SET", key, value, "PX", 5000)</c>.</summary>
    public static RedisCommand Of(string name, params ReadOnlySpan<RedisArgument> arguments)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        RedisArgument[] all = new RedisArgument[arguments.Length + 1];
        all[0] = name;
        arguments.CopyTo(all.AsSpan(1));
        ArrayBufferWriter<byte> buffer = new();
        RespWriter.Write(buffer, all);
        return new RedisCommand(name, buffer.WrittenMemory);
    }

    public override string ToString() => Name;
}
