using System.Threading.Channels;

namespace Trader.Hosting.Tests;

/// <summary>Messages in the order they came, taken with a deadline.</summary>
internal sealed class Inbox
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    private readonly Channel<object> _messages = Channel.CreateUnbounded<object>();

    public void Put(object message) => _messages.Writer.TryWrite(message);

    /// <summary>The next message, which must be of this type.</summary>
    public async Task<T> Next<T>()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        var message = await _messages.Reader.ReadAsync(deadline.Token);
        return message is T wanted
            ? wanted
            : throw new InvalidOperationException($"{typeof(T).Name} was expected, {message} came");
    }

    /// <summary>The next message of this type; others are passed over.</summary>
    public async Task<T> Until<T>()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        while (true)
        {
            if (await _messages.Reader.ReadAsync(deadline.Token) is T wanted)
            {
                return wanted;
            }
        }
    }

    public bool IsEmpty => _messages.Reader.Count == 0;
}
