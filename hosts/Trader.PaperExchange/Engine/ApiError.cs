using System.Globalization;

namespace Trader.PaperExchange.Engine;

/// <summary>
/// A refusal as the exchange words it: HTTP status, code, message. The one table of codes; facts from Binance's public
/// error-code page and recorded replies.
/// </summary>
public sealed record ApiError(int HttpStatus, int Code, string Message)
{
    private static readonly Dictionary<int, ApiError> Table = new ApiError[]
    {
        new(400, -1000, "An unknown error occurred while processing the request."),
        new(503, -1001, "Internal error; unable to process your request. Please try again."),
        new(401, -1002, "You are not authorized to execute this request."),
        new(429, -1003, "Too many requests."),
        new(400, -1006, "An unexpected response was received from the message bus. Execution status unknown."),
        new(408, -1007, "Timeout waiting for response from backend server. Send status unknown; "
            + "execution status unknown."),
        new(503, -1008, "Request throttled by system-level protection. Reduce-only/close-position orders are exempt. "
            + "Please try again."),
        new(400, -1013, "Invalid message."),
        new(429, -1015, "Too many new orders."),
        new(400, -1021, "Timestamp for this request is outside of the recvWindow."),
        new(400, -1022, "Signature for this request is not valid."),
        new(400, -1111, "Precision is over the maximum defined for this asset."),
        new(400, -1115, "Invalid timeInForce."),
        new(400, -1116, "Invalid orderType."),
        new(400, -1117, "Invalid side."),
        new(400, -1121, "Invalid symbol."),
        new(400, -1122, "Invalid symbol status."),
        new(400, -2010, "NEW_ORDER_REJECTED"),
        new(400, -2011, "Unknown order sent."),
        new(400, -2013, "Order does not exist."),
        new(401, -2014, "API-key format invalid."),
        new(401, -2015, "Invalid API-key, IP, or permissions for action, request ip: 127.0.0.1"),
        new(400, -2018, "Balance is insufficient."),
        new(400, -2019, "Margin is insufficient."),
        new(400, -2020, "Unable to fill."),
        new(400, -2022, "ReduceOnly Order is rejected."),
        new(400, -2023, "User in liquidation mode now."),
        new(400, -2025, "Reach max open order limit."),
        new(400, -4001, "Price less than 0."),
        new(400, -4002, "Price greater than max price."),
        new(400, -4003, "Quantity less than or equal to zero."),
        new(400, -4004, "Quantity less than min quantity."),
        new(400, -4005, "Quantity greater than max quantity."),
        new(400, -4014, "Price not increased by tick size."),
        new(400, -4015, "Client order id is not valid."),
        new(400, -4016, "Limit price can't be higher than the mark price's upper band."),
        new(400, -4023, "Qty not increased by step size."),
        new(400, -4024, "Limit price can't be lower than the mark price's lower band."),
        new(400, -4059, "No need to change position side."),
        new(400, -4060, "Invalid position side."),
        new(400, -4061, "Order's position side does not match user's setting."),
        new(400, -4062, "Invalid or improper reduceOnly value."),
        new(400, -4067, "Position side cannot be changed if there exists open orders."),
        new(400, -4068, "Position side cannot be changed if there exists position."),
        new(400, -4082, "Invalid number of batch place orders."),
        new(400, -4083, "Batch order operation failed."),
        new(400, -4109, "This account is inactive."),
        new(400, -4116, "ClientOrderId is duplicated."),
        new(400, -4118, "ReduceOnly Order Failed. Please check your existing position and open orders"),
        new(400, -4120, "Order type not supported for this endpoint. Please use the Algo Order API endpoints instead."),
        new(400, -4131, "The counterparty's best price does not meet the PERCENT_PRICE filter limit."),
        new(400, -4136, "Target strategy invalid for orderType MARKET,closePosition true"),
        new(400, -4137, "Quantity must be zero with closePosition equals true"),
        new(400, -4140, "Invalid symbol status for opening position."),
        new(400, -4141, "Symbol is closed."),
        new(400, -4164, "Order's notional must be no smaller than 5 (unless you choose reduce only)."),
        new(400, -5021, "Due to the order could not be filled immediately, the FOK order has been rejected."),
        new(400, -5022, "Due to the order could not be executed as maker, the Post Only order will be rejected."),
        new(400, -5028, "Timestamp for this request is outside of the ME recvWindow."),
    }.ToDictionary(error => error.Code);

    /// <summary>
    /// HTTP 503 with no promise about execution; the public page gives the words, recorded replies carry -1000.
    /// </summary>
    public static ApiError UnknownExecution { get; } =
        new(503, -1000, "Unknown error, please check your request or try again later.");

    /// <summary>HTTP 503, certainly not executed.</summary>
    public static ApiError ServiceUnavailable { get; } = new(503, -1001, "Service Unavailable.");

    /// <summary>The table's entry for a code, or null where the table has none.</summary>
    public static ApiError? Find(int code) => Table.GetValueOrDefault(code);

    /// <summary>The table's entry for a code that is known to be in it.</summary>
    public static ApiError Of(int code) => Table[code];

    public static ApiError Missing(string parameter) => new(400, -1102,
        $"Mandatory parameter '{LowerCase(parameter)}' was not sent, was empty/null, or malformed.");

    public static ApiError NotRequired(string parameter) =>
        new(400, -1106, $"Parameter '{LowerCase(parameter)}' sent when not required.");

    public static ApiError Illegal(string parameter) =>
        new(400, -1100, $"Illegal characters found in parameter '{LowerCase(parameter)}'.");

    public static ApiError Invalid(string parameter) =>
        new(400, -1130, $"Data sent for parameter '{LowerCase(parameter)}' is not valid.");

    public static ApiError AheadOfServer() =>
        new(400, -1021, "Timestamp for this request was 1000ms ahead of the server's time.");

    public static ApiError UnknownKey(string address) =>
        new(401, -2015, $"Invalid API-key, IP, or permissions for action, request ip: {address}");

    public static ApiError NotionalBelow(decimal minimum) => new(400, -4164, string.Create(CultureInfo.InvariantCulture,
        $"Order's notional must be no smaller than {minimum} (unless you choose reduce only)."));

    public static ApiError NoSuchPath(string method, string path) =>
        new(404, -5000, $"Path {path}, Method {method} is invalid");

    public static ApiError TooMuchWeight(string address, int limit) => new(429, -1003,
        string.Create(CultureInfo.InvariantCulture,
            $"Too many requests; current limit of IP({address}) is {limit} requests per minute. ")
        + "Please use the websocket for live updates to avoid polling the API.");

    public static ApiError Banned(string address, long untilMs) => new(418, -1003,
        string.Create(CultureInfo.InvariantCulture,
            $"Way too many requests; IP({address}) banned until {untilMs}. ")
        + "Please use the websocket for live updates to avoid bans.");

    public static ApiError TooManyOrders(int limit, string interval) => new(429, -1015,
        string.Create(CultureInfo.InvariantCulture,
            $"Too many new orders; current limit is {limit} orders per {interval}."));

    // Recent replies print parameter names in lower case whatever the documentation's spelling.
    private static string LowerCase(string parameter) =>
        string.Create(parameter.Length, parameter, static (target, source) => source.AsSpan().ToLowerInvariant(target));
}
