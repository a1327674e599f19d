using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Trader.Messages;

/// <summary>
/// The order id that we choose and the venue keeps: <c>^[.A-Z:/a-z0-9_-]{1,36}$</c> (Binance USD-M order page). It is the handle
/// by which an order with an unknown outcome is looked up (S8), so a close derives it and never draws it at random.
/// </summary>
public sealed record ClientOrderId
{
    public const int MaxLength = 36;

    private ClientOrderId(string value) => Value = value;

    public string Value { get; }

    public static bool TryParse(string? text, [NotNullWhen(true)] out ClientOrderId? id)
    {
        id = null;
        if (string.IsNullOrEmpty(text) || text.Length > MaxLength)
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && !".:/_-".Contains(c, StringComparison.Ordinal))
            {
                return false;
            }
        }

        id = new ClientOrderId(text);
        return true;
    }

    /// <summary>
    /// The id of one slice of one close: the same event, position, slice and life always give the same id, in every process.
    /// </summary>
    /// <param name="eventId">The panic event.</param>
    /// <param name="position">The position leg that is reduced.</param>
    /// <param name="slice">Zero-based index of the slice.</param>
    /// <param name="life">Zero for the first worker life that handles the event; a reclaim counts one up (S8, E40).</param>
    public static ClientOrderId ForClose(EventId eventId, PositionKey position, int slice, int life)
    {
        ArgumentNullException.ThrowIfNull(position);
        var text = $"{eventId}|{position.Symbol}|{position.Side}|{slice}|{life}";
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
        return new ClientOrderId("pc-" + hash);
    }

    /// <summary>The id of a plan's order: one per plan, the same in every process, so that a second order for a plan cannot go unnoticed.</summary>
    public static ClientOrderId ForPlan(PlanId plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("plan|" + plan.Value)).AsSpan(0, 16));
        return new ClientOrderId("ap-" + hash);
    }

    public override string ToString() => Value;
}
