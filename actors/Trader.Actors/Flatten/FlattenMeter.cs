namespace Trader.Actors.Flatten;

/// <summary>Names of the documented figures (flatten contract 2.5).</summary>
public static class FlattenMeter
{
    public const string Enabled = "gov_testnet_flatten_enabled";
    public const string Attempts = "gov_testnet_flatten_attempt_total";
    public const string NoOps = "gov_testnet_flatten_noop_total";
    public const string Orders = "gov_testnet_flatten_orders_total";
    public const string Errors = "gov_testnet_flatten_errors_total";
}
