namespace Trader.Redis.Tests.Support;

/// <summary>Waits for what no callback tells.</summary>
public static class Until
{
    /// <summary>Asks until the answer is yes; fails the test when patience ends.</summary>
    public static async Task True(Func<Task<bool>> condition)
    {
        using CancellationTokenSource patience = new(Recorder<int>.Patience);
        while (!await condition())
        {
            await Task.Delay(20, patience.Token);
        }
    }
}
