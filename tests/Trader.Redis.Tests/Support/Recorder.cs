using System.Threading.Channels;

namespace Trader.Redis.Tests.Support;

/// <summary>Collects what callbacks tell, and waits for what a test expects among it.</summary>
public sealed class Recorder<T>
{
    /// <summary>Generous: it only bounds how long a failing test takes.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Channel<T> _told = Channel.CreateUnbounded<T>();

    public void Add(T item) => _told.Writer.TryWrite(item);

    /// <summary>The next item that fits; those before it are passed over.</summary>
    public async Task<T> Next(Func<T, bool> fits)
    {
        using CancellationTokenSource patience = new(Patience);
        while (true)
        {
            T item = await _told.Reader.ReadAsync(patience.Token);
            if (fits(item))
            {
                return item;
            }
        }
    }

    /// <summary>The next items, whatever they are.</summary>
    public async Task<List<T>> Take(int count)
    {
        List<T> items = [];
        while (items.Count < count)
        {
            items.Add(await Next(_ => true));
        }

        return items;
    }

    /// <summary>What was told and not yet taken.</summary>
    public List<T> Rest()
    {
        List<T> items = [];
        while (_told.Reader.TryRead(out T? item))
        {
            items.Add(item);
        }

        return items;
    }
}

public static class RecorderExtensions
{
    public static Task<RedisLinkState> Up(this Recorder<RedisLinkState> states) =>
        states.Next(s => s is RedisLinkState.Up);

    public static async Task<RedisLinkState.Down> Down(this Recorder<RedisLinkState> states) =>
        (RedisLinkState.Down)await states.Next(s => s is RedisLinkState.Down);
}
