using System.Globalization;

namespace Trader.Hosting.Configuration;

/// <summary>The order gate's documented variables (apply-layer contract 1.8).</summary>
internal sealed partial class DocumentedVariables
{
    /// <summary>Credentials by the gate's document; used where the general ones are not set, and a choice of the testnet.</summary>
    public const string TestnetKey = "BINANCE_TESTNET_API_KEY";
    public const string TestnetSecret = "BINANCE_TESTNET_API_SECRET";

    /// <summary>Least of what is written to the log.</summary>
    public const string LogLevel = "APPLY_LOG_LEVEL";

    private const string Port = "trader.roles.apply-layer.port";

    /// <summary>Variable, key, and what stands behind the number in the key.</summary>
    private static (string Name, string Path, string Unit)[] GateVariables =>
    [
        ("APPLY_MODE", "trader.apply-layer.mode", ""),
        ("APPLY_PERMIT_WAIT_MS", "trader.apply-layer.permit-wait", "ms"),
        ("APPLY_PERMIT_STEP_MS", "trader.apply-layer.permit-step", "ms"),
        ("APPLY_DEDUPE_TTL_SEC", "trader.apply-layer.dedupe-memory", "s"),
        ("APPLY_ALLOWLIST", "trader.apply-layer.allowlist", ""),
        ("K_BLOCK_WARNING", "trader.apply-layer.kill-score-warning", ""),
        ("K_BLOCK_CRITICAL", "trader.apply-layer.kill-score-critical", ""),
    ];

    private static IEnumerable<string> GateNames =>
        GateVariables.Select(variable => variable.Name).Concat(
            [TestnetKey, TestnetSecret, LogLevel, "APPLY_KILL_SWITCH", "PROMETHEUS_PORT", "APPLY_METRICS_PORT"]);

    private void OverlayGate(SettingsLayers layers)
    {
        foreach (var (name, path, unit) in GateVariables)
        {
            if (_values.TryGetValue(name, out var v))
            {
                layers.Set(path, v.Value + unit, $"{name}, {v.Where}");
            }
        }

        OverlayTruth(layers, "TESTNET", "trader.apply-layer.testnet-bypass");
        OverlayTruth(layers, "APPLY_KILL_SWITCH", "trader.apply-layer.kill-switch");
        if (_values.TryGetValue("APPLY_METRICS_PORT", out var alias))
        {
            if (int.TryParse(alias.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535)
            {
                layers.Set(Port, alias.Value, $"APPLY_METRICS_PORT, {alias.Where}");
            }
            else
            {
                // It used to switch the figures off; health and links live on that port too.
                Notices.Add($"APPLY_METRICS_PORT ({alias.Where}) is no port and is passed over: the port cannot be switched off");
            }
        }

        OverlayOne(layers, "PROMETHEUS_PORT", Port);
    }

    /// <summary>The documented words; anything else is left for the mapping to refuse.</summary>
    private void OverlayTruth(SettingsLayers layers, string name, string path)
    {
        if (_values.TryGetValue(name, out var v))
        {
            var text = v.Value.ToLowerInvariant() switch
            {
                "true" or "1" or "yes" or "on" => "true",
                "false" or "0" or "no" or "off" => "false",
                _ => v.Value,
            };
            layers.Set(path, text, $"{name}, {v.Where}");
        }
    }
}
