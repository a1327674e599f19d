namespace Trader.Exchange;

/// <summary>How the gateway keeps itself ready. Every default stands in akka.hocon.</summary>
public sealed record ExchangeGatewaySettings
{
    /// <summary>
    /// Connections opened at start and kept from going idle. Each costs one request weight per <see
    /// cref="KeepWarmInterval"/>; a burst that needs more pays the handshake for the rest.
    /// </summary>
    public required int WarmConnections { get; init; }

    /// <summary>Must be shorter than the exchange's keep-alive.</summary>
    public required TimeSpan KeepWarmInterval { get; init; }

    /// <summary>How often the exchange's clock is measured; it is measured at once as well when the exchange finds ours
    /// wrong.</summary>
    public required TimeSpan ClockInterval { get; init; }

    /// <summary>How often market-order limits are read. Older ones stay in use when that fails.</summary>
    public required TimeSpan LotsInterval { get; init; }

    /// <summary>Orders per window left to a person who closes by hand at the same moment.</summary>
    public required int OrderReserve { get; init; }

    /// <summary>
    /// Why the account may be the wrong one, empty when there is no doubt. While there is one, the account counts as not checked: closing
    /// everything on the wrong account is worse than saying so (E51).
    /// </summary>
    public required IReadOnlyList<string> AccountDoubts { get; init; }
}
