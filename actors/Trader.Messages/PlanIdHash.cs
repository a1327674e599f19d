using System.Security.Cryptography;
using System.Text;

namespace Trader.Messages;

/// <summary>The documented plan id (apply-layer contract 1.6): the same proposal gives the same id in every program.</summary>
public static class PlanIdHash
{
    /// <param name="symbol">The instrument.</param>
    /// <param name="action">The proposal's raw action word.</param>
    /// <param name="killScore">Written with six decimals.</param>
    /// <param name="newStopLoss">Null is written as <c>None</c>.</param>
    /// <param name="computedAt">The proposal's own time stamp, as it stands there.</param>
    public static PlanId Of(Symbol symbol, string action, double killScore, double? newStopLoss, string computedAt)
    {
        ArgumentNullException.ThrowIfNull(symbol);
        var stop = newStopLoss is { } price ? PythonFloat.Text(price) : "None";
        return OfText($"{symbol.Value}:{action}:{PythonFloat.Fixed(killScore, 6)}:{stop}:{computedAt}");
    }

    /// <summary>The id of the whole input text.</summary>
    public static PlanId OfText(string text) =>
        PlanId.Parse(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8)));
}
