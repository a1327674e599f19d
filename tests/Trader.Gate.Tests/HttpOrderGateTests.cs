using System.Net;
using System.Net.Sockets;
using System.Text;
using Trader.Messages;
using Xunit;

namespace Trader.Gate.Tests;

/// <summary>What a strategy is told when the way to the gate breaks at any point: never more than is certain.</summary>
public sealed class HttpOrderGateTests : IDisposable
{
    private static readonly OrderIntent Intent =
        OrderIntent.Open(IntentId.Of("s", "1"), Symbol.Parse("BTCUSDT"), OrderSide.Buy, 0.01m) with { KillScore = 0.1m, Price = 60000m };

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);

    public void Dispose() => listener.Stop();

    [Fact]
    public async Task The_gates_verdict_arrives_whole_and_asking_again_gets_it_too()
    {
        await using var server = await DeskServer.Start();
        var step = new PlanStepResult("OPEN", "success", "filled")
        {
            Order = new PlanOrderResult("77", "ap-1", OrderSide.Buy, 0.01m, 0.01m, ReduceOnly: false),
        };
        var result = new PlanResult(Intent.Id.Plan.Value, "BTCUSDT", "EXECUTE", true, true, [step], "", 1_770_000_000_000);
        server.Answer = _ => new GateVerdict.Decided(Intent.Id.Plan, result);
        using var gate = new HttpOrderGate(server.Address, DeskServer.Token, TimeSpan.FromSeconds(2));

        var submitted = Assert.IsType<GateVerdict.Decided>(await gate.SubmitAsync(Intent));
        var asked = await gate.VerdictAsync(Intent.Id.Plan);

        Assert.Equal((true, true, 0.01m), (submitted.Executed, submitted.IsFinal, submitted.Filled));
        Assert.Equal(result.Steps, submitted.Result.Steps);
        Assert.True(asked.Executed);
        Assert.Equal(
            [
                new IntentProtocol.Submit(Intent, TimeSpan.FromSeconds(2)),
                new IntentProtocol.GetVerdict(Intent.Id.Plan, TimeSpan.FromSeconds(2)),
            ],
            server.Asked);
    }

    [Fact]
    [Trait("rule", "S1")]
    public async Task S1_a_gate_that_cannot_be_reached_has_certainly_got_nothing()
    {
        listener.Start();
        var port = Port();
        listener.Stop();
        using var gate = Gate(port);

        Assert.Equal(
            NotSubmittedReason.GateUnreachable, Assert.IsType<GateVerdict.NotSubmitted>(await gate.SubmitAsync(Intent)).Reason);
        Assert.IsType<GateVerdict.Pending>(await gate.VerdictAsync(Intent.Id.Plan));
    }

    [Theory]
    [Trait("rule", "S1")]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"plan_id\"")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 37\r\n\r\n{\"plan_id\":\"p1\",\"status\":\"not_known\"}")]
    [InlineData("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 503 No\r\nContent-Length: 41\r\n\r\n{\"error\":\"intent-desk did not answer yet\"}")]
    [InlineData("HTTP/1.1 307 Elsewhere\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("no http at all\r\n\r\n")]
    public async Task S1_once_the_request_may_have_left_anything_but_a_verdict_is_pending(string answer)
    {
        listener.Start();
        var serving = Serve(answer);
        using var gate = Gate(Port());

        Assert.IsType<GateVerdict.Pending>(await gate.SubmitAsync(Intent));
        Assert.Contains("\"intent_id\":\"1\"", await serving, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("rule", "S1")]
    public async Task S1_what_may_be_in_the_stream_is_not_called_unsubmitted_because_the_gate_is_gone_now()
    {
        using var gate = await Vanished();

        Assert.IsType<GateVerdict.Pending>(await gate.SubmitAsync(Intent));
        // Another intent has no such past.
        Assert.IsType<GateVerdict.NotSubmitted>(await gate.SubmitAsync(OrderIntent.Close(IntentId.Of("s", "2"), Intent.Symbol)));
    }

    [Fact]
    [Trait("rule", "S1")]
    public void S1_only_a_verdict_or_Redis_own_word_ends_what_may_be_in_the_stream()
    {
        var plan = Intent.Id.Plan;
        var unreachable = new GateVerdict.NotSubmitted(plan, NotSubmittedReason.GateUnreachable, "refused");
        var withdrawn = unreachable with { Reason = NotSubmittedReason.Withdrawn };
        var unknown = new GateVerdict.Decided(plan, new PlanResult(plan.Value, "BTCUSDT", "EXECUTE", false, true, [], "outcome_unknown", 1));
        var final = new GateVerdict.Decided(plan, new PlanResult(plan.Value, "BTCUSDT", "EXECUTE", true, true, [], "", 1));
        foreach (var (before, after, said) in new (GateVerdict, GateVerdict, Type)[]
        {
            (unreachable, unreachable, typeof(GateVerdict.NotSubmitted)),
            (new GateVerdict.Pending(plan, ""), unreachable, typeof(GateVerdict.Pending)),
            (unknown, unreachable, typeof(GateVerdict.Pending)),
            (unknown, withdrawn, typeof(GateVerdict.NotSubmitted)),
            (new GateVerdict.Pending(plan, ""), final, typeof(GateVerdict.Decided)),
            (final, unreachable, typeof(GateVerdict.Decided)),
            (final, withdrawn, typeof(GateVerdict.Decided)),
        })
        {
            var handedIn = new HandedIn();
            Assert.Same(before, handedIn.Judge(Intent, before));
            Assert.IsType(said, handedIn.Judge(Intent, after));
            // Another content under the same id has none of this.
            var other = OrderIntent.Close(Intent.Id, Intent.Symbol);
            Assert.Same(unreachable, handedIn.Judge(other, unreachable));
        }
    }

    [Fact]
    [Trait("rule", "S1")]
    public async Task S1_giving_up_waiting_is_pending_and_giving_up_before_is_an_exception()
    {
        await using var server = await DeskServer.Start();
        using var gate = new HttpOrderGate(server.Address, DeskServer.Token);
        using var cancel = new CancellationTokenSource();
        server.Answer = _ =>
        {
            cancel.Cancel();
            return null;
        };

        Assert.IsType<GateVerdict.Pending>(await gate.SubmitAsync(Intent, cancel.Token));
        await Assert.ThrowsAsync<OperationCanceledException>(() => gate.SubmitAsync(Intent, cancel.Token).AsTask());
        Assert.Single(server.Asked);
    }

    [Fact]
    [Trait("rule", "S16")]
    public async Task S16_a_wrong_token_is_a_refusal_and_is_told_without_it()
    {
        await using var server = await DeskServer.Start();
        var wrong = new string('w', 40);
        using var gate = new HttpOrderGate(server.Address, wrong);

        var refused = Assert.IsType<GateVerdict.NotSubmitted>(await gate.SubmitAsync(Intent));

        Assert.Equal(NotSubmittedReason.Unauthorized, refused.Reason);
        Assert.DoesNotContain(wrong, refused.ToString(), StringComparison.Ordinal);
        Assert.Empty(server.Asked);
    }

    [Theory]
    [Trait("rule", "S16")]
    [InlineData("http://gate.example:8000")]
    [InlineData("ftp://127.0.0.1")]
    [InlineData("")]
    public void S16_the_token_never_travels_bare_to_another_machine(string address)
    {
        var environment = new Dictionary<string, string> { ["TRADER_GATE_URL"] = address, ["TRADER_LINK_TOKEN"] = DeskServer.Token };

        Assert.DoesNotContain(
            DeskServer.Token, Assert.Throws<InvalidDataException>(() => HttpOrderGate.Open(environment)).Message, StringComparison.Ordinal);
        if (address.Length > 0)
        {
            Assert.Throws<ArgumentException>(() => new HttpOrderGate(new Uri(address), DeskServer.Token));
        }
    }

    [Fact]
    public void The_token_is_the_environments_or_the_files()
    {
        var folder = Directory.CreateTempSubdirectory("trader-gate-").FullName;
        var environment = new Dictionary<string, string> { ["TRADER_STATE_DIR"] = folder };
        Assert.Contains("cannot be read", Assert.Throws<InvalidDataException>(() => GateToken.Find(environment)).Message, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(folder, "link.token"), new string('f', 40) + "\n");

        Assert.Equal(new string('f', 40), GateToken.Find(environment));
        environment["TRADER_LINK_TOKEN"] = DeskServer.Token;
        Assert.Equal(DeskServer.Token, GateToken.Find(environment));
        environment["TRADER_LINK_TOKEN"] = "short";
        Assert.Throws<InvalidDataException>(() => GateToken.Find(environment));
        Assert.Throws<InvalidDataException>(() => GateToken.Find(new Dictionary<string, string>()));
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>A gate that took the intent, said nothing, and does not listen any more.</summary>
    private async Task<HttpOrderGate> Vanished()
    {
        listener.Start();
        var gate = Gate(Port());
        var serving = Serve("");
        Assert.IsType<GateVerdict.Pending>(await gate.SubmitAsync(Intent));
        await serving;
        listener.Stop();
        return gate;
    }

    private static HttpOrderGate Gate(int port) => new(new Uri($"http://127.0.0.1:{port}"), DeskServer.Token, TimeSpan.Zero);

    private int Port() => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Takes one request whole, answers, and closes; the request's text.</summary>
    private async Task<string> Serve(string answer)
    {
        using var connection = await listener.AcceptTcpClientAsync();
        var stream = connection.GetStream();
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (!text.ToString().Contains('}', StringComparison.Ordinal))
        {
            var read = await stream.ReadAsync(buffer);
            text.Append(Encoding.UTF8.GetString(buffer, 0, read));
        }

        await stream.WriteAsync(Encoding.UTF8.GetBytes(answer));
        return text.ToString();
    }
}
