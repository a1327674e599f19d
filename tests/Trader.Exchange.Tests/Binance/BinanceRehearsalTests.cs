using Trader.Exchange.Binance;

namespace Trader.Exchange.Tests.Binance;

public sealed class BinanceRehearsalTests
{
    [Fact]
    public async Task Every_rehearsed_order_is_answered_without_a_network()
    {
        var options = Venue.Options(RawServer.Closed());
        Assert.Equal(5 * (1 + BinanceClient.MaxBatch), await BinanceRehearsal.RunAsync(options, TimeProvider.System));
    }
}
