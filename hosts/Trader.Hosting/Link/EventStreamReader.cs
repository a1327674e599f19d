using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Trader.Hosting.Link;

/// <summary>
/// Takes the bytes of one answer to a request for an event stream: first its head, then its events. Pure: no socket,
/// no clock. Written for HTTP/1.0, where the body ends with the connection and comes unchunked, so that the end of
/// the body is the end of the peer.
/// </summary>
internal sealed class EventStreamReader
{
    /// <summary>Bytes of the head, and of one event. More is not one of ours.</summary>
    public const int MaxBytes = 64 * 1024;

    private readonly List<byte> _line = new(512);
    private readonly StringBuilder _data = new();
    private string _name = "";
    private int _size;
    private int _headLines;
    private bool _isEventStream;

    /// <summary>The head was read and promises an event stream.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>What comes is no event stream; the connection is worth nothing.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Feeds bytes as they came and calls back for every whole event.</summary>
    public void Take(ReadOnlySpan<byte> bytes, Action<string, IReadOnlyList<KeyValuePair<string, string>>> onEvent)
    {
        foreach (var b in bytes)
        {
            if (IsBroken)
            {
                return;
            }

            if (b == '\n')
            {
                Line(Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(_line)).TrimEnd('\r'), onEvent);
                _line.Clear();
            }
            else
            {
                _line.Add(b);
                IsBroken = ++_size > MaxBytes;
            }
        }
    }

    private void Line(string line, Action<string, IReadOnlyList<KeyValuePair<string, string>>> onEvent)
    {
        if (!IsOpen)
        {
            Head(line);
        }
        else if (line.Length == 0)
        {
            if (_data.Length > 0)
            {
                onEvent(_name.Length == 0 ? "message" : _name, Fields(_data.ToString()));
            }

            _data.Clear();
            _name = "";
            _size = 0;
        }
        else if (line.StartsWith("event:", StringComparison.Ordinal))
        {
            _name = line["event:".Length..].Trim();
        }
        else if (line.StartsWith("data:", StringComparison.Ordinal))
        {
            _data.Append(_data.Length > 0 ? "\n" : "").Append(line["data:".Length..].Trim());
        }
    }

    private void Head(string line)
    {
        if (_headLines++ == 0)
        {
            IsBroken = !line.StartsWith("HTTP/1.", StringComparison.Ordinal) || line.Split(' ') is not [_, "200", ..];
        }
        else if (line.StartsWith("Transfer-Encoding:", StringComparison.OrdinalIgnoreCase))
        {
            IsBroken = true;
        }
        else if (line.StartsWith("Content-Type:", StringComparison.OrdinalIgnoreCase))
        {
            _isEventStream = line["Content-Type:".Length..].Trim().StartsWith(
                "text/event-stream", StringComparison.OrdinalIgnoreCase);
        }
        else if (line.Length == 0)
        {
            IsOpen = _isEventStream;
            IsBroken = !_isEventStream;
            _size = 0;
        }
    }

    /// <summary>Data that is no flat object has no fields: then it is a malformed event, which its receiver refuses
    /// by name.</summary>
    private static List<KeyValuePair<string, string>> Fields(string data)
    {
        var fields = new List<KeyValuePair<string, string>>();
        try
        {
            using var json = JsonDocument.Parse(data, new JsonDocumentOptions { MaxDepth = 2 });
            if (json.RootElement.ValueKind != JsonValueKind.Object)
            {
                return [];
            }

            foreach (var property in json.RootElement.EnumerateObject())
            {
                if (property.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Number))
                {
                    return [];
                }

                fields.Add(new(property.Name, property.Value.ToString()));
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return [];
        }

        return fields;
    }
}
