namespace Trader.Hosting.Configuration;

/// <summary>The documented variables of the position state brain (apply-layer contract 1.8). Seconds may have a fraction (X24).</summary>
internal sealed partial class DocumentedVariables
{
    // Made on demand: nobody says in which order the parts of a type are initialised.
    private static string[] PositionStateNames =>
    [
        "P33_STALE_THRESHOLD_SEC", "P33_COOLDOWN_SEC", "P33_QTY_TOLERANCE_PCT", "P33_PERMIT_TTL", "P33_POLL_SEC", "P33_METRICS_PORT",
        "P33_ALLOWLIST", "APPLY_ALLOWLIST", "P33_LOG_LEVEL",
    ];

    private void OverlayPositionState(SettingsLayers layers)
    {
        OverlaySeconds(layers, "P33_STALE_THRESHOLD_SEC", "trader.position-state.stale-after");
        OverlaySeconds(layers, "P33_COOLDOWN_SEC", "trader.position-state.cooldown");
        OverlaySeconds(layers, "P33_PERMIT_TTL", "trader.position-state.permit-ttl");
        OverlaySeconds(layers, "P33_POLL_SEC", "trader.position-state.poll-every");
        OverlayOne(layers, "P33_QTY_TOLERANCE_PCT", "trader.position-state.quantity-tolerance-percent");
        OverlayOne(layers, "P33_METRICS_PORT", "trader.roles.position-state.port");
        OverlayOne(layers, "P33_LOG_LEVEL", "trader.position-state.log-level");
        OverlayOne(
            layers, _values.ContainsKey("P33_ALLOWLIST") ? "P33_ALLOWLIST" : "APPLY_ALLOWLIST", "trader.position-state.allowlist");
    }

    /// <summary>The number as it stands, with its unit: what is no number is refused where durations are read.</summary>
    private void OverlaySeconds(SettingsLayers layers, string name, string path)
    {
        if (_values.TryGetValue(name, out var v))
        {
            layers.Set(path, v.Value + "s", $"{name}, {v.Where}");
        }
    }
}
