using System.Text.Json;
using Trader.PaperExchange.Engine;
using Trader.PaperExchange.Faults;

namespace Trader.PaperExchange.Http;

/// <summary>Rows of positionRisk and of the account, in both versions' shapes.</summary>
internal static class PositionJson
{
    /// <summary>v2: every value a text except <c>updateTime</c>, the flag included.</summary>
    public static void WriteV2(Utf8JsonWriter json, PositionRow row, int leverage, RowDamage damage)
    {
        json.WriteStartObject();
        json.WriteString("symbol", row.Spec.Name);
        json.WriteString("positionAmt", Amount(row, damage));
        json.WriteString("entryPrice", row.State.EntryPrice.Shortest(1));
        json.WriteString("breakEvenPrice", row.State.BreakEvenPrice.Shortest(1));
        json.WriteString("markPrice", row.MarkPrice.Padded(8));
        json.WriteString("unRealizedProfit", row.UnrealizedProfit.Padded(8));
        json.WriteString("liquidationPrice", row.LiquidationPrice == 0 ? "0" : row.LiquidationPrice.Padded(8));
        json.WriteString("leverage", ((decimal)leverage).Plain());
        json.WriteString("maxNotionalValue", "100000000");
        json.WriteString("marginType", "cross");
        json.WriteString("isolatedMargin", "0.00000000");
        json.WriteString("isAutoAddMargin", "false");
        json.WriteString("positionSide", row.Side.Text());
        WriteNotional(json, row, damage);
        json.WriteString("isolatedWallet", "0");
        json.WriteNumber("updateTime", row.State.UpdateTimeMs);
        json.WriteEndObject();
    }

    /// <summary>v3: without leverage and margin type, with the margins.</summary>
    public static void WriteV3(Utf8JsonWriter json, PositionRow row, int leverage, RowDamage damage)
    {
        json.WriteStartObject();
        json.WriteString("symbol", row.Spec.Name);
        json.WriteString("positionSide", row.Side.Text());
        json.WriteString("positionAmt", Amount(row, damage));
        json.WriteString("entryPrice", row.State.EntryPrice.Shortest(1));
        json.WriteString("breakEvenPrice", row.State.BreakEvenPrice.Shortest(1));
        json.WriteString("markPrice", row.MarkPrice.Padded(8));
        json.WriteString("unRealizedProfit", row.UnrealizedProfit.Padded(8));
        json.WriteString("liquidationPrice", row.LiquidationPrice == 0 ? "0" : row.LiquidationPrice.Padded(8));
        json.WriteString("isolatedMargin", "0");
        WriteNotional(json, row, damage);
        json.WriteString("marginAsset", "USDT");
        json.WriteString("isolatedWallet", "0");
        WriteMargins(json, row, leverage);
        json.WriteNumber("adl", 2);
        json.WriteString("bidNotional", "0");
        json.WriteString("askNotional", "0");
        json.WriteNumber("updateTime", row.State.UpdateTimeMs);
        json.WriteEndObject();
    }

    /// <summary>A row of the account's list: profit with a small r, margins, in v2 also leverage and mode.</summary>
    public static void WriteAccountRow(Utf8JsonWriter json, PositionRow row, int leverage, bool v2)
    {
        json.WriteStartObject();
        json.WriteString("symbol", row.Spec.Name);
        json.WriteString("positionSide", row.Side.Text());
        json.WriteString("positionAmt", Amount(row, RowDamage.None));
        json.WriteString("unrealizedProfit", row.UnrealizedProfit.Padded(8));
        WriteMargins(json, row, leverage, v2);
        if (v2)
        {
            json.WriteString("leverage", ((decimal)leverage).Plain());
            json.WriteBoolean("isolated", false);
            json.WriteString("entryPrice", row.State.EntryPrice.Shortest(1));
            json.WriteString("maxNotional", "100000000");
            json.WriteString("bidNotional", "0");
            json.WriteString("askNotional", "0");
        }
        else
        {
            json.WriteString("isolatedMargin", "0");
            json.WriteString("notional", row.Notional.Padded(8));
            json.WriteString("isolatedWallet", "0");
        }
        json.WriteNumber("updateTime", row.State.UpdateTimeMs);
        json.WriteEndObject();
    }

    private static void WriteMargins(Utf8JsonWriter json, PositionRow row, int leverage, bool detailed = true)
    {
        var notional = Math.Abs(row.Notional);
        json.WriteString("initialMargin", (notional / leverage).Padded(8));
        json.WriteString("maintMargin", (notional * EngineSettings.MaintenanceRate).Padded(8));
        if (detailed)
        {
            json.WriteString("positionInitialMargin", (notional / leverage).Padded(8));
            json.WriteString("openOrderInitialMargin", "0");
        }
    }

    private static string Amount(PositionRow row, RowDamage damage) =>
        damage == RowDamage.TextAmount ? "abc" : row.State.Amount.Padded(row.Spec.QuantityPrecision);

    private static void WriteNotional(Utf8JsonWriter json, PositionRow row, RowDamage damage)
    {
        if (damage == RowDamage.NullNotional)
        {
            json.WriteNull("notional");
        }
        else
        {
            json.WriteString("notional", row.State.Amount == 0 ? "0" : row.Notional.Padded(8));
        }
    }
}
