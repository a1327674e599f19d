using System.Buffers;
using System.Buffers.Text;
using System.Globalization;

namespace Trader.Redis;

/// <summary>
/// Reads RESP2 and RESP3 replies from bytes that may be split anywhere. It resumes where it stopped (every byte of a
/// header or body is looked at once it is whole), so a reply that drips in byte by byte costs no more than one that
/// comes at once. Attributes are read and dropped. Streamed types (<c>$?</c>, <c>*?</c>) are refused: no Redis sends
/// them.
/// </summary>
public sealed class RespReader(RespLimits limits)
{
    private const int NoBody = -1;

    private readonly Stack<RespAggregate> _open = new();
    private int _bodyLength = NoBody;
    private byte _bodyMarker;
    private long _replyBytes;
    private int _replyElements;

    /// <summary>Why the last read said <see cref="RespReadStatus.Malformed"/>; empty before. Never holds reply
    /// text.</summary>
    public string Fault { get; private set; } = "";

    /// <summary>Takes at most one reply from the front of <paramref name="input"/> and cuts off what it used.</summary>
    public RespReadStatus Read(ref ReadOnlySequence<byte> input, out RespValue reply)
    {
        reply = default;
        while (Fault.Length == 0)
        {
            bool found = _bodyLength == NoBody
                ? ReadHeader(ref input, out RespValue? value)
                : ReadBody(ref input, out value);
            if (!found)
            {
                return Fault.Length == 0 ? RespReadStatus.NeedMore : RespReadStatus.Malformed;
            }

            if (value is { } whole && Place(whole, out reply))
            {
                _replyBytes = 0;
                _replyElements = 0;
                return RespReadStatus.Reply;
            }
        }

        return RespReadStatus.Malformed;
    }

    /// <summary>False: more bytes are needed, or the reader is at fault. A null value: an aggregate or a body was
    /// opened.</summary>
    private bool ReadHeader(ref ReadOnlySequence<byte> input, out RespValue? value)
    {
        value = null;
        SequenceReader<byte> reader = new(input);
        if (!reader.TryReadTo(out ReadOnlySequence<byte> line, "\r\n"u8))
        {
            // One byte of grace: the CR of an exactly long enough line may have come without its LF.
            return input.Length > limits.MaxLineBytes + 1L && Fail("a line exceeds the limit");
        }

        if (line.Length > limits.MaxLineBytes || line.IsEmpty)
        {
            return Fail(line.IsEmpty ? "an empty line" : "a line exceeds the limit");
        }

        if (!Charge(line.Length + 2))
        {
            return false;
        }

        // The span may point into input: read it before cutting input off.
        ReadOnlySpan<byte> bytes = line.IsSingleSegment ? line.FirstSpan : line.ToArray();
        bool ok = ReadLine(bytes[0], bytes[1..], out value);
        input = input.Slice(reader.Position);
        return ok;
    }

    private bool ReadLine(byte marker, ReadOnlySpan<byte> rest, out RespValue? value)
    {
        value = null;
        if (marker != '|' && ++_replyElements > limits.MaxElements)
        {
            return Fail("a reply has too many elements");
        }

        switch (marker)
        {
            case (byte)'+':
                value = rest.SequenceEqual("OK"u8) ? Known.Ok : RespValue.Text(RespKind.SimpleString, rest.ToArray());
                return NoLineBreak(rest);
            case (byte)'-':
                value = RespValue.Text(RespKind.Error, rest.ToArray());
                return NoLineBreak(rest);
            case (byte)':':
                return ReadInteger(rest, out value);
            case (byte)'$' or (byte)'=' or (byte)'!':
                return OpenBody(marker, rest, out value);
            case (byte)'*' or (byte)'~' or (byte)'>' or (byte)'%' or (byte)'|':
                return OpenAggregate(marker, rest, out value);
            case (byte)'_':
                value = RespValue.Null;
                return rest.IsEmpty || Fail("a null with content");
            case (byte)'#':
                value = RespValue.Boolean(rest.SequenceEqual("t"u8));
                return rest.SequenceEqual("t"u8) || rest.SequenceEqual("f"u8) || Fail("a boolean is neither t nor f");
            case (byte)',':
                return ReadDouble(rest, out value);
            case (byte)'(':
                return ReadBigNumber(rest, out value);
            default:
                return Fail("an unknown type marker");
        }
    }

    private bool ReadInteger(ReadOnlySpan<byte> rest, out RespValue? value)
    {
        bool ok = Utf8Parser.TryParse(rest, out long number, out int used) && used == rest.Length;
        value = RespValue.Integer(number);
        return ok || Fail("an integer is not a 64-bit number");
    }

    private bool ReadDouble(ReadOnlySpan<byte> rest, out RespValue? value)
    {
        const NumberStyles Plain =
            NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        double? special = rest switch
        {
            [(byte)'i', (byte)'n', (byte)'f'] => double.PositiveInfinity,
            [(byte)'-', (byte)'i', (byte)'n', (byte)'f'] => double.NegativeInfinity,
            [(byte)'n', (byte)'a', (byte)'n'] or [(byte)'-', (byte)'n', (byte)'a', (byte)'n'] => double.NaN,
            _ => null,
        };
        bool ok = double.TryParse(rest, Plain, CultureInfo.InvariantCulture, out double number)
            && double.IsFinite(number);
        value = RespValue.Double(special ?? number);
        return ok || special is not null || Fail("a double is not a number");
    }

    private bool ReadBigNumber(ReadOnlySpan<byte> rest, out RespValue? value)
    {
        ReadOnlySpan<byte> digits = rest.IsEmpty || rest[0] is not ((byte)'-' or (byte)'+') ? rest : rest[1..];
        value = RespValue.Text(RespKind.BigNumber, rest.ToArray());
        return (!digits.IsEmpty && !digits.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            || Fail("a big number is not a number");
    }

    private bool OpenBody(byte marker, ReadOnlySpan<byte> rest, out RespValue? value)
    {
        value = null;
        if (marker == '$' && rest.SequenceEqual("-1"u8))
        {
            value = RespValue.Null;
            return true;
        }

        if (!TryLength(rest, limits.MaxBulkBytes, out int length))
        {
            return Fail("a bulk length is no number or exceeds the limit");
        }

        _bodyMarker = marker;
        _bodyLength = length;
        return true;
    }

    private bool ReadBody(ref ReadOnlySequence<byte> input, out RespValue? value)
    {
        value = null;
        if (input.Length < _bodyLength + 2L)
        {
            return false;
        }

        byte[] body = input.Slice(0, _bodyLength).ToArray();
        Span<byte> end = stackalloc byte[2];
        input.Slice(_bodyLength, 2).CopyTo(end);
        input = input.Slice(_bodyLength + 2L);
        if (!end.SequenceEqual("\r\n"u8))
        {
            return Fail("a bulk string is longer than it said");
        }

        if (!Charge(_bodyLength + 2L))
        {
            return false;
        }

        _bodyLength = NoBody;
        if (_bodyMarker != '=')
        {
            value = RespValue.Text(_bodyMarker == '!' ? RespKind.Error : RespKind.BulkString, body);
            return true;
        }

        // A verbatim string begins with three characters of format and a colon.
        if (body.Length < 4 || body[3] != ':')
        {
            return Fail("a verbatim string without a format");
        }

        value = RespValue.Text(RespKind.Verbatim, body[4..]);
        return true;
    }

    private bool OpenAggregate(byte marker, ReadOnlySpan<byte> rest, out RespValue? value)
    {
        value = null;
        if (marker == '*' && rest.SequenceEqual("-1"u8))
        {
            value = RespValue.Null;
            return true;
        }

        int perEntry = marker is (byte)'%' or (byte)'|' ? 2 : 1;
        if (!TryLength(rest, (limits.MaxElements - _replyElements) / perEntry, out int entries))
        {
            return Fail("an aggregate length is no number or exceeds the limit");
        }

        if (_open.Count >= limits.MaxDepth)
        {
            return Fail("a reply nests too deep");
        }

        if (marker == '>' && _open.Count > 0)
        {
            return Fail("a push inside a reply");
        }

        RespAggregate frame = new(marker, entries * perEntry);
        if (frame.IsFull)
        {
            value = frame.IsAttribute ? null : frame.ToValue();
        }
        else
        {
            _open.Push(frame);
        }

        return true;
    }

    /// <summary>Puts a value where it belongs; true when that completed a whole reply.</summary>
    private bool Place(RespValue value, out RespValue reply)
    {
        while (_open.TryPeek(out RespAggregate? frame))
        {
            frame.Add(value);
            if (!frame.IsFull)
            {
                reply = default;
                return false;
            }

            _open.Pop();
            if (frame.IsAttribute)
            {
                reply = default;
                return false;
            }

            value = frame.ToValue();
        }

        reply = value;
        return true;
    }

    private static bool TryLength(ReadOnlySpan<byte> text, int limit, out int length) =>
        Utf8Parser.TryParse(text, out length, out int used) && used == text.Length && length >= 0 && length <= limit;

    private bool Charge(long bytes)
    {
        _replyBytes += bytes;
        return _replyBytes <= limits.MaxReplyBytes || Fail("a reply exceeds the limit of bytes");
    }

    private bool NoLineBreak(ReadOnlySpan<byte> text) =>
        text.IndexOfAny((byte)'\r', (byte)'\n') < 0 || Fail("a line break inside a line");

    private bool Fail(string fault)
    {
        Fault = fault;
        return false;
    }

    private static class Known
    {
        public static readonly RespValue Ok = RespValue.Text(RespKind.SimpleString, "OK"u8.ToArray());
    }
}
