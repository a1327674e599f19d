using System.Diagnostics.CodeAnalysis;
using Akka.Configuration.Hocon;

namespace Akka.Configuration;

/// <summary>
/// Settings as a tree of HOCON values, addressed by dotted paths. Immutable. A missing key gives the default of the
/// call; a key of the wrong kind throws <see cref="ConfigurationException"/> and names the path and,
/// where known, the line.
/// </summary>
public class Config
{
    /// <summary>No settings at all.</summary>
    public static readonly Config Empty = new(HoconValue.EmptyObject);

    public Config() : this(HoconValue.EmptyObject)
    {
    }

    public Config(Config source, Config? fallback)
        : this(HoconValue.Merge(fallback?.Root, source.Root)!)
    {
    }

    internal Config(HoconValue root) => Root = root;

    /// <summary>The whole tree, fallbacks merged in.</summary>
    public HoconValue Root { get; }

    public virtual bool IsEmpty => Root.IsEmpty;

    public static implicit operator Config(string str) => ConfigurationFactory.ParseString(str);

    /// <summary>The second with the first as its fallback.</summary>
    public static Config operator +(Config config, string fallback) => config.WithFallback(fallback);

    /// <summary>These settings, completed by <paramref name="fallback"/> where they say nothing.</summary>
    public virtual Config WithFallback(Config? fallback)
    {
        if (fallback is null || fallback.IsEmpty || ReferenceEquals(fallback, this))
        {
            return this;
        }
        return IsEmpty ? fallback : new Config(this, fallback);
    }

    /// <summary>Whether the path is set to something other than null.</summary>
    public virtual bool HasPath(string path) => Node(path) is not null;

    /// <summary>The value at the path, or null.</summary>
    public HoconValue? GetValue(string path) => Node(path);

    /// <summary>The settings below the path, or null when it is not set.</summary>
    /// <exception cref="ConfigurationException">The path holds something other than an object.</exception>
    public virtual Config? GetConfig(string path)
    {
        var node = Node(path);
        if (node is null)
        {
            return null;
        }
        return node.IsObject() ? new Config(node) : throw Wrong(path, node, "an object was expected");
    }

    [return: NotNullIfNotNull(nameof(@default))]
    public virtual string? GetString(string path, string? @default = null) =>
        Read(path, @default, static v => v.GetString() ?? throw new FormatException("a string was expected"));

    public virtual bool GetBoolean(string path, bool @default = false) =>
        Read(path, @default, static v => v.GetBoolean());

    public virtual int GetInt(string path, int @default = 0) => Read(path, @default, static v => v.GetInt());

    public virtual long GetLong(string path, long @default = 0) => Read(path, @default, static v => v.GetLong());

    public virtual float GetFloat(string path, float @default = 0) => Read(path, @default, static v => v.GetFloat());

    public virtual double GetDouble(string path, double @default = 0) =>
        Read(path, @default, static v => v.GetDouble());

    public virtual decimal GetDecimal(string path, decimal @default = 0) =>
        Read(path, @default, static v => v.GetDecimal());

    /// <summary>
    /// A duration; bare numbers count milliseconds; <c>infinite</c> is <see cref="Timeout.InfiniteTimeSpan"/>.
    /// </summary>
    public virtual TimeSpan GetTimeSpan(string path, TimeSpan? @default = null, bool allowInfinite = true) =>
        Read(path, @default ?? TimeSpan.Zero, v => v.GetTimeSpan(allowInfinite));

    /// <summary>A size in bytes, or null when the path is not set.</summary>
    public virtual long? GetByteSize(string path) => GetByteSize(path, null);

    /// <summary>A size in bytes.</summary>
    public virtual long? GetByteSize(string path, long? def) =>
        Read<long?>(path, def, static v => v.GetByteSize());

    /// <summary>The list's items, or <paramref name="default"/> (else none) when the path is not set.</summary>
    public virtual IList<string> GetStringList(string path, string[]? @default = null) =>
        Read(path, @default ?? [], static v => v.GetStringList());

    public virtual IList<int> GetIntList(string path) => Read(path, [], static v => v.GetIntList());

    public virtual IList<long> GetLongList(string path) => Read(path, [], static v => v.GetLongList());

    public virtual IList<double> GetDoubleList(string path) => Read(path, [], static v => v.GetDoubleList());

    public virtual IList<decimal> GetDecimalList(string path) => Read(path, [], static v => v.GetDecimalList());

    public virtual IList<bool> GetBooleanList(string path) => Read(path, [], static v => v.GetBooleanList());

    /// <summary>The top-level keys with their values.</summary>
    public virtual IEnumerable<KeyValuePair<string, HoconValue>> AsEnumerable(
        ) => Root.GetObject()?.Items ?? new Dictionary<string, HoconValue>();

    /// <summary>
    /// Every path that ends in something other than an object with fields, elements with special characters quoted:
    /// what a reader of settings compares with the keys it knows, to refuse the others.
    /// </summary>
    public IEnumerable<KeyValuePair<string, HoconValue>> Leaves() => Leaves("", Root);

    /// <summary>HOCON text that reads back as these settings.</summary>
    public override string ToString() => Root.ToString();

    private static IEnumerable<KeyValuePair<string, HoconValue>> Leaves(string prefix, HoconValue node)
    {
        foreach (var (key, value) in node.GetObject()?.Items ?? new Dictionary<string, HoconValue>())
        {
            var path = prefix.Length == 0 ? HoconPath.Quote(key) : $"{prefix}.{HoconPath.Quote(key)}";
            if (value.IsObject() && !value.IsEmpty)
            {
                foreach (var leaf in Leaves(path, value))
                {
                    yield return leaf;
                }
            }
            else
            {
                yield return new KeyValuePair<string, HoconValue>(path, value);
            }
        }
    }

    private static ConfigurationException Wrong(string path, HoconValue node, string what, Exception? cause = null) =>
        new(node.Line > 0 ? $"{path} (line {node.Line}): {what}" : $"{path}: {what}", cause);

    private HoconValue? Node(string path)
    {
        var node = Root;
        foreach (var element in HoconPath.Split(path))
        {
            node = node.GetChildObject(element);
            if (node is null)
            {
                return null;
            }
        }
        return node.IsNull ? null : node;
    }

    private T Read<T>(string path, T @default, Func<HoconValue, T> read)
    {
        var node = Node(path);
        if (node is null)
        {
            return @default;
        }
        try
        {
            return read(node);
        }
        catch (FormatException e)
        {
            throw Wrong(path, node, e.Message, e);
        }
    }
}

public static class ConfigExtensions
{
    /// <summary>The fallback alone when there is no configuration.</summary>
    public static Config SafeWithFallback(this Config? config, Config fallback) =>
        config is null ? fallback : config.WithFallback(fallback);

    public static bool IsNullOrEmpty([NotNullWhen(false)] this Config? config) => config is null || config.IsEmpty;
}
