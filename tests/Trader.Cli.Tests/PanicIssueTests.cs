using System.Collections.Concurrent;
using System.Net;
using Trader.Cli.CommandLine;
using Trader.Cli.Panic;
using Trader.Cli.Settings;
using Trader.Hosting.Configuration;
using Trader.Hosting.Http;
using Trader.Hosting.Metrics;
using Trader.Messages;
using Trader.Testing;
using Xunit;

namespace Trader.Cli.Tests;

/// <summary><c>./trader panic</c> against a real Redis and the worker's own HTTP port.</summary>
public sealed class PanicIssueTests : IAsyncLifetime
{
    private readonly string _state = Directory.CreateTempSubdirectory("trader-panic-").FullName;
    private readonly ConcurrentQueue<PanicEntry> _taken = [];
    private readonly MetricRegistry _metrics = new(NodeMetrics.Definitions);
    private readonly PanicTrigger _trigger = new(
        EventId.FromGuid(Guid.NewGuid()), "DRILL", PanicIssuer.Ops, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());

    private EventHub _hub = null!;
    private RoleServer _worker = null!;
    private RedisServer _redis = null!;

    public async Task InitializeAsync()
    {
        _redis = await RedisServer.Start();
        _hub = new EventHub(Role.PanicClose, 16, _metrics, TimeProvider.System);
        _worker = await RoleServer.StartAsync(
            [new RoleEndpoint(Role.PanicClose, 0, _hub, () => Readiness.Starting, Take)],
            new HttpSettings(IPAddress.Loopback, 16), _metrics, LinkToken.Obtain(new Dictionary<string, string>(), _state), logs: null);
    }

    public async Task DisposeAsync()
    {
        await _worker.DisposeAsync();
        await _redis.DisposeAsync();
        Directory.Delete(_state, recursive: true);
    }

    [Fact]
    [Trait("rule", "S2")]
    public async Task S2_A_persons_panic_goes_both_ways_at_once_with_one_event_id()
    {
        var outcome = await Completed(Issue(_redis.Url, _worker.Ports[Role.PanicClose]));

        Assert.NotNull(outcome.StreamId);
        Assert.True(outcome.ByLink);
        Assert.True(outcome.Flat);
        Assert.Equal(_trigger.EventId.Value, PanicWire.Find(Assert.Single(_taken).Fields, "event_id"));
    }

    [Fact]
    [Trait("rule", "S2")]
    public async Task S2_A_frozen_Redis_does_not_hold_back_what_the_link_carries()
    {
        await _redis.Freeze();
        try
        {
            var outcome = await Completed(Issue(_redis.Url, _worker.Ports[Role.PanicClose]));

            Assert.Null(outcome.StreamId);
            Assert.True(outcome.Flat);
            Assert.Single(_taken);
        }
        finally
        {
            await _redis.Thaw();
        }
    }

    [Fact]
    public async Task When_neither_way_is_taken_a_person_is_told_to_close_by_hand()
    {
        await _worker.StopAsync(TimeSpan.FromSeconds(1));
        await _redis.Kill();

        var refusal = await Assert.ThrowsAsync<Refusal>(() => Issue(_redis.Url, _worker.Ports[Role.PanicClose]));

        Assert.Contains("NOBODY HAS TAKEN THE PANIC", refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>The worker announces its completion once the panic is in its hands and somebody listens.</summary>
    private async Task<PanicOutcome> Completed(Task<PanicOutcome> issue)
    {
        await Eventually.Come("the panic at the worker, and a listener", () => Task.FromResult(
            !_taken.IsEmpty && _metrics.Text().Contains("trader_link_readers{role=\"panic-close\"} 1", StringComparison.Ordinal) ? "both" : null));
        _hub.Publish(LinkProtocol.CompletionEvent, PanicWire.Write(new PanicCompletion(_trigger.EventId, 2, 2, [], 1, 2)));
        return await issue;
    }

    private Task<PanicOutcome> Issue(string redis, int port)
    {
        var overlay = Path.Combine(_state, "overlay.hocon");
        File.WriteAllText(overlay, $"trader.link.panic-close = [\"http://127.0.0.1:{port}\"]");
        var settings = OperatorSettings.Load(overlay, new Dictionary<string, string>
        {
            ["REDIS_URL"] = redis,
            ["TRADER_STATE_DIR"] = _state,
        });
        return new PanicIssue(settings, new Terminal(TextWriter.Null, TextWriter.Null, null), TimeSpan.FromSeconds(20))
            .RunAsync(_trigger, CancellationToken.None);
    }

    private bool Take(PanicEntry entry)
    {
        _taken.Enqueue(entry);
        return true;
    }
}
