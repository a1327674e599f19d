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
public sealed record PlanRecordText(string Digest, string StreamId, string Holder)
{
    /// <summary>Characters of a digest.</summary>
    public const int DigestLength = 16;

    public bool Taken => StreamId.Length > 0;

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
            3 when parts[0].Length == DigestLength => new PlanRecordText(parts[0], parts[1], parts[2]),
            _ => null,
        };
    }

    public string Write() => Taken ? $"{Digest}|{StreamId}|{Holder}" : Digest;
}
