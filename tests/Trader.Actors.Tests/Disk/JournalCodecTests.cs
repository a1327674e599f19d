using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Trader.Actors.Disk;
using Trader.Messages;
using Xunit;

namespace Trader.Actors.Tests.Disk;

public sealed class JournalCodecTests
{
    [Fact]
    public void ARecordReadsLikeALogLine()
    {
        var line = Encoding.UTF8.GetString(Encode(7, new("panic.accepted", 1_763_719_323_123,
            [new("event_id", "e-1"), new("reason", "Börse \"weg\"\n")])));
        Assert.Equal(
            "{\"at\":\"2025-11-21T10:02:03.123Z\",\"seq\":7,\"kind\":\"panic.accepted\","
            + "\"fields\":{\"event_id\":\"e-1\",\"reason\":\"Börse \\\"weg\\\"\\n\"}}\n",
            line[JournalCodec.HeaderBytes..]);
        Assert.Matches("^[0-9a-f]{8} [0-9a-f]{8} [0-9a-f]{64} $", line[..JournalCodec.HeaderBytes]);
    }

    [Fact]
    public void TheChecksumIsCrc32C()
    {
        // RFC 3720 B.4 gives the polynomial; here the figure of an independent bitwise calculation over the same bytes.
        var line = Encode(1, new("a", 0, []));
        var covered = line[..8].Concat(line[18..^1]);
        var crc = uint.MaxValue;
        foreach (var b in covered)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 1 ? (crc >> 1) ^ 0x82F63B78 : crc >> 1;
            }
        }

        Assert.Equal($"{~crc:x8}", Encoding.ASCII.GetString(line.AsSpan(9, 8)));
    }

    [Fact]
    public void WhatIsWrittenIsRead()
    {
        var texts = ArbMap.Default.GeneratorFor<string?>().Select(s => Whole(s ?? string.Empty));
        var field = from name in texts from value in texts select new KeyValuePair<string, string>(name, value);
        var records = from kind in texts
                      from seconds in Gen.Choose(int.MinValue, int.MaxValue)
                      from fields in field.ListOf()
                      select new JournalRecord(kind, seconds * 1001L, [.. fields]);
        Check.QuickThrowOnFailure(Prop.ForAll(records.ToArbitrary(), record =>
        {
            var line = Encode(42, record);
            var fault = JournalCodec.Read(line, out var length, out _, out var payload);
            return fault == RecordFault.None && length == line.Length
                && JournalPayload.TryRead(payload, out var seq, out var read) && seq == 42
                && JournalPayload.TryReadHead(payload, out var headSeq, out var kind)
                && headSeq == 42 && kind == record.Kind
                && read.Kind == record.Kind && read.AtMs == record.AtMs && read.Fields.SequenceEqual(record.Fields);
        }));
    }

    [Fact]
    public void EveryFlippedBitIsFound()
    {
        var line = Encode(3, StateDirectory.Record(3));
        for (var bit = 0; bit < line.Length * 8; bit++)
        {
            var damaged = (byte[])line.Clone();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            var fault = JournalCodec.Read(damaged, out var length, out _, out _);
            Assert.NotEqual(RecordFault.None, fault);
            Assert.InRange(length, 1, line.Length);
        }
    }

    [Fact]
    public void EveryCutIsIncompleteAndNoMore()
    {
        var line = Encode(3, StateDirectory.Record(3));
        for (var length = 0; length < line.Length; length++)
        {
            Assert.Equal(RecordFault.Incomplete, JournalCodec.Read(line.AsSpan(0, length), out _, out _, out _));
        }
    }

    [Fact]
    public void AHugeValueIsCutAndSaysSo()
    {
        var line = Encode(1, new("panic.answer", 0, [new("body", new string('x', 1_000_000)), new("event_id", "e-1")]));
        Assert.InRange(line.Length, JournalCodec.MaxRecordBytes / 4, JournalCodec.MaxRecordBytes);
        var read = Read(line);
        Assert.EndsWith("…[1000000 characters]", PanicWire.Find(read.Fields, "body"), StringComparison.Ordinal);
        Assert.Equal("e-1", PanicWire.Find(read.Fields, "event_id"));
    }

    [Fact]
    public void TooManyFieldsAreCutAndSaySo()
    {
        var fields = Enumerable.Range(0, 100_000)
            .Select(i => new KeyValuePair<string, string>($"f{i}", "\u0001\u0002\u0003"));
        var line = Encode(1, new(new string('k', 100), 0, [.. fields]));
        Assert.InRange(line.Length, 1000, JournalCodec.MaxRecordBytes);
        var read = Read(line);
        Assert.Equal(
            $"{100_000 - (read.Fields.Count - 1)} fields left out",
            PanicWire.Find(read.Fields, JournalPayload.CutField));
        Assert.Equal(JournalPayload.MaxKindLength, read.Kind.Length);
    }

    [Fact]
    public void HalfASurrogatePairDoesNotStopTheJournal()
    {
        var read = Read(Encode(1, new("panic.x", 0, [new("a\uD800", "\uDC00b")])));
        Assert.Equal(new KeyValuePair<string, string>("a\uFFFD", "\uFFFDb"), Assert.Single(read.Fields));
    }

    [Theory]
    [InlineData("not json at all")]
    [InlineData("{}")]
    [InlineData("{\"at\":\"2025-11-21T10:02:03.123Z\",\"seq\":7,\"kind\":\"a\",\"fields\":{\"x\":1}}")]
    [InlineData("{\"at\":\"yesterday\",\"seq\":7,\"kind\":\"a\",\"fields\":{}}")]
    [InlineData("{\"at\":\"2025-11-21T10:02:03.123Z\",\"seq\":7,\"kind\":\"a\",\"fields\":{}} x")]
    [InlineData("{\"at\":\"2025-11-21T10:02:03.123Z\",\"seq\":7,\"kind\":\"a\",\"fields\":{}")]
    public void OtherJsonIsNoRecord(string payload) =>
        Assert.False(JournalPayload.TryRead(Encoding.UTF8.GetBytes(payload), out _, out _));

    private static string Whole(string text)
    {
        var whole = new StringBuilder();
        foreach (var rune in text.AsSpan(0, Math.Min(text.Length, JournalPayload.MaxKindLength)).EnumerateRunes())
        {
            whole.Append(rune);
        }

        return whole.ToString();
    }

    private static byte[] Encode(long seq, JournalRecord record)
    {
        var output = new ArrayBufferWriter<byte>();
        JournalCodec.Encode(seq, record, ChainHash.Genesis, output);
        return output.WrittenSpan.ToArray();
    }

    private static JournalRecord Read(byte[] line)
    {
        Assert.Equal(RecordFault.None, JournalCodec.Read(line, out _, out _, out var payload));
        Assert.True(JournalPayload.TryRead(payload, out _, out var record));
        return record;
    }
}
