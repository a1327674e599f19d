using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Trader.Redis.Tests.Support;
using Xunit;

namespace Trader.Redis.Tests;

public sealed class RespReaderTests
{
    private static readonly Gen<byte[]> AnyBytes = ArbMap.Default.GeneratorFor<byte[]>().Where(b => b is not null);

    private static readonly Gen<byte[]> LineBytes = AnyBytes.Select(b => b.Where(x => x is not (13 or 10)).ToArray());

    private static readonly Gen<RespValue> Leaf = Gen.OneOf(
        Gen.Constant(RespValue.Null),
        ArbMap.Default.GeneratorFor<long>().Select(RespValue.Integer),
        ArbMap.Default.GeneratorFor<bool>().Select(RespValue.Boolean),
        ArbMap.Default.GeneratorFor<double>().Select(RespValue.Double),
        ArbMap.Default.GeneratorFor<System.Numerics.BigInteger>()
            .Select(n => RespValue.Text(RespKind.BigNumber, Encoding.ASCII.GetBytes(n.ToString()))),
        LineBytes.Select(b => RespValue.Text(RespKind.SimpleString, b)),
        AnyBytes.Select(b => RespValue.Text(RespKind.Error, b)),
        AnyBytes.Select(b => RespValue.Text(RespKind.BulkString, b)),
        AnyBytes.Select(b => RespValue.Text(RespKind.Verbatim, b)));

    [Fact]
    public void Every_value_is_read_back_wherever_its_bytes_are_split()
    {
        Arbitrary<(RespValue, int)> cases =
            Gen.Select(TopLevel, v => Gen.Choose(1, 12).Select(size => (v, size))).SelectMany(g => g).ToArbitrary();
        Prop.ForAll(cases, c =>
        {
            byte[] bytes = [.. RespEncoder.Encode(c.Item1), .. RespEncoder.Encode(c.Item1)];
            List<RespValue> read = ReadInPieces(bytes, c.Item2);
            return read.Count == 2 && read[0] == c.Item1 && read[1] == c.Item1;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Every_command_is_read_back_as_the_array_it_is()
    {
        Arbitrary<byte[][]> words = AnyBytes.NonEmptyListOf().Select(list => list.ToArray()).ToArbitrary();
        Prop.ForAll(words, arguments =>
        {
            RedisCommand command = RedisCommand.Of("NAME", [.. arguments.Select(a => (RedisArgument)a)]);
            RespValue read = Assert.Single(ReadInPieces(command.Encoded.ToArray(), int.MaxValue));
            RespValue[] expected =
            [
                RespValue.Text(RespKind.BulkString, "NAME"u8.ToArray()),
                .. arguments.Select(a => RespValue.Text(RespKind.BulkString, a)),
            ];
            return read == RespValue.Aggregate(RespKind.Array, expected);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Any_bytes_at_all_are_read_or_refused_without_an_exception()
    {
        // Bytes that look like RESP get deeper than noise does.
        Gen<byte> likely = Gen.Elements("$*+-:_#,(%~>|!=0123456789\r\n\r\n\r\nat"u8.ToArray());
        Prop.ForAll(likely.ListOf().Select(l => l.ToArray()).ToArbitrary(), bytes =>
        {
            RespReader whole = new(Small);
            RespReader pieces = new(Small);
            List<RespValue> a = ReadInPieces(bytes, int.MaxValue, whole);
            List<RespValue> b = ReadInPieces(bytes, 1, pieces);
            return a.SequenceEqual(b) && whole.Fault == pieces.Fault;
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("\r\n", "an empty line")]
    [InlineData("hello\r\n", "an unknown type marker")]
    [InlineData(":12x\r\n", "an integer is not a 64-bit number")]
    [InlineData(":\r\n", "an integer is not a 64-bit number")]
    [InlineData(":99999999999999999999\r\n", "an integer is not a 64-bit number")]
    [InlineData("+a\nb\r\n", "a line break inside a line")]
    [InlineData("-a\rb\r\n", "a line break inside a line")]
    [InlineData("$-2\r\n", "a bulk length is no number or exceeds the limit")]
    [InlineData("$?\r\n", "a bulk length is no number or exceeds the limit")]
    [InlineData("$101\r\n", "a bulk length is no number or exceeds the limit")]
    [InlineData("!-1\r\n", "a bulk length is no number or exceeds the limit")]
    [InlineData("$2\r\nabc\r\n", "a bulk string is longer than it said")]
    [InlineData("=3\r\ntxt\r\n", "a verbatim string without a format")]
    [InlineData("*-2\r\n", "an aggregate length is no number or exceeds the limit")]
    [InlineData("*21\r\n", "an aggregate length is no number or exceeds the limit")]
    [InlineData("%11\r\n", "an aggregate length is no number or exceeds the limit")]
    [InlineData("*2147483648\r\n", "an aggregate length is no number or exceeds the limit")]
    [InlineData("*1\r\n*1\r\n*1\r\n*1\r\n", "a reply nests too deep")]
    [InlineData("*1\r\n>1\r\n+a\r\n", "a push inside a reply")]
    [InlineData("#x\r\n", "a boolean is neither t nor f")]
    [InlineData("_x\r\n", "a null with content")]
    [InlineData(",1.2.3\r\n", "a double is not a number")]
    [InlineData("(12a\r\n", "a big number is not a number")]
    [InlineData("(\r\n", "a big number is not a number")]
    [InlineData("+12345678901234567890123456789012345678901234567890", "a line exceeds the limit")]
    [InlineData("+12345678901234567890123456789012345678901234567890\r\n", "a line exceeds the limit")]
    public void Bytes_that_are_no_reply_or_beyond_a_limit_are_refused(string text, string fault)
    {
        RespReader reader = new(Small);

        Assert.Empty(ReadInPieces(Encoding.ASCII.GetBytes(text), 1, reader));

        Assert.Equal(fault, reader.Fault);
    }

    [Fact]
    public void The_limits_count_all_levels_of_one_reply_and_start_over_with_the_next()
    {
        string nineteen = "*2\r\n*8\r\n" + Repeat("_\r\n", 8) + "*8\r\n" + Repeat("_\r\n", 8);
        RespReader reader = new(Small);

        Assert.Equal(2, ReadInPieces(Encoding.ASCII.GetBytes(nineteen + nineteen), int.MaxValue, reader).Count);
        Assert.Equal("", reader.Fault);

        string tooMany = "*2\r\n*9\r\n" + Repeat("_\r\n", 9) + "*9\r\n" + Repeat("_\r\n", 9);
        Assert.Empty(ReadInPieces(Encoding.ASCII.GetBytes(tooMany), int.MaxValue, reader));
        Assert.NotEqual("", reader.Fault);
    }

    [Fact]
    public void The_bytes_of_one_reply_are_limited_even_if_each_part_is_small()
    {
        RespReader reader = new(Small with { MaxReplyBytes = 150 });
        string text = "*2\r\n$90\r\n" + Repeat("x", 90) + "\r\n$90\r\n" + Repeat("x", 90) + "\r\n";

        Assert.Empty(ReadInPieces(Encoding.ASCII.GetBytes(text), int.MaxValue, reader));

        Assert.Equal("a reply exceeds the limit of bytes", reader.Fault);
    }

    [Fact]
    public void Attributes_are_dropped_wherever_they_stand()
    {
        string text = "|1\r\n+ttl\r\n:3600\r\n*2\r\n+a\r\n|1\r\n+k\r\n*1\r\n+v\r\n+b\r\n|0\r\n+c\r\n";

        List<RespValue> read = ReadInPieces(Encoding.ASCII.GetBytes(text), 1);

        Assert.Equal([RespValue.Aggregate(RespKind.Array, [Simple("a"), Simple("b")]), Simple("c")], read);
    }

    [Theory]
    [InlineData("-WRONGTYPE Operation against a key\r\n", "WRONGTYPE")]
    [InlineData("-ERR unknown command\r\n", "ERR")]
    [InlineData("-something odd\r\n", "ERR")]
    [InlineData("-\r\n", "ERR")]
    [InlineData("!21\r\nSYNTAX invalid syntax\r\n", "SYNTAX")]
    [InlineData("+OK\r\n", "")]
    public void An_error_is_a_value_with_a_code(string text, string code)
    {
        RespValue value = Assert.Single(ReadInPieces(Encoding.ASCII.GetBytes(text), int.MaxValue));

        Assert.Equal(code, value.ErrorCode);
        Assert.Equal(code.Length > 0, value.IsError);
    }

    private static RespLimits Small { get; } = new()
    {
        MaxBulkBytes = 100,
        MaxLineBytes = 40,
        MaxElements = 20,
        MaxDepth = 3,
        MaxReplyBytes = 1000,
    };

    private static Gen<RespValue> TopLevel => Gen.OneOf(
        Tree(3), Tree(2).ListOf().Select(items => RespValue.Aggregate(RespKind.Push, [.. items.Take(6)])));

    private static Gen<RespValue> Tree(int depth) => depth == 0
        ? Leaf
        : Gen.OneOf(
            Leaf,
            Members(depth).Select(items => RespValue.Aggregate(RespKind.Array, items)),
            Members(depth).Select(items => RespValue.Aggregate(RespKind.Set, items)),
            Members(depth).Select(items => RespValue.Aggregate(RespKind.Map, [.. items, .. items])));

    private static Gen<RespValue[]> Members(int depth) =>
        Tree(depth - 1).ListOf().Select(items => items.Take(5).ToArray());

    private static RespValue Simple(string text) =>
        RespValue.Text(RespKind.SimpleString, Encoding.ASCII.GetBytes(text));

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));

    /// <summary>Feeds the bytes in pieces, each a segment of its own, as a pipe would.</summary>
    private static List<RespValue> ReadInPieces(byte[] bytes, int size, RespReader? reader = null)
    {
        reader ??= new RespReader(new RespLimits());
        List<RespValue> values = [];
        byte[] pending = [];
        for (int at = 0; at < bytes.Length; at += Math.Min(size, bytes.Length - at))
        {
            ReadOnlySequence<byte> input = Segment.Join(pending, bytes[at..(at + Math.Min(size, bytes.Length - at))]);
            while (reader.Read(ref input, out RespValue value) == RespReadStatus.Reply)
            {
                values.Add(value);
            }

            pending = input.ToArray();
        }

        return values;
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public static ReadOnlySequence<byte> Join(byte[] first, byte[] second)
        {
            Segment a = new() { Memory = first };
            Segment b = new() { Memory = second, RunningIndex = first.Length };
            a.Next = b;
            return new ReadOnlySequence<byte>(a, 0, b, second.Length);
        }
    }
}
