using Xunit;

namespace Trader.Redis.Tests.Support;

/// <summary>A client with everything it told, and short commands for tests.</summary>
public sealed class ClientHarness : IAsyncDisposable
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private ClientHarness(RedisEndpoint endpoint, RedisOptions options) =>
        Client = RedisClient.Start(new RedisTarget(endpoint, options, TimeProvider.System), States.Add);

    public Recorder<RedisLinkState> States { get; } = new();

    public RedisClient Client { get; }

    /// <summary>A client that need not get a connection.</summary>
    public static ClientHarness Start(string url, RedisOptions? options = null) =>
        new(RedisEndpoint.Parse(url), options ?? new RedisOptions());

    /// <summary>A client that is up.</summary>
    public static async Task<ClientHarness> Connect(string url, RedisOptions? options = null)
    {
        ClientHarness harness = Start(url, options);
        await harness.States.Up();
        return harness;
    }

    public ValueTask<RedisResult> Send(string name, params ReadOnlySpan<RedisArgument> arguments) =>
        Client.Execute(RedisCommand.Of(name, arguments), Deadline);

    /// <summary>The reply as text; fails the test when there is none.</summary>
    public async Task<string> Text(string name, params RedisArgument[] arguments)
    {
        RedisResult result = await Send(name, arguments);
        Assert.True(result.IsValue, $"{name}: {result} {result.ErrorText}");
        Assert.True(result.Value.TryText(out string text), $"{name} answered {result.Value}");
        return text;
    }

    /// <summary>The reply as a number; fails the test when it is none.</summary>
    public async Task<long> Number(string name, params RedisArgument[] arguments)
    {
        RedisResult result = await Send(name, arguments);
        Assert.True(result.IsValue, $"{name}: {result} {result.ErrorText}");
        Assert.True(result.Value.TryInteger(out long number), $"{name} answered {result.Value}");
        return number;
    }

    public ValueTask DisposeAsync() => Client.DisposeAsync();
}
