using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Akka.Persistence;
using Trader.Actors.Ports;

namespace Trader.Redis.Persistence;

/// <summary>One stored event, or the place of one that was rejected.</summary>
/// <param name="Persistent">Null: the event of this number was rejected.</param>
internal sealed record StoredEvent(long SequenceNr, IPersistentRepresentation? Persistent);

/// <summary>
/// Events and snapshots as text, one JSON object each:
/// <c>{"seq":1,"ticks":…,"writer":"…","manifest":"ess.activated.v1","event":{…}}</c>, <c>{"seq":2,"rejected":true}</c>,
/// <c>{"seq":3,"ticks":…,"manifest":"…","snapshot":{…}}</c>. Times are ticks of UTC. What is not exactly such a text is refused.
/// </summary>
internal sealed class PersistenceWire(PersistedTypes types, int limit)
{
    /// <exception cref="RedisPersistenceException">It cannot be stored.</exception>
    public string Write(IPersistentRepresentation persistent, DateTimeOffset now) => Text(persistent.Payload, "event", (json, manifest) =>
    {
        json.WriteNumber("seq", persistent.SequenceNr);
        json.WriteNumber("ticks", now.UtcTicks);
        json.WriteString("writer", persistent.WriterGuid);
        json.WriteString("manifest", manifest);
    });

    /// <summary>Holds the place of a rejected event: its number is used up, and a gap would look like a lost one.</summary>
    public static string WriteRejected(long sequenceNr) =>
        string.Create(CultureInfo.InvariantCulture, $$"""{"seq":{{sequenceNr}},"rejected":true}""");

    /// <exception cref="RedisPersistenceException">It cannot be stored.</exception>
    public string Write(SnapshotMetadata metadata, object snapshot) => Text(snapshot, "snapshot", (json, manifest) =>
    {
        json.WriteNumber("seq", metadata.SequenceNr);
        json.WriteNumber("ticks", metadata.Timestamp.Ticks);
        json.WriteString("manifest", manifest);
    });

    /// <exception cref="RedisPersistenceException">It is no event, or of a type that nobody registered.</exception>
    public StoredEvent ReadEvent(string persistenceId, ReadOnlyMemory<byte> text) => Parse("event", text, root =>
    {
        var number = root.GetProperty("seq").GetInt64();
        if (root.TryGetProperty("rejected", out _))
        {
            Expect(root, 2);
            return new StoredEvent(number, null);
        }

        Expect(root, 5);
        var manifest = Manifest(root);
        return new StoredEvent(number, new Persistent(
            Known(manifest).Read(root.GetProperty("event")), number, persistenceId, manifest,
            writerGuid: root.GetProperty("writer").GetString(), timestamp: root.GetProperty("ticks").GetInt64()));
    });

    /// <exception cref="RedisPersistenceException">It is no snapshot, or of a type that nobody registered.</exception>
    public SelectedSnapshot ReadSnapshot(string persistenceId, ReadOnlyMemory<byte> text) => Parse("snapshot", text, root =>
        new SelectedSnapshot(Metadata(persistenceId, root), Known(Manifest(root)).Read(root.GetProperty("snapshot"))));

    /// <summary>Which snapshot it is, whatever is in it: enough to delete one that cannot be read.</summary>
    /// <exception cref="RedisPersistenceException">It is no snapshot.</exception>
    public static SnapshotMetadata ReadMetadata(string persistenceId, ReadOnlyMemory<byte> text) =>
        Parse("snapshot", text, root => Metadata(persistenceId, root));

    private static SnapshotMetadata Metadata(string persistenceId, JsonElement root)
    {
        Expect(root, 4);
        return new SnapshotMetadata(
            persistenceId, root.GetProperty("seq").GetInt64(),
            new DateTime(root.GetProperty("ticks").GetInt64(), DateTimeKind.Utc));
    }

    private static string Manifest(JsonElement root) => root.GetProperty("manifest").GetString() ?? throw new JsonException("no manifest");

    private static void Expect(JsonElement root, int properties)
    {
        if (root.GetPropertyCount() != properties)
        {
            throw new JsonException($"{root.GetPropertyCount()} properties instead of {properties}");
        }
    }

    private static T Parse<T>(string what, ReadOnlyMemory<byte> text, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { AllowDuplicateProperties = false });
            return read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException
            or ArgumentException or NotSupportedException)
        {
            // The JSON library's own message quotes what it found; the place is enough (S16).
            var at = e is JsonException { Path: { } path } ? $" at {path}" : "";
            throw new RedisPersistenceException($"a stored {what} cannot be read: {e.GetType().Name}{at}");
        }
    }

    private PersistedType Known(string manifest) => types.TryFind(manifest, out var type)
        ? type
        : throw new RedisPersistenceException($"nobody registered the stored type {(manifest.Length > 64 ? manifest[..64] : manifest)}");

    private string Text(object payload, string name, Action<Utf8JsonWriter, string> head)
    {
        if (!types.TryFind(payload.GetType(), out var type))
        {
            throw new RedisPersistenceException($"nobody registered {payload.GetType().Name} as a type to be stored");
        }

        var buffer = new ArrayBufferWriter<byte>();
        try
        {
            using var json = new Utf8JsonWriter(buffer);
            json.WriteStartObject();
            head(json, type.Manifest);
            json.WritePropertyName(name);
            type.Write(json, payload);
            json.WriteEndObject();
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or InvalidOperationException or ArgumentException)
        {
            throw new RedisPersistenceException($"{type.Manifest} has no stored form: {e.Message}", e);
        }

        return buffer.WrittenCount <= limit
            ? Encoding.UTF8.GetString(buffer.WrittenSpan)
            : throw new RedisPersistenceException($"{type.Manifest} takes {buffer.WrittenCount} bytes, more than {limit}");
    }
}
