using Trader.Actors.Disk;
using Trader.Messages;
using Xunit;

namespace Trader.Actors.Tests.Disk;

public sealed class AuditTests : IDisposable
{
    private readonly StateDirectory _state = new();

    [Fact]
    public void ALineIsReadAtAGlance() => Assert.Equal(
        "2025-11-21 10:02:03.000  watchdog   panic.accepted  event_id=e-0 reason=EXIT_BRAIN_STALE",
        AuditFormat.Line(new AuditItem.Entry("watchdog", "00000001.log", 0, 1, StateDirectory.Record(0))));

    [Fact]
    public void AFieldCannotFakeAnotherOrSpeakToTheTerminal()
    {
        var record = new JournalRecord(
            "panic.refused", 0,
            [new("reason", "x\nBAD\u001b[2J by=\"me\""), new("empty", ""), new("ü", "ß")]);
        Assert.Equal(
            "1970-01-01 00:00:00.000  a-node-with-a-long-name panic.refused  "
            + "reason=\"x\\nBAD\\u001b[2J by=\\\"me\\\"\" empty=\"\" \"ü\"=\"ß\"",
            AuditFormat.Line(new AuditItem.Entry("a-node-with-a-long-name", "f", 0, 1, record)), ignoreCase: true);
    }

    [Fact]
    public void JsonHoldsEverything() => Assert.Equal(
        "{\"node\":\"watchdog\",\"file\":\"00000001.log\",\"offset\":5,"
        + "\"seq\":1,\"at\":\"2025-11-21T10:02:03.000Z\",\"kind\":\"panic.accepted\","
        + "\"fields\":{\"event_id\":\"e-0\",\"reason\":\"EXIT_BRAIN_STALE\"}}",
        AuditFormat.Json(new AuditItem.Entry("watchdog", "00000001.log", 5, 1, StateDirectory.Record(0))));

    [Fact]
    [Trait("rule", "S12")]
    public void AFlippedBitAnywhereIsFound()
    {
        _state.Write(0, 12, maxSegmentBytes: 1200);
        var files = Directory.GetFiles(_state.NodeDir, "*.log");
        Assert.True(files.Length >= 3);
        var random = new Random(20251121);
        foreach (var file in files)
        {
            var whole = File.ReadAllBytes(file);
            for (var i = 0; i < 60; i++)
            {
                var bit = random.Next(whole.Length * 8);
                var damaged = (byte[])whole.Clone();
                damaged[bit / 8] ^= (byte)(1 << (bit % 8));
                File.WriteAllBytes(file, damaged);
                var audit = Assert.Single(Verify());
                Assert.True(audit.BadCount > 0, $"bit {bit} of {file}");
                Assert.NotEmpty(audit.Bad[0].Why);
            }

            File.WriteAllBytes(file, whole);
        }

        Assert.Equal(0, Assert.Single(Verify()).BadCount);
    }

    [Fact]
    public async Task NodesAreMergedByTime()
    {
        foreach (var (node, times) in new[] { ("brain", new[] { 1, 4, 5 }), ("watchdog", [2, 3, 6]) })
        {
            using var journal = Open(node);
            foreach (var i in times)
            {
                journal.Append([StateDirectory.Record(i)]);
            }
        }

        var (code, output, error) = await Run(follow: false, verify: false, json: false);
        Assert.Equal((AuditCommand.Whole, string.Empty), (code, error));
        Assert.Equal(
            ["e-1", "e-2", "e-3", "e-4", "e-5", "e-6"],
            output.Split('\n').Where(l => l.Contains("panic.accepted", StringComparison.Ordinal))
                .Select(l => l.Split("event_id=")[1][..3]));
    }

    [Fact]
    public async Task VerifySaysHowManyAndWhereTheFirstBadOneIs()
    {
        _state.Write(0, 5);
        var (code, output, _) = await Run(follow: false, verify: true, json: false);
        Assert.Equal(AuditCommand.Whole, code);
        Assert.StartsWith(
            "panic-close 6 records in 1 segments verified, last 6, chain ", output, StringComparison.Ordinal);

        var lines = File.ReadAllLines(_state.Segment(1));
        lines[2] = lines[2].Replace("e-1", "e-7", StringComparison.Ordinal);
        File.WriteAllText(_state.Segment(1), string.Join('\n', lines) + "\n");
        var offset = lines[0].Length + lines[1].Length + 2;
        (code, _, var error) = await Run(follow: false, verify: true, json: false);
        Assert.Equal(AuditCommand.Damaged, code);
        Assert.StartsWith(
            $"BAD panic-close 00000001.log at {offset}: the checksum does not match", error, StringComparison.Ordinal);

        (code, output, error) = await Run(follow: false, verify: false, json: true);
        Assert.Equal(
            (AuditCommand.Damaged, 5), (code, output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length));
        Assert.Contains("\"fault\":\"BadChecksum\"", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoJournalIsSaidSo()
    {
        var (code, _, error) = await Run(follow: false, verify: true, json: false);
        Assert.Equal(AuditCommand.Unreadable, code);
        Assert.StartsWith("no journal under", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FollowSeesWhatAWriterAddsAndNewSegmentsAndNewNodes()
    {
        using var reader = new AuditReader(_state.Path);
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var seen = new List<string>();
        using var journal = _state.Open(maxSegmentBytes: 600);
        journal.Append([StateDirectory.Record(0)]);
        await foreach (var item in reader.FollowAsync(TimeProvider.System, TimeSpan.FromMilliseconds(5), stop.Token))
        {
            var record = Assert.IsType<AuditItem.Entry>(item).Record;
            if (record.Kind != "panic.accepted")
            {
                continue;
            }

            seen.Add(PanicWire.Find(record.Fields, "event_id")!);
            if (seen.Count == 12)
            {
                break;
            }

            if (seen.Count == 11)
            {
                using var other = Open("watchdog");
                other.Append([StateDirectory.Record(seen.Count)]);
            }
            else
            {
                journal.Append([StateDirectory.Record(seen.Count)]);
            }
        }

        Assert.Equal(StateDirectory.Expected(12), seen);
        Assert.True(File.Exists(_state.Segment(3)));
    }

    [Fact]
    public async Task AReaderBesideABusyWriterSeesEveryRecordOnceAndNoDamage()
    {
        using var journal = _state.Open(maxSegmentBytes: 20_000);
        using var reader = new AuditReader(_state.Path);
        var writing = Task.Run(() =>
        {
            for (var i = 0; i < 1000; i += 5)
            {
                journal.Append([.. Enumerable.Range(i, 5).Select(n => StateDirectory.Record(n))]);
            }
        });
        var seen = new List<AuditItem>();
        while (!writing.IsCompleted)
        {
            seen.AddRange(reader.Read());
            await Task.Yield();
        }

        await writing;
        seen.AddRange(reader.Read());
        Assert.DoesNotContain(seen, i => i is AuditItem.Bad);
        Assert.Equal(
            StateDirectory.Expected(1000),
            seen.OfType<AuditItem.Entry>().Where(e => e.Record.Kind == "panic.accepted")
                .Select(e => PanicWire.Find(e.Record.Fields, "event_id")!));
    }

    public void Dispose() => _state.Dispose();

    private IReadOnlyList<NodeAudit> Verify() => _state.Verify();

    private JournalFile Open(string node) =>
        Assert.IsType<JournalOpening.Opened>(JournalFile.Open(_state.Path, node, new StartOfRecords())).Journal;

    private async Task<(int Code, string Output, string Error)> Run(bool follow, bool verify, bool json)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await AuditCommand.RunAsync(
            _state.Path, follow, verify, json, output, error, CancellationToken.None);
        return (code, output.ToString(), error.ToString());
    }

    private sealed class StartOfRecords : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() =>
            DateTimeOffset.FromUnixTimeMilliseconds(StateDirectory.Record(0).AtMs);
    }
}
