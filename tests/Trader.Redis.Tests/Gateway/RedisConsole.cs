using Xunit;

namespace Trader.Redis.Tests.Gateway;

/// <summary>What an operator types into redis-cli, answered as one line of text.</summary>
internal sealed class RedisConsole : IAsyncDisposable
{
    private readonly RedisClient client;

    private RedisConsole(RedisClient client) => this.client = client;

    public static async Task<RedisConsole> Open(string url)
    {
        var up = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var client = RedisClient.Start(new RedisTarget(RedisEndpoint.Parse(url), new RedisOptions(), TimeProvider.System), state =>
        {
            if (state is RedisLinkState.Up)
            {
                up.TrySetResult();
            }
        });
        await up.Task.WaitAsync(TimeSpan.FromSeconds(10));
        return new RedisConsole(client);
    }

    public async Task<string> Text(string name, params string[] arguments)
    {
        var result = await client.Execute(
            RedisCommand.Of(name, [.. arguments.Select(RedisArgument.FromString)]), TimeSpan.FromSeconds(5));
        Assert.True(result.IsValue, result.ToString());
        return Render(result.Value);
    }

    public ValueTask DisposeAsync() => client.DisposeAsync();

    private static string Render(RespValue value) => value.TryInteger(out var number)
        ? number.ToString(System.Globalization.CultureInfo.InvariantCulture)
        : value.TryText(out var text) ? text : string.Join(' ', value.Items.ToArray().Select(Render));
}
