using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;
using Trader.Actors.Disk;
using Trader.Messages;
using Xunit;

namespace Trader.Actors.Tests.Disk;

public sealed class DiskWriterTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly EventId Event = EventId.FromGuid(Guid.Parse("6f1e9a52-0b55-4b3e-9a53-0f2d3c4b5a69"));
    private static readonly HaltRecord Halt = new(Event, "R1", "watchdog", 0, 1_763_719_323_123, "panic-close");
    private readonly StateDirectory _state = new();
    private readonly GatedIo _io = new();
    private readonly BlockingCollection<object> _replies = [];
    private DiskWriter? _writer;

    private DiskWriter Writer => _writer ??= new DiskWriter(_state.Path, StateDirectory.Node, TimeProvider.System, _io);

    [Fact]
    [Trait("rule", "S12")]
    public void AnAppendIsAnsweredOnlyAfterItsSync()
    {
        _io.Gate.Reset();
        Post(Append(0));
        Assert.True(_io.Waiting.Wait(Deadline));
        Assert.Empty(_replies);
        _io.Gate.Set();
        Assert.Equal(new DiskProtocol.Appended(0), Next());
    }

    [Fact]
    [Trait("rule", "S12")]
    public void WhatQueuesUpDuringOneSyncSharesTheNextInOrder()
    {
        _io.Gate.Reset();
        Post(Append(0));
        Assert.True(_io.Waiting.Wait(Deadline));
        for (var i = 1; i <= 200; i++)
        {
            Post(Append(i));
        }

        _io.Gate.Set();
        Assert.Equal(
            Enumerable.Range(0, 201),
            Enumerable.Range(0, 201).Select(_ => (int)((DiskProtocol.Appended)Next()).Seq));
        Assert.Equal(2, _io.Flushes);
        Post(new DiskProtocol.Recover("panic."));
        var recovered = Assert.IsType<DiskProtocol.Recovered>(Next());
        Assert.Equal(
            StateDirectory.Expected(201),
            recovered.Records.Select(r => PanicWire.Find(r.Fields, "event_id")!));
        Assert.Null(recovered.Damage);
    }

    [Fact]
    [Trait("rule", "S4")]
    public void AFullQueueRefusesAppendsAtOnceButNotTheHalt()
    {
        _io.Gate.Reset();
        Post(Append(0));
        Assert.True(_io.Waiting.Wait(Deadline));
        for (var i = 1; i <= DiskWriter.MaxQueuedAppends; i++)
        {
            Post(Append(i));
        }

        Assert.Empty(_replies);
        Post(Append(9999));
        Assert.Equal(9999, Assert.IsType<DiskProtocol.NotAppended>(Next()).Seq);
        Post(new DiskProtocol.SetLatch(Halt));
        Assert.Empty(_replies);
        _io.Gate.Set();
        for (var i = 0; i <= DiskWriter.MaxQueuedAppends; i++)
        {
            Assert.Equal(new DiskProtocol.Appended(i), Next());
        }

        Assert.Equal(new DiskProtocol.LatchSet(Event), Next());
    }

    [Fact]
    [Trait("rule", "S12")]
    public void AFullDiskIsAnsweredAndTheLatchStillSet()
    {
        _io.Full = true;
        Post(Append(1));
        Assert.Equal(new DiskProtocol.NotAppended(1, "No space left on device"), Next());
        Post(new DiskProtocol.SetLatch(Halt));
        Assert.Equal(new DiskProtocol.LatchSet(Event), Next());
        _io.Full = false;
        Post(Append(2));
        Assert.Equal(new DiskProtocol.Appended(2), Next());
    }

    [Fact]
    [Trait("rule", "S4")]
    public void ALatchIsSetAndRecoveredByTheNextLife()
    {
        Post(new DiskProtocol.SetLatch(Halt));
        Assert.Equal(new DiskProtocol.LatchSet(Event), Next());
        using var other = new DiskWriter(_state.Path, "watchdog", TimeProvider.System);
        other.Post(new DiskProtocol.Recover("x."), _replies.Add);
        Assert.Equal(Halt, Assert.IsType<DiskProtocol.Recovered>(Next()).Latch);
    }

    [Fact]
    [Trait("rule", "S14")]
    public void OnlyTheClearedEventsLatchIsRemovedAndTheRecordStays()
    {
        Post(new DiskProtocol.SetLatch(Halt));
        Next();
        Post(new DiskProtocol.ClearLatch(EventId.Derive("another")));
        Assert.Contains(Event.Value, Assert.IsType<DiskProtocol.LatchNotCleared>(Next()).Why, StringComparison.Ordinal);
        Assert.Equal(Halt, Recover("disk.").Latch);
        Post(new DiskProtocol.ClearLatch(Event));
        Assert.Equal(new DiskProtocol.LatchCleared(Event), Next());
        var recovered = Recover("disk.");
        Assert.Null(recovered.Latch);
        Assert.Equal(["disk.latch_set", "disk.latch_clear"], recovered.Records.Select(r => r.Kind));
        Assert.All(recovered.Records, r => Assert.Equal(Event.Value, PanicWire.Find(r.Fields, "event_id")));
        Post(new DiskProtocol.ClearLatch(Event));
        Assert.Equal(new DiskProtocol.LatchCleared(Event), Next());
    }

    [Fact]
    [Trait("rule", "S12")]
    public void AHaltThatCannotBeJournalledDoesNotEnd()
    {
        Post(new DiskProtocol.SetLatch(Halt));
        Next();
        _io.Full = true;
        Post(new DiskProtocol.ClearLatch(Event));
        Assert.Equal(new DiskProtocol.LatchNotCleared(Event, "No space left on device"), Next());
        Assert.Equal(Halt, Recover("disk.").Latch);
    }

    [Fact]
    public void AJournalHeldByAnotherIsAnsweredAndTakenOverWhenFree()
    {
        var other = _state.Open();
        Post(Append(1));
        Assert.Contains(
            "another process", Assert.IsType<DiskProtocol.NotAppended>(Next()).Why, StringComparison.Ordinal);
        Assert.NotNull(Recover("panic.").Damage);
        other.Dispose();
        Post(Append(2));
        Assert.Equal(new DiskProtocol.Appended(2), Next());
    }

    [Fact]
    public void OnlyTheNewestTenThousandOfAPrefixAreAnswered()
    {
        using (var journal = _state.Open())
        {
            for (var i = 0; i < 10_100; i += 100)
            {
                journal.Append([.. Enumerable.Range(i, 100).Select(
                    n => StateDirectory.Record(n, n % 2 == 0 ? "panic.a" : "panic.b"))]);
            }

            journal.Append([StateDirectory.Record(77, "other.a")]);
        }

        var records = Recover("panic.").Records;
        Assert.Equal(10_000, records.Count);
        Assert.Equal("e-100", PanicWire.Find(records[0].Fields, "event_id"));
        Assert.Equal("e-10099", PanicWire.Find(records[^1].Fields, "event_id"));
        Assert.Equal(5050, Recover("panic.a").Records.Count);
    }

    [Fact]
    public void StoppingFinishesWhatIsQueuedAndFreesTheJournal()
    {
        for (var i = 0; i < 100; i++)
        {
            Post(Append(i));
        }

        Writer.Dispose();
        _writer = null;
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(new DiskProtocol.Appended(i), Next());
        }

        // The next life waits for the lock by trying again with every command.
        Assert.True(SpinWait.SpinUntil(() => Recover("panic.").Damage is null, Deadline));
        Assert.Equal(100, Recover("panic.").Records.Count);
    }

    public void Dispose()
    {
        _io.Gate.Set();
        Writer.Dispose();
        _state.Dispose();
    }

    private static DiskProtocol.Append Append(int i) => new(i, StateDirectory.Record(i));

    private void Post(object command) => Writer.Post(command, _replies.Add);

    private object Next() => _replies.TryTake(out var reply, Deadline) ? reply : throw new TimeoutException("no reply");

    private DiskProtocol.Recovered Recover(string prefix)
    {
        Post(new DiskProtocol.Recover(prefix));
        return Assert.IsType<DiskProtocol.Recovered>(Next());
    }

    private sealed class GatedIo : JournalIo
    {
        public ManualResetEventSlim Gate { get; } = new(true);

        public ManualResetEventSlim Waiting { get; } = new(false);

        public bool Full { get; set; }

        public int Flushes { get; private set; }

        public override void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset)
        {
            if (Full)
            {
                throw new IOException("No space left on device");
            }

            base.Write(file, bytes, offset);
        }

        public override void Flush(SafeFileHandle file)
        {
            Waiting.Set();
            Gate.Wait();
            base.Flush(file);
            Flushes++;
        }
    }
}
