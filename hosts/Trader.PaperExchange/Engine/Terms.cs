namespace Trader.PaperExchange.Engine;

public enum OrderSide { Buy, Sell }

/// <summary>Both in one-way mode, Long or Short in hedge mode.</summary>
public enum PositionSide { Both, Long, Short }

/// <summary>The two types the order route takes; conditional types belong to the algo book (-4120).</summary>
public enum OrderType { Limit, Market }

public enum TimeInForce { Gtc, Ioc, Fok, Gtx }

public enum OrderStatus { New, PartiallyFilled, Filled, Canceled, Expired }

/// <summary>TRADING takes everything, SETTLING only what reduces, CLOSE nothing.</summary>
public enum SymbolStatus { Trading, Settling, Close }

/// <summary>The words these terms have on the wire.</summary>
public static class Wire
{
    public static string Text(this OrderSide side) => side switch
    {
        OrderSide.Buy => "BUY",
        OrderSide.Sell => "SELL",
        _ => throw new ArgumentOutOfRangeException(nameof(side)),
    };

    public static string Text(this PositionSide side) => side switch
    {
        PositionSide.Both => "BOTH",
        PositionSide.Long => "LONG",
        PositionSide.Short => "SHORT",
        _ => throw new ArgumentOutOfRangeException(nameof(side)),
    };

    public static string Text(this OrderType type) => type switch
    {
        OrderType.Limit => "LIMIT",
        OrderType.Market => "MARKET",
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    public static string Text(this TimeInForce timeInForce) => timeInForce switch
    {
        TimeInForce.Gtc => "GTC",
        TimeInForce.Ioc => "IOC",
        TimeInForce.Fok => "FOK",
        TimeInForce.Gtx => "GTX",
        _ => throw new ArgumentOutOfRangeException(nameof(timeInForce)),
    };

    public static string Text(this OrderStatus status) => status switch
    {
        OrderStatus.New => "NEW",
        OrderStatus.PartiallyFilled => "PARTIALLY_FILLED",
        OrderStatus.Filled => "FILLED",
        OrderStatus.Canceled => "CANCELED",
        OrderStatus.Expired => "EXPIRED",
        _ => throw new ArgumentOutOfRangeException(nameof(status)),
    };

    public static string Text(this SymbolStatus status) => status switch
    {
        SymbolStatus.Trading => "TRADING",
        SymbolStatus.Settling => "SETTLING",
        SymbolStatus.Close => "CLOSE",
        _ => throw new ArgumentOutOfRangeException(nameof(status)),
    };

    public static OrderSide? ToSide(string text) => text switch
    {
        "BUY" => OrderSide.Buy,
        "SELL" => OrderSide.Sell,
        _ => null,
    };

    public static PositionSide? ToPositionSide(string text) => text switch
    {
        "BOTH" => PositionSide.Both,
        "LONG" => PositionSide.Long,
        "SHORT" => PositionSide.Short,
        _ => null,
    };

    public static TimeInForce? ToTimeInForce(string text) => text switch
    {
        "GTC" => TimeInForce.Gtc,
        "IOC" => TimeInForce.Ioc,
        "FOK" => TimeInForce.Fok,
        "GTX" => TimeInForce.Gtx,
        _ => null,
    };

    public static SymbolStatus? ToSymbolStatus(string text) => text switch
    {
        "TRADING" => SymbolStatus.Trading,
        "SETTLING" => SymbolStatus.Settling,
        "CLOSE" => SymbolStatus.Close,
        _ => null,
    };
}
