using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using Trader.Messages;

namespace Trader.Actors.Disk;

/// <summary>
/// The halt that survives everything but a person (S4, S14): <c>&lt;state&gt;/halt.latch</c>, the documented fields of
/// the halt hash as JSON. No file means not halted. Everything else that stands there means halted (S1): a latch that
/// cannot be read, an empty one, and the temporary file of a latch that a crash or a full disk kept from being
/// finished, because somebody wanted to halt.
/// </summary>
public sealed class HaltLatch(string stateDir, string node, TimeProvider time)
{
    /// <summary>The reason of a halt record made up for a latch that cannot be read.</summary>
    public const string UnreadableReason = "HALT_LATCH_UNREADABLE";

    private const int MaxBytes = 64 * 1024;
    private const string TemporaryPattern = JournalPaths.Latch + ".*.tmp";
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    // The same id at every reading, so that the person who clears it names the same event that the system showed.
    private static readonly EventId UnreadableId = EventId.Derive(UnreadableReason);

    private readonly string _path = Path.Combine(stateDir, JournalPaths.Latch);

    // A name of its own per node: two processes that halt at once must not write one file.
    private readonly string _temporary = Path.Combine(stateDir, $"{JournalPaths.Latch}.{node}.tmp");

    /// <summary>Null only when there is no latch, finished or not.</summary>
    public HaltRecord? Read()
    {
        try
        {
            if (!Directory.Exists(stateDir))
            {
                // A file in its place, or a directory that may not be entered, throws here; a missing one is a first
                // start.
                return File.Exists(stateDir) ? Unreadable($"{stateDir} is not a directory") : null;
            }

            var files = Directory.GetFileSystemEntries(stateDir, JournalPaths.Latch)
                .Concat(Directory.GetFileSystemEntries(stateDir, TemporaryPattern).Order(StringComparer.Ordinal));
            foreach (var file in files)
            {
                return Parse(Start(file), out var halt) ? halt : Unreadable($"{file} is no halt record");
            }

            return null;
        }
        catch (IOException e)
        {
            return Unreadable(e.Message);
        }
        catch (UnauthorizedAccessException e)
        {
            return Unreadable(e.Message);
        }
    }

    /// <summary>
    /// Returns null when the latch is on disk, else why it is not. A failed attempt still leaves what it can: it
    /// counts.
    /// </summary>
    public string? Set(HaltRecord halt)
    {
        ArgumentNullException.ThrowIfNull(halt);
        try
        {
            DurableFiles.CreateDirectory(stateDir);
            using (var file = new FileStream(_temporary, DurableFiles.NewFile(FileMode.Create)))
            {
                var fields = PanicWire.Write(halt).ToDictionary(f => f.Key, f => f.Value, StringComparer.Ordinal);
                JsonSerializer.Serialize(file, fields, Indented);
                file.Flush(flushToDisk: true);
            }

            File.Move(_temporary, _path, overwrite: true);
            DurableFiles.SyncDirectory(stateDir);
            return null;
        }
        catch (IOException e)
        {
            return e.Message;
        }
        catch (UnauthorizedAccessException e)
        {
            return e.Message;
        }
    }

    /// <summary>Removes the latch; returns null when it is gone for good, else why it may still stand.</summary>
    public string? Clear()
    {
        try
        {
            if (!Directory.Exists(stateDir))
            {
                return null;
            }

            // Unfinished ones first: a crash in between leaves the latch itself.
            foreach (var file in Directory.GetFiles(stateDir, TemporaryPattern))
            {
                File.Delete(file);
            }

            File.Delete(_path);
            DurableFiles.SyncDirectory(stateDir);
            return null;
        }
        catch (IOException e)
        {
            return e.Message;
        }
        catch (UnauthorizedAccessException e)
        {
            return e.Message;
        }
    }

    /// <summary>The halt record of doubt (S1): what stands for a latch that is there and cannot be read.</summary>
    /// <param name="why">One line, shown as <c>halted_by</c>.</param>
    public HaltRecord Unreadable(string why) => new(
        UnreadableId, UnreadableReason, "disk", 0, time.GetUtcNow().ToUnixTimeMilliseconds(), why);

    /// <summary>
    /// The first 64 KB: whatever else stands there, a device without end included, is read no further.
    /// </summary>
    private static ReadOnlySpan<byte> Start(string file)
    {
        using var handle = File.OpenHandle(file);
        var buffer = new byte[MaxBytes];
        return buffer.AsSpan(0, RandomAccess.Read(handle, buffer, 0));
    }

    private static bool Parse(ReadOnlySpan<byte> json, [NotNullWhen(true)] out HaltRecord? halt)
    {
        halt = null;
        Dictionary<string, string>? fields;
        try
        {
            fields = JsonSerializer.Deserialize<Dictionary<string, string>>(json);
        }
        catch (JsonException)
        {
            return false;
        }

        if (fields is null || fields.Values.Any(v => v is null)
            || !fields.TryGetValue("reason", out var reason)
            || !fields.TryGetValue("source", out var source)
            || !fields.TryGetValue("halted_by", out var haltedBy)
            || !fields.TryGetValue("event_id", out var id) || !EventId.TryParse(id, out var eventId)
            || !fields.TryGetValue("positions_closed", out var closedText) || !TryNumber(closedText, out var closed)
            || !fields.TryGetValue("ts", out var tsText) || !TryNumber(tsText, out var ts))
        {
            return false;
        }

        halt = new HaltRecord(eventId, reason, source, (int)Math.Clamp(closed, 0, int.MaxValue), ts, haltedBy);
        return true;
    }

    private static bool TryNumber(string text, out long value) => long.TryParse(
        text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
}
