using Trader.PaperExchange.Engine;

namespace Trader.PaperExchange.Http;

/// <summary>Turns the parameters of an order into an <see cref="OrderRequest"/>, or says which one is wrong.</summary>
public static class OrderParser
{
    /// <summary>Reads an order. Exactly one of the two results is not null.</summary>
    public static (OrderRequest? Order, ApiError? Error) Parse(Parameters parameters)
    {
        foreach (var name in (string[])["symbol", "side", "type"])
        {
            if (parameters.NonEmpty(name) is null)
            {
                return (null, ApiError.Missing(name));
            }
        }
        if (Wire.ToSide(parameters["side"] ?? "") is not { } side)
        {
            return (null, ApiError.Of(-1117));
        }
        if (ParseType(parameters, out var type) is { } wrongType)
        {
            return (null, wrongType);
        }
        PositionSide? positionSide = null;
        if (parameters.NonEmpty("positionSide") is { } sideText)
        {
            positionSide = Wire.ToPositionSide(sideText);
            if (positionSide is null)
            {
                return (null, ApiError.Of(-4060));
            }
        }
        bool? reduceOnly = null;
        if (parameters["reduceOnly"] is { } flagText)
        {
            reduceOnly = parameters.Flag("reduceOnly");
            if (reduceOnly is null)
            {
                return (null, flagText.Length == 0 ? ApiError.Missing("reduceOnly") : ApiError.Invalid("reduceOnly"));
            }
        }
        if (CheckResponseType(parameters, out var wantsResult) is { } wrongResponse)
        {
            return (null, wrongResponse);
        }
        if (ParseNumbers(parameters, type, out var quantity, out var price, out var timeInForce) is { } wrongNumber)
        {
            return (null, wrongNumber);
        }
        return (new OrderRequest
        {
            Symbol = parameters["symbol"] ?? "",
            Side = side,
            Type = type,
            PositionSide = positionSide,
            Quantity = quantity,
            QuantityText = parameters["quantity"] ?? "",
            Price = price,
            TimeInForce = timeInForce,
            ReduceOnly = reduceOnly,
            ClientOrderId = parameters["newClientOrderId"],
            WantsResult = wantsResult,
        }, null);
    }

    private static ApiError? ParseType(Parameters parameters, out OrderType type)
    {
        type = OrderType.Market;
        var closePosition = parameters.Flag("closePosition") == true;
        switch (parameters["type"])
        {
            case "MARKET":
                return closePosition ? ApiError.Of(-4136) : null;
            case "LIMIT":
                type = OrderType.Limit;
                return closePosition ? ApiError.Of(-4137) : null;
            case "STOP" or "STOP_MARKET" or "TAKE_PROFIT" or "TAKE_PROFIT_MARKET" or "TRAILING_STOP_MARKET":
                return ApiError.Of(-4120);
            default:
                return ApiError.Of(-1116);
        }
    }

    private static ApiError? CheckResponseType(Parameters parameters, out bool wantsResult)
    {
        var text = parameters.NonEmpty("newOrderRespType") ?? "ACK";
        wantsResult = text == "RESULT";
        return text is "ACK" or "RESULT" ? null : ApiError.Invalid("newOrderRespType");
    }

    private static ApiError? ParseNumbers(
        Parameters parameters, OrderType type, out decimal quantity, out decimal? price, out TimeInForce timeInForce)
    {
        quantity = 0;
        price = null;
        timeInForce = TimeInForce.Gtc;
        if (parameters.NonEmpty("quantity") is null)
        {
            return ApiError.Missing("quantity");
        }
        if (parameters.Decimal("quantity") is not { } parsedQuantity)
        {
            return ApiError.Illegal("quantity");
        }
        quantity = parsedQuantity;
        if (type == OrderType.Market)
        {
            return parameters.NonEmpty("price") is not null ? ApiError.NotRequired("price")
                : parameters.NonEmpty("timeInForce") is not null ? ApiError.NotRequired("timeInForce")
                : null;
        }
        if (parameters.NonEmpty("timeInForce") is not { } timeInForceText)
        {
            return ApiError.Missing("timeInForce");
        }
        if (parameters.NonEmpty("price") is null)
        {
            return ApiError.Missing("price");
        }
        if (Wire.ToTimeInForce(timeInForceText) is not { } parsedTimeInForce)
        {
            return ApiError.Of(-1115);
        }
        if (parameters.Decimal("price") is not { } parsedPrice)
        {
            return ApiError.Illegal("price");
        }
        timeInForce = parsedTimeInForce;
        price = parsedPrice;
        return null;
    }
}
