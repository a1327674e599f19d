namespace Trader.Hosting.Configuration;

/// <summary>The governor's documented variables (governor contract 3).</summary>
internal sealed partial class DocumentedVariables
{
    /// <summary>How a variable's text becomes its key's.</summary>
    private enum Unit
    {
        None,

        /// <summary>A number of seconds.</summary>
        Seconds,

        /// <summary>true or false.</summary>
        Truth,
    }

    private static (string Name, string Path, Unit Unit)[] GovernorVariables =>
    [
        ("APPLY_MODE", "trader.governor.mode", Unit.None),
        ("GOV_TESTNET_ENABLE_P29", "trader.governor.testnet-p29", Unit.Truth),
        ("GOV_SYMBOL_COOLDOWN_SECONDS", "trader.governor.rates.symbol-cooldown", Unit.Seconds),
        ("GOV_MAX_EXEC_PER_HOUR", "trader.governor.rates.per-hour", Unit.None),
        ("GOV_MAX_EXEC_PER_5MIN", "trader.governor.rates.per-5min", Unit.None),
        ("GOV_MAX_REDUCE_NOTIONAL_PER_DAY_USD", "trader.governor.rates.daily-notional", Unit.None),
        ("GOV_MAX_REDUCE_QTY_PER_DAY", "trader.governor.rates.daily-quantity", Unit.None),
        ("GOV_MAX_OPEN_POSITIONS", "trader.governor.caps.positions", Unit.None),
        ("GOV_MAX_NOTIONAL_PER_TRADE_USDT", "trader.governor.caps.notional-per-trade", Unit.None),
        ("GOV_MAX_TOTAL_NOTIONAL_USDT", "trader.governor.caps.total-notional", Unit.None),
        ("GOV_KILL_SCORE_CRITICAL", "trader.governor.kill-score.critical", Unit.None),
        ("GOV_KILL_SCORE_OPEN_THRESHOLD", "trader.governor.kill-score.open", Unit.None),
        ("GOV_ENABLE_AUTO_DISARM", "trader.governor.auto-disarm.enabled", Unit.Truth),
        ("GOV_DISARM_ON_BURST_BREACH", "trader.governor.auto-disarm.on-burst", Unit.Truth),
        ("GOV_DISARM_ON_ERROR_COUNT", "trader.governor.auto-disarm.on-errors", Unit.None),
        ("RISK_MAX_DAILY_LOSS_PCT", "trader.governor.risk-guard.max-daily-loss", Unit.None),
        ("RISK_MAX_DRAWDOWN_PCT", "trader.governor.risk-guard.max-drawdown", Unit.None),
        ("RISK_EMERGENCY_FLATTEN_PCT", "trader.governor.risk-guard.emergency-drawdown", Unit.None),
        ("RISK_EMERGENCY_FLATTEN_DURATION_SEC", "trader.governor.risk-guard.emergency-for", Unit.Seconds),
        ("RISK_MAX_CONSECUTIVE_LOSSES", "trader.governor.risk-guard.max-consecutive-losses", Unit.None),
        ("RISK_CONSEC_LOSS_COOLDOWN_SEC", "trader.governor.risk-guard.consecutive-losses-for", Unit.Seconds),
        ("RISK_MAX_SPREAD_BPS", "trader.governor.risk-guard.max-spread-bps", Unit.None),
        ("RISK_MAX_ATR_PCT", "trader.governor.risk-guard.max-atr", Unit.None),
        ("P31_MIN_CONF", "trader.governor.efficiency.min-confidence", Unit.None),
        ("P31_DOWNSIZE_THRESHOLD", "trader.governor.efficiency.downsize-below", Unit.None),
        ("P31_MIN_FACTOR", "trader.governor.efficiency.min-factor", Unit.None),
        ("P31_MAX_EXTRA_COOLDOWN_SEC", "trader.governor.efficiency.extra-cooldown", Unit.Seconds),
        ("P31_EFF_TTL_SEC", "trader.governor.efficiency.max-age", Unit.Seconds),
    ];

    private static IEnumerable<string> GovernorNames => GovernorVariables.Select(variable => variable.Name);

    private void OverlayGovernor(SettingsLayers layers)
    {
        foreach (var (name, path, unit) in GovernorVariables)
        {
            if (!_values.TryGetValue(name, out var v))
            {
                continue;
            }

            var text = unit switch
            {
                Unit.None => v.Value,
                Unit.Seconds => v.Value + "s",
                Unit.Truth => v.Value.ToLowerInvariant() switch
                {
                    "true" or "1" or "yes" or "on" => "on",
                    "false" or "0" or "no" or "off" => "off",
                    _ => v.Value,
                },
            };
            layers.Set(path, text, $"{name}, {v.Where}");
        }
    }
}
