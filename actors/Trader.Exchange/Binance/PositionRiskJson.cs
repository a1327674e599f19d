using System.Text.Json;
using Trader.Messages;

namespace Trader.Exchange.Binance;

/// <param name="Open">Rows with an amount.</param>
/// <param name="Unreadable">Rows that may hold an amount and could not be understood (E38).</param>
/// <param name="Count">All rows.</param>
public sealed record PositionRows(IReadOnlyList<Position> Open, IReadOnlyList<UnreadableRow> Unreadable, int Count)
{
    /// <summary>The list has a row per symbol of the venue, open or not (v2).</summary>
    public bool EverySymbol { get; init; }
}

/// <summary>
/// Reads <c>/fapi/v3/positionRisk</c> and <c>/fapi/v2/positionRisk</c>. A bad row costs itself only (S7); an answer
/// that is not a JSON array costs all, because nobody knows what it would have said (S3).
/// </summary>
internal static class PositionRiskJson
{
    public static Result<PositionRows> Read(ReadOnlySpan<byte> json)
    {
        var open = new List<Position>();
        var unreadable = new List<UnreadableRow>();
        var seen = new HashSet<PositionKey>();
        var count = 0;
        try
        {
            var reader = new Utf8JsonReader(json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            {
                return NotRead("the answer is not a list");
            }

            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                var row = ReadRow(ref reader);
                count++;
                if (row.Amount == 0)
                {
                    continue;
                }

                if (row.Problem() is { } problem)
                {
                    unreadable.Add(new UnreadableRow(row.Name(), problem));
                }
                else if (row.ToPosition() is var position && seen.Add(position.Key))
                {
                    open.Add(position);
                }
                else
                {
                    // Closing both readings could exceed the position (S5).
                    unreadable.Add(new UnreadableRow(row.Name(), "the exchange listed this position twice"));
                }
            }

            // Throws when the array was cut short or something follows it.
            reader.Read();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return NotRead("the answer is not valid JSON");
        }

        return new PositionRows(open, unreadable, count);
    }

    private static ExchangeFault NotRead(string why) => new(FaultKind.Unreadable, 0, $"positionRisk: {why}");

    private static Row ReadRow(ref Utf8JsonReader reader)
    {
        var row = default(Row);
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return row;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("symbol"u8))
            {
                reader.Read();
                row.Symbol = VenueJson.Text(ref reader);
            }
            else if (reader.ValueTextEquals("positionSide"u8))
            {
                reader.Read();
                row.Side = VenueJson.Text(ref reader) ?? "?";
            }
            else if (reader.ValueTextEquals("positionAmt"u8))
            {
                reader.Read();
                row.Amount = VenueJson.TryDecimal(ref reader, out var amount) ? amount : null;
            }
            else if (reader.ValueTextEquals("entryPrice"u8))
            {
                row.EntryPrice = Price(ref reader);
            }
            else if (reader.ValueTextEquals("markPrice"u8))
            {
                row.MarkPrice = Price(ref reader);
            }
            else if (reader.ValueTextEquals("liquidationPrice"u8))
            {
                row.LiquidationPrice = Price(ref reader);
            }
            else if (reader.ValueTextEquals("unRealizedProfit"u8))
            {
                reader.Read();
                row.Profit = VenueJson.TryDecimal(ref reader, out var profit) ? profit : 0;
            }
            else
            {
                VenueJson.SkipProperty(ref reader);
            }
        }

        return row;
    }

    /// <summary>Zero where it cannot be read: a close needs the amount, and a price only for its place in the
    /// queue.</summary>
    private static decimal Price(ref Utf8JsonReader reader)
    {
        reader.Read();
        return VenueJson.TryDecimal(ref reader, out var price) && price > 0 ? price : 0;
    }

    private struct Row
    {
        public string? Symbol;
        public string? Side;
        public decimal? Amount;
        public decimal EntryPrice;
        public decimal MarkPrice;
        public decimal LiquidationPrice;
        public decimal Profit;

        public readonly string Name() => Messages.Symbol.TryParse(Symbol, out var symbol) ? symbol.Value : "?";

        public readonly string? Problem()
        {
            if (!Messages.Symbol.TryParse(Symbol, out _))
            {
                return "no readable symbol";
            }

            if (Amount is null)
            {
                return "no readable positionAmt";
            }

            if (!TrySide(out var side))
            {
                return "no readable positionSide";
            }

            // In hedge mode nothing but the position side keeps a close from adding, so a row that contradicts itself is not traded (S5).
            return (side == PositionSide.Long && Amount < 0) || (side == PositionSide.Short && Amount > 0)
                ? "the sign of positionAmt contradicts positionSide"
                : null;
        }

        public readonly Position ToPosition()
        {
            TrySide(out var side);
            return new Position(
                new PositionKey(Messages.Symbol.Parse(Symbol!), side), Amount!.Value, EntryPrice, MarkPrice,
                LiquidationPrice, Profit);
        }

        private readonly bool TrySide(out PositionSide side)
        {
            // Absent is one-way mode's side: a close made from it carries reduce-only, so a wrong guess can only be
            // refused.
            side = Side switch { "LONG" => PositionSide.Long, "SHORT" => PositionSide.Short, _ => PositionSide.Both };
            return Side is null or "BOTH" or "LONG" or "SHORT";
        }
    }
}
