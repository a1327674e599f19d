namespace Trader.Messages;

/// <summary>Keys of the governor (governor contract 1b-1d); those under <c>trader:</c> are this system's own.</summary>
public static partial class RedisKeys
{
    /// <summary>Prefix of strings with expiry, plan id behind it: JSON of why a plan got no permit.</summary>
    public const string GovernorBlock = "quantum:governor:block:";

    /// <summary>Prefix of lists, symbol behind it: Unix seconds of its permits, newest first, at most 100, for a day.</summary>
    public const string GovernorExecutions = "quantum:governor:exec:";

    /// <summary>Prefix of strings with expiry, symbol behind it: Unix seconds of its last permit.</summary>
    public const string GovernorLastExecution = "quantum:governor:last_exec:";

    /// <summary>Prefix of strings with expiry, symbol and UTC date behind it: quote currency permitted that day.</summary>
    public const string GovernorDaily = "quantum:governor:daily:";

    /// <summary>The same in base units: the reference added both to one number (D-G7).</summary>
    public const string GovernorDailyQuantity = "trader:governor:daily-quantity:";

    /// <summary>Prefix of strings with expiry, UTC date behind it: while it is there opens get no permit.</summary>
    public const string GovernorDisarm = "quantum:governor:disarm:";

    public const string GovernorEvents = "quantum:stream:governor.events";

    /// <summary>Counter that every permit for an open moves: a decision made before another governor's open is not carried out.</summary>
    public const string GovernorVersion = "trader:governor:version";

    /// <summary>
    /// Sorted set: permits for opens that may still become positions, as <c>plan symbol notional baseline</c>, by the Unix ms they end.
    /// </summary>
    public const string GovernorReserved = "trader:governor:reserved";

    /// <summary>String <c>1</c>: nothing is permitted.</summary>
    public const string Kill = "quantum:kill";

    /// <summary>Prefix of hashes of the capital allocation (P2.9), symbol behind it.</summary>
    public const string AllocationTarget = "quantum:allocation:target:";

    /// <summary>Prefix of hashes of the capital efficiency (P3.1), symbol behind it.</summary>
    public const string CapitalEfficiency = "quantum:capital:efficiency:";

    /// <summary>Prefix of hashes with spread and volatility, symbol behind it.</summary>
    public const string MarketState = "quantum:market_state:";

    public const string Equity = "quantum:equity:current";

    /// <summary>Prefix of hashes, UTC date behind it.</summary>
    public const string DailyProfit = "quantum:risk:daily_pnl:";

    public const string ConsecutiveLosses = "quantum:risk:consecutive_losses";

    /// <summary>Prefix of strings with expiry, type of guard behind it: while one is there opens get no permit.</summary>
    public const string RiskGuardActive = "quantum:risk:guard_active:";

    public const string RiskEvents = "quantum:stream:risk.events";

    /// <summary>String: exposure as a fraction of the capital, where somebody publishes it.</summary>
    public const string PortfolioExposure = "quantum:portfolio:exposure_pct";

    /// <summary>Prefix of strings with expiry, symbol behind it: the plan that may close it now.</summary>
    public const string ExitLock = "quantum:exit:lock:";
}
