using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Trader.Actors.Disk;

/// <summary>What is wrong with the bytes where a record should stand.</summary>
public enum RecordFault
{
    None,

    /// <summary>The file ends before the record does: being written, or torn.</summary>
    Incomplete,

    /// <summary>No record header of this format.</summary>
    BadHeader,

    /// <summary>The stated length does not lead to the end of a line.</summary>
    BadLength,

    /// <summary>The bytes are not the ones that were written.</summary>
    BadChecksum,

    /// <summary>The bytes are whole, but the record does not follow the one before it.</summary>
    BadChain,

    /// <summary>The bytes are whole, but they are no journal record.</summary>
    BadPayload,

    /// <summary>A whole segment is not there.</summary>
    MissingSegment,
}

/// <summary>
/// A record on disk is one line of text, so that <c>cat</c>, <c>grep</c> and <c>strings</c> read the journal when
/// nothing else works: <c>length checksum hash payload\n</c>. Length and CRC-32C are 8, the SHA-256 chain hash 64
/// lower-case hexadecimal digits; the checksum covers length, hash and payload. The payload is JSON (<see
/// cref="JournalPayload"/>) and holds no line feed, which makes the next record findable behind a damaged one. Binary
/// framing would save 50 bytes a record and lose both.
/// </summary>
public static class JournalCodec
{
    /// <summary>A whole record, header and line feed included.</summary>
    public const int MaxRecordBytes = 256 * 1024;

    public const int HeaderBytes = 83;
    internal const int MaxPayloadBytes = MaxRecordBytes - HeaderBytes - 1;
    private const int ChecksumAt = 9;
    private const int HashAt = 18;
    private const byte Space = (byte)' ';
    private const byte LineFeed = (byte)'\n';

    /// <summary>Writes one record and returns its hash, which the next one is chained to.</summary>
    public static ChainHash Encode(
        long seq, Messages.JournalRecord record, ChainHash previous, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(output);
        var payload = JournalPayload.Write(seq, record).Span;
        var hash = ChainHash.After(previous, payload);
        var total = HeaderBytes + payload.Length + 1;
        var line = output.GetSpan(total)[..total];
        payload.Length.TryFormat(line, out _, "x8", CultureInfo.InvariantCulture);
        hash.Format(line[HashAt..]);
        line[8] = line[17] = line[82] = Space;
        payload.CopyTo(line[HeaderBytes..]);
        line[^1] = LineFeed;
        Checksum(line, payload.Length).TryFormat(line[ChecksumAt..], out _, "x8", CultureInfo.InvariantCulture);
        output.Advance(total);
        return hash;
    }

    /// <summary>
    /// Reads the record at the start of <paramref name="bytes"/>, whether or not it follows the one before it.
    /// </summary>
    /// <param name="length">
    /// Bytes to the next record: of this one, or of the damaged line. For <see cref="RecordFault.Incomplete"/> all
    /// there are.
    /// </param>
    /// <param name="hash">As the record states it.</param>
    public static RecordFault Read(
        ReadOnlySpan<byte> bytes, out int length, out ChainHash hash, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        var fault = Frame(bytes, out var payloadBytes, out hash);
        if (fault == RecordFault.None)
        {
            length = HeaderBytes + payloadBytes + 1;
            payload = bytes.Slice(HeaderBytes, payloadBytes);
            return fault;
        }

        var lineEnd = bytes.IndexOf(LineFeed);
        length = lineEnd < 0 ? bytes.Length : lineEnd + 1;

        // Without a line feed more bytes may still come; with one, this line will never become a record.
        return lineEnd < 0 ? RecordFault.Incomplete : fault == RecordFault.Incomplete ? RecordFault.BadLength : fault;
    }

    private static RecordFault Frame(ReadOnlySpan<byte> bytes, out int payloadBytes, out ChainHash hash)
    {
        payloadBytes = 0;
        hash = default;
        if (bytes.Length < HeaderBytes)
        {
            return RecordFault.Incomplete;
        }

        if (bytes[8] != Space || bytes[17] != Space || bytes[82] != Space || !TryHex(bytes[..8], out var stated)
            || !TryHex(bytes.Slice(ChecksumAt, 8), out var checksum)
            || !ChainHash.TryParse(bytes.Slice(HashAt, ChainHash.HexLength), out hash))
        {
            return RecordFault.BadHeader;
        }

        if (stated > MaxPayloadBytes)
        {
            return RecordFault.BadLength;
        }

        payloadBytes = (int)stated;
        if (bytes.Length <= HeaderBytes + payloadBytes)
        {
            return RecordFault.Incomplete;
        }

        if (bytes[HeaderBytes + payloadBytes] != LineFeed)
        {
            return RecordFault.BadLength;
        }

        return Checksum(bytes, payloadBytes) == checksum ? RecordFault.None : RecordFault.BadChecksum;
    }

    private static bool TryHex(ReadOnlySpan<byte> digits, out uint value)
    {
        value = 0;
        return digits.IndexOfAnyInRange((byte)'A', (byte)'F') < 0
            && uint.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }

    private static uint Checksum(ReadOnlySpan<byte> line, int payloadBytes)
    {
        var crc = Crc(uint.MaxValue, line[..8]);
        return ~Crc(crc, line[HashAt..(HeaderBytes + payloadBytes)]);
    }

    private static uint Crc(uint crc, ReadOnlySpan<byte> bytes)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
        {
            crc = BitOperations.Crc32C(crc, word);
        }

        foreach (var b in bytes[(words.Length * sizeof(ulong))..])
        {
            crc = BitOperations.Crc32C(crc, b);
        }

        return crc;
    }
}
