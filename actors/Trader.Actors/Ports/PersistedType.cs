using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Trader.Actors.Ports;

/// <summary>
/// One type of event or snapshot and the name it is stored under. Such a type is a wire shape: a plain record of text, whole numbers,
/// decimals, flags, enums and lists of these. What was once stored must stay readable for ever: a shape is never changed, a new one gets a
/// new manifest, and the old one stays registered for as long as it may stand in a journal.
/// </summary>
public sealed class PersistedType
{
    private const int LongestManifest = 64;

    /// <summary>What is missing, unknown, doubled or null where it must not be is refused, not guessed.</summary>
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerOptions.Strict)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters =
        {
            // By name, because a number would change its meaning with the order of the members.
            new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false),
            new NoBinaryFloatingPoint<double>(),
            new NoBinaryFloatingPoint<float>(),
        },
    };

    private readonly Func<JsonElement, object?> _read;

    private PersistedType(string manifest, Type type, Func<JsonElement, object?> read) =>
        (Manifest, Type, _read) = (manifest, type, read);

    /// <summary>The name it is stored under.</summary>
    public string Manifest { get; }

    public Type Type { get; }

    /// <param name="manifest">Such as <c>ess.activated.v1</c>: 1 to 64 of a-z 0-9 . -</param>
    /// <exception cref="ArgumentException">The manifest has other characters or another length.</exception>
    public static PersistedType Of<T>(string manifest)
        where T : notnull
    {
        ArgumentNullException.ThrowIfNull(manifest);
        if (manifest.Length is 0 or > LongestManifest
            || !manifest.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '-'))
        {
            throw new ArgumentException($"'{manifest}' is no manifest: 1 to {LongestManifest} of a-z 0-9 . -", nameof(manifest));
        }

        return new PersistedType(manifest, typeof(T), static json => json.Deserialize<T>(Strict));
    }

    /// <exception cref="JsonException">The value has no JSON form.</exception>
    /// <exception cref="NotSupportedException">The type has no JSON form, or holds a binary floating point number (S13).</exception>
    public void Write(Utf8JsonWriter writer, object value) => JsonSerializer.Serialize(writer, value, Type, Strict);

    /// <exception cref="JsonException">It is not exactly such a value.</exception>
    public object Read(JsonElement json) => _read(json) ?? throw new JsonException($"null is no {Manifest}");

    private sealed class NoBinaryFloatingPoint<T> : JsonConverter<T>
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw Refusal();

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => throw Refusal();

        private static NotSupportedException Refusal() => new("money and quantity are decimal: binary floating point is not persisted");
    }
}

/// <summary>Every type that may stand in a journal or a snapshot store. Whatever is not in it is refused, on the way in and on the way out.</summary>
public sealed class PersistedTypes
{
    private readonly Dictionary<string, PersistedType> _byManifest = new(StringComparer.Ordinal);
    private readonly Dictionary<Type, PersistedType> _byType = [];

    /// <exception cref="ArgumentException">A manifest or a type is registered twice.</exception>
    public PersistedTypes(IEnumerable<PersistedType> types)
    {
        ArgumentNullException.ThrowIfNull(types);
        foreach (var type in types)
        {
            if (!_byManifest.TryAdd(type.Manifest, type) || !_byType.TryAdd(type.Type, type))
            {
                throw new ArgumentException($"{type.Manifest} or {type.Type.Name} is registered twice", nameof(types));
            }
        }
    }

    public bool TryFind(Type type, [NotNullWhen(true)] out PersistedType? persisted) => _byType.TryGetValue(type, out persisted);

    public bool TryFind(string manifest, [NotNullWhen(true)] out PersistedType? persisted) =>
        _byManifest.TryGetValue(manifest, out persisted);
}
