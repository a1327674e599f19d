using System.Text;
using System.Text.Json;
using Trader.Hosting.Configuration;
using Trader.Hosting.Metrics;
using Trader.Messages;

namespace Trader.Hosting.Http;

/// <summary>
/// Fans one role's events out to its readers. Publishing never waits: a reader that lags behind by more than its
/// queue is dropped, and notices by the end of its connection. A new reader gets the latest heartbeat at once, or,
/// once it is announced, the stop. Safe from any thread.
/// </summary>
public sealed class EventHub(Role role, int readerQueue, MetricRegistry metrics, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly HashSet<EventReader> _readers = [];
    private byte[]? _latest;
    private (IReadOnlyList<KeyValuePair<string, string>> Fields, long At)? _beat;
    private bool _stopping;
    private bool _closed;

    public Role Role => role;

    /// <summary>The role's last heartbeat, null before the first: it comes from the role's own loop, so it proves
    /// that the loop turns.</summary>
    public RoleBeat? LastBeat
    {
        get
        {
            lock (_lock)
            {
                return _beat is { } beat ? new RoleBeat(beat.Fields, time.GetElapsedTime(beat.At)) : null;
            }
        }
    }

    /// <summary>Sends one event to every reader.</summary>
    public void Publish(string name, IReadOnlyList<KeyValuePair<string, string>> fields)
    {
        var bytes = Encode(name, fields);
        lock (_lock)
        {
            // Once a stop is announced, a reader that connects late must hear of it too: to a watchdog that has not,
            // the end of the connection is a death.
            _stopping |= name == LinkProtocol.StoppingEvent;
            _latest = name switch
            {
                LinkProtocol.StoppingEvent => bytes,
                LinkProtocol.HeartbeatEvent when !_stopping => bytes,
                _ => _latest,
            };
            _beat = name == LinkProtocol.HeartbeatEvent ? (fields, time.GetTimestamp()) : _beat;
            foreach (var reader in _readers.Where(r => !r.Offer(bytes)).ToList())
            {
                _readers.Remove(reader);
                reader.Drop();
                metrics.Count("trader_link_readers_dropped_total", 1, ("role", role.Name()));
            }

            ShowReaders();
        }
    }

    /// <summary>A new reader's queue, with the latest heartbeat or the announced stop in it; completed at once after <see
    /// cref="Close"/>.</summary>
    public EventReader Open()
    {
        var reader = new EventReader(readerQueue);
        lock (_lock)
        {
            if (_closed)
            {
                reader.End();
                return reader;
            }

            _readers.Add(reader);
            if (_latest is not null)
            {
                reader.Offer(_latest);
            }

            ShowReaders();
        }

        return reader;
    }

    public void Leave(EventReader reader)
    {
        lock (_lock)
        {
            _readers.Remove(reader);
            ShowReaders();
        }
    }

    /// <summary>Ends every reader's stream after what is queued for it.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            foreach (var reader in _readers)
            {
                reader.End();
            }

            _readers.Clear();
            ShowReaders();
        }
    }

    /// <summary>The event's bytes: <c>event: name</c>, one <c>data:</c> line of JSON with string values, and a blank
    /// line.</summary>
    public static byte[] Encode(string name, IReadOnlyList<KeyValuePair<string, string>> fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        using var json = new MemoryStream(256);
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            foreach (var (key, value) in fields)
            {
                writer.WriteString(key, value);
            }

            writer.WriteEndObject();
        }

        return [.. Encoding.UTF8.GetBytes($"event: {name}\ndata: "), .. json.ToArray(), (byte)'\n', (byte)'\n'];
    }

    private void ShowReaders() => metrics.Gauge("trader_link_readers", _readers.Count, ("role", role.Name()));
}

/// <summary>What a role last said about itself on its event stream, and how long ago.</summary>
public sealed record RoleBeat(IReadOnlyList<KeyValuePair<string, string>> Fields, TimeSpan Age);
