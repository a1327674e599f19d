using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Trader.Messages;

/// <summary>Why a permit's content does not allow its plan. Each has a stable code, see <see cref="PermitWire"/>.</summary>
public enum PermitFault
{
    /// <summary>The key holds no string: somebody granted himself a permit in another shape (X12).</summary>
    WrongType,

    /// <summary>No JSON object, or a field of the wrong kind: <c>"true"</c> is not <c>true</c> (X6, X7).</summary>
    Format,

    /// <summary>The governor's permit does not say <c>"granted": true</c>, or says that it was used before.</summary>
    NotGranted,

    /// <summary>The P3.3 permit says no; its reason stands beside it.</summary>
    Denied,

    /// <summary>It was made for another plan, symbol or action (X8).</summary>
    OtherPlan,

    /// <summary>It says itself that it is older than a permit may be.</summary>
    Expired,

    /// <summary>A close needs a quantity above zero.</summary>
    Quantity,
}

/// <summary>What the governor granted.</summary>
/// <param name="Quantity">Base units it reckoned with; null when it named none above zero.</param>
public sealed record GovernorGrant(decimal? Quantity);

/// <summary>What the position state brain allowed.</summary>
/// <param name="SafeQuantity">Base units; null when it named none above zero: for an open that means the plan's own.</param>
public sealed record PositionStateGrant(decimal? SafeQuantity);

/// <summary>
/// Reads the two permits as strictly as if their writers were strangers: a key that exists is no permission (apply-layer contract 1.4), and
/// what is not exactly understood allows nothing. A bare <c>{"granted":true}</c> is documented and is well formed; what it does not say, its
/// key says.
/// </summary>
public static class PermitWire
{
    /// <summary>What a denial without a reason is called.</summary>
    public const string NoReason = "unknown";

    private const int MaxReason = 64;

    /// <summary>How far a permit writer's clock may be ahead of ours.</summary>
    private const long MaxAheadMs = 5_000;

    private static readonly JsonDocumentOptions Flat = new() { MaxDepth = 8 };

    /// <summary>Reads the governor's permit.</summary>
    /// <param name="text">The key's value.</param>
    /// <param name="plan">The plan it must be for.</param>
    /// <param name="nowMs">Unix ms.</param>
    /// <param name="maxAgeMs">Longest life of a permit that tells its birth.</param>
    /// <param name="permit">Set on success.</param>
    /// <param name="fault">Set otherwise.</param>
    public static bool TryReadGovernor(
        string text, Plan plan, long nowMs, long maxAgeMs, [NotNullWhen(true)] out GovernorGrant? permit, out PermitFault fault)
    {
        ArgumentNullException.ThrowIfNull(plan);
        permit = null;
        fault = PermitFault.Format;
        if (Parse(text) is not { } json)
        {
            return false;
        }

        using (json)
        {
            var root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                return false;
            }

            var used = root.TryGetProperty("consumed", out var consumed) && consumed.ValueKind != JsonValueKind.False;
            var other = root.TryGetProperty("decision", out var decision)
                && !(decision.ValueKind == JsonValueKind.String && decision.ValueEquals("EXECUTE"u8));
            if (!root.TryGetProperty("granted", out var granted) || granted.ValueKind != JsonValueKind.True || used || other)
            {
                fault = PermitFault.NotGranted;
                return false;
            }

            if (Binding(root, plan, nowMs, maxAgeMs) is { } broken)
            {
                fault = broken;
                return false;
            }

            if (!TryQuantity(root, "computed_qty", out var quantity))
            {
                fault = PermitFault.Quantity;
                return false;
            }

            permit = new GovernorGrant(quantity > 0 ? quantity : null);
            return true;
        }
    }

    /// <summary>Reads the position state brain's permit.</summary>
    /// <param name="text">The key's value.</param>
    /// <param name="plan">The plan it must be for.</param>
    /// <param name="nowMs">Unix ms.</param>
    /// <param name="maxAgeMs">Longest life of a permit that tells its birth.</param>
    /// <param name="permit">Set on success.</param>
    /// <param name="fault">Set otherwise.</param>
    /// <param name="reason">The denial's reason as one token, empty otherwise.</param>
    public static bool TryReadPositionState(
        string text, Plan plan, long nowMs, long maxAgeMs, [NotNullWhen(true)] out PositionStateGrant? permit, out PermitFault fault,
        out string reason)
    {
        ArgumentNullException.ThrowIfNull(plan);
        permit = null;
        reason = "";
        if (Parse(text) is not { } json)
        {
            // The documented meaning of unreadable text: it allows nothing (apply-layer contract 2.4, check 7).
            (fault, reason) = (PermitFault.Denied, NoReason);
            return false;
        }

        using (json)
        {
            var root = json.RootElement;
            fault = PermitFault.Format;
            if (root.ValueKind != JsonValueKind.Object)
            {
                return false;
            }

            var said = root.TryGetProperty("allow", out var allow);
            if (!said || allow.ValueKind == JsonValueKind.False)
            {
                (fault, reason) = (PermitFault.Denied, Reason(root));
                return false;
            }

            if (allow.ValueKind != JsonValueKind.True)
            {
                return false;
            }

            if (Binding(root, plan, nowMs, maxAgeMs) is { } broken)
            {
                fault = broken;
                return false;
            }

            var name = root.TryGetProperty("safe_close_qty", out _) ? "safe_close_qty" : "safe_qty";
            if (!TryQuantity(root, name, out var quantity) || (quantity <= 0 && plan.Effect == PlanEffect.Closes))
            {
                fault = PermitFault.Quantity;
                return false;
            }

            permit = new PositionStateGrant(quantity > 0 ? quantity : null);
            return true;
        }
    }

    /// <summary>One word without blanks, so that <c>grep -oE "reason=[^ ]+"</c> finds all of it (A33).</summary>
    public static string Token(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length == 0
            ? NoReason
            : new([.. text.Take(MaxReason).Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or ':' or '.' or '-' ? c : '_')]);
    }

    private static string Reason(JsonElement root) =>
        root.TryGetProperty("reason", out var reason) && reason.ValueKind == JsonValueKind.String
            ? Token(reason.GetString()!)
            : NoReason;

    /// <summary>What a permit does not name is bound by its key and its expiry; what it names must be right.</summary>
    private static PermitFault? Binding(JsonElement root, Plan plan, long nowMs, long maxAgeMs)
    {
        if (!Says(root, "symbol", plan.Symbol.Value) || !Says(root, "plan_id", plan.Id.Value) || !Says(root, "action", plan.ActionText)
            || (root.TryGetProperty("reduce_only", out var reduceOnly)
                && reduceOnly.ValueKind != (plan.Effect == PlanEffect.Closes ? JsonValueKind.True : JsonValueKind.False)))
        {
            return PermitFault.OtherPlan;
        }

        if (!root.TryGetProperty("created_at", out var created))
        {
            return null;
        }

        if (created.ValueKind != JsonValueKind.Number || !created.TryGetDecimal(out var seconds)
            || seconds is < 0 or > 100_000_000_000m)
        {
            return PermitFault.Format;
        }

        var age = nowMs - (long)(seconds * 1000);
        return age > maxAgeMs || age < -MaxAheadMs ? PermitFault.Expired : null;
    }

    private static bool Says(JsonElement root, string name, string expected) =>
        !root.TryGetProperty(name, out var value)
        || (value.ValueKind == JsonValueKind.String && string.Equals(value.GetString(), expected, StringComparison.Ordinal));

    /// <summary>Zero when the field is absent.</summary>
    private static bool TryQuantity(JsonElement root, string name, out decimal quantity)
    {
        quantity = 0;
        return !root.TryGetProperty(name, out var value)
            || (value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out quantity) && quantity >= 0);
    }

    private static JsonDocument? Parse(string text)
    {
        try
        {
            return JsonDocument.Parse(text, Flat);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            // The last two are how the parser speaks of text that is no UTF-16.
            return null;
        }
    }
}
