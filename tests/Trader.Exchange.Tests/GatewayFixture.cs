using System.Threading.Channels;
using Akka.Actor;
using Trader.Exchange.Binance;

namespace Trader.Exchange.Tests;

/// <summary>A gateway in a real actor system, and somebody who talks to it and keeps what comes back.</summary>
internal sealed class GatewayFixture : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ActorSystem _system = ActorSystem.Create("gateway-test");
    private readonly Channel<object> _replies = Channel.CreateUnbounded<object>();
    private readonly BinanceClient _client;
    private readonly IActorRef _caller;

    public GatewayFixture(BinanceClient client, ExchangeGatewaySettings? settings = null)
    {
        _client = client;
        var replies = _replies.Writer;
        _caller = _system.ActorOf(Props.Create(() => new Caller(replies)), "caller");
        Gateway = _system.ActorOf(
            ExchangeGateway.Props(client, settings ?? Venue.Gateway(), TimeProvider.System), "exchange");
    }

    public IActorRef Gateway { get; }

    public void Tell(object message) => Gateway.Tell(message, _caller);

    public void Stop() => _system.Stop(Gateway);

    /// <summary>The next reply of this kind; replies of other kinds fail the test.</summary>
    public async Task<T> NextAsync<T>()
    {
        using var deadline = new CancellationTokenSource(Patience);
        return Assert.IsType<T>(await _replies.Reader.ReadAsync(deadline.Token));
    }

    public async Task<T> AskAsync<T>(object message)
    {
        Tell(message);
        return await NextAsync<T>();
    }

    public async Task<IReadOnlyList<T>> ManyAsync<T>(int count)
    {
        var all = new List<T>();
        for (var i = 0; i < count; i++)
        {
            all.Add(await NextAsync<T>());
        }

        Assert.False(_replies.Reader.TryPeek(out _));
        return all;
    }

    /// <summary>Asks again until the answer is the wanted one.</summary>
    public async Task<T> UntilAsync<T>(Func<object> message, Func<T, bool> wanted)
    {
        using var deadline = new CancellationTokenSource(Patience);
        while (true)
        {
            Tell(message());
            if (await _replies.Reader.ReadAsync(deadline.Token) is T reply && wanted(reply))
            {
                return reply;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), deadline.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _system.Terminate();
        _client.Dispose();
    }

    private sealed class Caller : ReceiveActor
    {
        public Caller(ChannelWriter<object> replies) => ReceiveAny(message => replies.TryWrite(message));
    }
}
