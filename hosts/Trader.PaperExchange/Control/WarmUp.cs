namespace Trader.PaperExchange.Control;

internal static class WarmUp
{
    public static Task RunAsync(CancellationToken cancel) => Task.CompletedTask.WaitAsync(cancel);
}
