using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Trader.Messages;

/// <summary>
/// What the gate remembers of a plan id in <see cref="RedisKeys.PlanRecord"/>: a digest of what the plan asks for, and, once the plan is
/// taken, by which entry of the stream and which node.
/// </summary>
/// <param name="Digest">See <see cref="DigestOf"/>.</param>
/// <param name="StreamId">The entry that took the plan; empty while nobody has.</param>
/// <param name="Holder">The node that took it.</param>
/// <param name="Order">What it was taken for, so that whoever finishes it knows; null while nobody has.</param>
public sealed record PlanRecordText(string Digest, string StreamId, string Holder, PlanRecordOrder? Order = null)
{
    /// <summary>Characters of a digest.</summary>
    public const int DigestLength = 16;

    /// <summary>
    /// Two entries that ask for the same thing have the same digest: what an order is made of goes in, what producers write anew each time
    /// (time stamps, scores) does not.
    /// </summary>
    public static string DigestOf(Plan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{plan.Symbol}|{plan.ActionText}|{plan.Side}|{plan.Quantity}|{plan.ReduceOnly}|{PanicWire.Find(plan.Fields, OrderDraft.LegField)}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, DigestLength / 2));
    }

    /// <summary>Null for a value nobody here wrote.</summary>
    public static PlanRecordText? Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split('|');
        return parts.Length switch
        {
            1 when parts[0].Length == DigestLength => new PlanRecordText(parts[0], "", ""),
            6 when parts[0].Length == DigestLength && parts[3] is "BUY" or "SELL" && parts[5] is "open" or "reduce"
                && decimal.TryParse(parts[4], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var quantity) =>
                new PlanRecordText(parts[0], parts[1], parts[2], new PlanRecordOrder(
                    parts[3] == "BUY" ? OrderSide.Buy : OrderSide.Sell, quantity, parts[5] == "open")),
            _ => null,
        };
    }

    /// <summary>The record of a plan that is being taken.</summary>
    public static PlanRecordText Of(string digest, string streamId, string holder, OrderDraft draft)
    {
        ArgumentNullException.ThrowIfNull(draft);
        return new PlanRecordText(digest, streamId, holder, new PlanRecordOrder(draft.Side, draft.Quantity, draft.Opens));
    }

    public string Write() => Order is null ? Digest : string.Create(
        CultureInfo.InvariantCulture,
        $"{Digest}|{StreamId}|{Holder}|{(Order.Side == OrderSide.Buy ? "BUY" : "SELL")}|{Order.Quantity}|{(Order.Opens ? "open" : "reduce")}");
}

/// <summary>What a plan was taken for.</summary>
public sealed record PlanRecordOrder(OrderSide Side, decimal Quantity, bool Opens);
