using System.Text;
using Trader.Hosting.Configuration;
using Trader.Hosting.Logging;
using Xunit;

namespace Trader.Hosting.Tests;

public sealed class LineLoggerTests
{
    private readonly MemoryStream _output = new();
    private readonly LineWriter _writer;
    private readonly LineLogger _log;

    public LineLoggerTests()
    {
        _writer = new LineWriter(_output);
        _log = new LineLogger(_writer, new StoppedClock());
    }

    [Theory]
    [InlineData(
        LineLevel.Info, "EEW", "Listening for panic_close events...",
        "INFO | [EEW] Listening for panic_close events...")]
    [InlineData(
        LineLevel.Warning, "WATCHDOG", "Exit Brain entered DEGRADED state",
        "WARNING | [WATCHDOG] Exit Brain entered DEGRADED state")]
    [InlineData(
        LineLevel.Error, "WATCHDOG", "CRITICAL: 🚨 TRIGGERING PANIC CLOSE 🚨",
        "CRITICAL | [WATCHDOG] 🚨 TRIGGERING PANIC CLOSE 🚨")]
    [InlineData(LineLevel.Info, "EEW", "CRITICAL: only an error is", "INFO | [EEW] CRITICAL: only an error is")]
    [InlineData(LineLevel.Error, "EEW", "❌ BTCUSDT FAILED: -2022", "ERROR | [EEW] ❌ BTCUSDT FAILED: -2022")]
    [InlineData(LineLevel.Debug, "TRADER", "", "DEBUG | [TRADER] ")]
    [InlineData(LineLevel.Info, "EEW", "a\nb\r\n\tc\u001b[2J\u2028d", "INFO | [EEW] a\\nb\\n c\\u001b[2J\\nd")]
    public async Task The_line_is_the_documented_one(LineLevel level, string tag, string text, string expected)
    {
        _log.Log(level, tag, text);
        Assert.Equal("2026-02-14 03:04:05 | " + expected + "\n", await Written());
    }

    [Fact]
    public async Task An_exception_says_its_type_and_message_once_and_its_trace_in_lines_of_the_same_shape()
    {
        try
        {
            throw new InvalidOperationException("it broke");
        }
        catch (InvalidOperationException e)
        {
            _log.Log(LineLevel.Error, "EEW", "Worker failed", e);
        }

        var lines = (await Written()).TrimEnd('\n').Split('\n');
        Assert.Equal(
            "2026-02-14 03:04:05 | ERROR | [EEW] Worker failed: InvalidOperationException: it broke", lines[0]);
        Assert.True(lines.Length > 1);
        Assert.All(
            lines[1..],
            l => Assert.StartsWith("2026-02-14 03:04:05 | ERROR | [EEW]    at ", l, StringComparison.Ordinal));
    }

    [Fact]
    [Trait("rule", "S16")]
    public async Task A_secret_is_replaced_wherever_it_stands()
    {
        _log.Redact([new Secret("hush-hush"), null]);
        _log.Log(LineLevel.Error, "EEW", "asked with hush-hush", new IOException("hush-hush was wrong"));
        Assert.Equal(
            "2026-02-14 03:04:05 | ERROR | [EEW] asked with ***: IOException: *** was wrong\n", await Written());
    }

    [Fact]
    public async Task A_long_text_is_cut_at_a_whole_character()
    {
        _log.Info(new string('x', LineLogger.MaxText - 1) + "🚨tail");
        Assert.EndsWith("xx…\n", await Written(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("akka://trader/user/trader/exit-brain", "EXIT_BRAIN")]
    [InlineData("[akka://trader/user/trader/watchdog#12]", "WATCHDOG")]
    [InlineData("akka://trader/user/trader/panic-close/run-1", "EEW")]
    [InlineData("akka://trader/user/trader/redis", "TRADER")]
    [InlineData("akka://panic-closer/user/x", "TRADER")]
    [InlineData("ActorSystem(trader)", "TRADER")]
    public void The_tag_is_the_role_in_the_source(string source, string tag) =>
        Assert.Equal(tag, LineLogger.TagOf(source));

    [Fact]
    public async Task A_blocked_reader_blocks_nobody_and_what_was_lost_is_said()
    {
        using var blocked = new BlockedStream();
        var writer = new LineWriter(blocked);
        writer.Write("first");
        await blocked.Entered.WaitAsync(TimeSpan.FromSeconds(10));
        for (var i = 0; i < LineWriter.Capacity + 5; i++)
        {
            writer.Write("x");
        }

        Assert.Equal(5, writer.Dropped);
        blocked.Release();
        await writer.DisposeAsync();
        var lines = blocked.Text.TrimEnd('\n').Split('\n');
        Assert.Equal(LineWriter.Capacity + 2, lines.Length);
        Assert.Contains("(5 log lines dropped: nobody read them)", lines);
    }

    [Fact]
    public async Task A_closed_pipe_costs_lines_and_nothing_else()
    {
        var writer = new LineWriter(new BrokenStream());
        writer.Write("a");
        writer.Write("b");
        await writer.DisposeAsync();
        Assert.Equal(2, writer.Dropped);
    }

    private async Task<string> Written()
    {
        await _writer.DisposeAsync();
        return Encoding.UTF8.GetString(_output.ToArray());
    }

    private sealed class StoppedClock : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => new(2026, 2, 14, 3, 4, 5, TimeSpan.Zero);
    }

    private sealed class BlockedStream : MemoryStream
    {
        private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _free = new();

        public Task Entered => _entered.Task;

        public string Text => Encoding.UTF8.GetString(ToArray());

        public void Release() => _free.Set();

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            _entered.TrySetResult();
            _free.Wait();
            base.Write(buffer);
        }
    }

    private sealed class BrokenStream : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("Broken pipe");
    }
}
