using System.Globalization;
using System.Text;

namespace Trader.Messages;

/// <summary>What the capital efficiency (P3.1) adds to a permit as a hint; it refuses nothing.</summary>
/// <param name="Score">0 to 1; null when there is none to go by.</param>
/// <param name="Confidence">0 to 1; null like the score.</param>
/// <param name="Reason"><c>ok</c>, <c>missing_eff</c>, <c>stale_eff</c>, <c>low_conf</c> or <c>redis_error</c>.</param>
/// <param name="Factor">1 unless the score asks for less.</param>
/// <param name="ExtraCooldownSeconds">Whole seconds, 0 or more.</param>
public sealed record EfficiencyHint(
    decimal? Score, decimal? Confidence, string Reason, decimal Factor, int ExtraCooldownSeconds)
{
    public bool Downsizes => Factor < 1;

    public string Action => Downsizes ? "DOWNSIZE" : "NONE";
}

/// <summary>A governor permit (governor contract 1c): the string under <c>quantum:permit:PLAN</c>.</summary>
/// <param name="Quantity">Base units; 0 except in production.</param>
/// <param name="Notional">Quote currency; 0 except in production.</param>
/// <param name="CreatedAt">Unix seconds.</param>
public sealed record GovernorPermit(
    Symbol Symbol, decimal Quantity, decimal Notional, double CreatedAt, EfficiencyHint Efficiency)
{
    /// <summary>Documented lifetime of a permit.</summary>
    public const int Seconds = 60;

    /// <summary>One JSON object, keys in the documented order, spaced as Python spaces them.</summary>
    public string Write()
    {
        var factor = Fixed(Efficiency.Factor, "0.0000");
        var text = new StringBuilder("{\"granted\": true, \"symbol\": ").Append(PythonJson.Quote(Symbol.Value))
            .Append(", \"decision\": \"EXECUTE\", \"computed_qty\": ").Append(PythonJson.Number(Quantity))
            .Append(", \"computed_notional\": ").Append(PythonJson.Number(Notional))
            .Append(", \"created_at\": ").Append(PythonFloat.Text(CreatedAt))
            .Append(", \"consumed\": false, \"eff_score\": \"").Append(Fixed(Efficiency.Score, "0.0000"))
            .Append("\", \"eff_confidence\": \"").Append(Fixed(Efficiency.Confidence, "0.000"))
            .Append("\", \"eff_stale\": \"").Append(Efficiency.Score is null ? '1' : '0')
            .Append("\", \"eff_factor\": \"").Append(factor)
            .Append("\", \"eff_action\": \"").Append(Efficiency.Action)
            .Append("\", \"eff_reason\": \"").Append(Efficiency.Reason)
            .Append("\", \"downsize_factor\": \"").Append(factor)
            .Append("\", \"extra_cooldown_sec\": \"")
            .Append(Efficiency.ExtraCooldownSeconds.ToString(CultureInfo.InvariantCulture));
        return text.Append("\"}").ToString();
    }

    private static string Fixed(decimal? number, string format) => number?.ToString(format, CultureInfo.InvariantCulture) ?? "";
}

/// <summary>Why a plan got no permit (governor contract 1b): the string under <c>quantum:governor:block:PLAN</c>.</summary>
/// <param name="Reason">The stable code, with the numbers that decided where they are documented as part of it.</param>
/// <param name="At">Unix seconds.</param>
public sealed record GovernorBlock(string Reason, double At, string Symbol)
{
    /// <summary>Documented lifetime of the record.</summary>
    public const int Seconds = 3600;

    public string Write() =>
        $"{{\"reason\": {PythonJson.Quote(Reason)}, \"timestamp\": {PythonFloat.Text(At)}, \"symbol\": {PythonJson.Quote(Symbol)}}}";
}
