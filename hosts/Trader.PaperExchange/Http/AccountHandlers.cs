using System.Text.Json;
using Trader.PaperExchange.Engine;
using Trader.PaperExchange.Faults;

namespace Trader.PaperExchange.Http;

/// <summary>Positions, money, mode and the account's own limits.</summary>
internal sealed class AccountHandlers(Venue venue)
{
    private PaperEngine Engine => venue.Engine;

    public Reply PositionRiskV2(FapiCall call) => PositionRisk(call, openOnly: false, PositionJson.WriteV2);

    public Reply PositionRiskV3(FapiCall call) => PositionRisk(call, openOnly: true, PositionJson.WriteV3);

    public Reply AccountV2(FapiCall call) => Account(call, v2: true);

    public Reply AccountV3(FapiCall call) => Account(call, v2: false);

    public Reply Balance(FapiCall call)
    {
        _ = call;
        var totals = Engine.Account();
        return Reply.Write(json =>
        {
            json.WriteStartArray();
            json.WriteStartObject();
            json.WriteString("accountAlias", "paper");
            json.WriteString("asset", "USDT");
            json.WriteString("balance", totals.WalletBalance.Padded(8));
            json.WriteString("crossWalletBalance", totals.WalletBalance.Padded(8));
            json.WriteString("crossUnPnl", totals.UnrealizedProfit.Padded(8));
            json.WriteString("availableBalance", totals.Available.Padded(8));
            json.WriteString("maxWithdrawAmount", totals.Available.Padded(8));
            json.WriteBoolean("marginAvailable", true);
            json.WriteNumber("updateTime", Engine.Clock.NowMs);
            json.WriteEndObject();
            json.WriteEndArray();
        });
    }

    public Reply GetMode(FapiCall call) => Reply.Write(json =>
    {
        _ = call;
        json.WriteStartObject();
        json.WriteBoolean("dualSidePosition", Engine.IsHedge);
        json.WriteEndObject();
    });

    public Reply SetMode(FapiCall call)
    {
        if (call.Parameters.NonEmpty("dualSidePosition") is null
            || call.Parameters.Flag("dualSidePosition") is not { } hedge)
        {
            return Reply.Of(ApiError.Missing("dualSidePosition"));
        }
        return Engine.ChangeMode(hedge) is { } refusal ? Reply.Of(refusal) : Reply.Write(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("code", 200);
            json.WriteString("msg", "success");
            json.WriteEndObject();
        });
    }

    public Reply RateLimitOrder(FapiCall call) => Reply.Write(json =>
    {
        _ = call;
        json.WriteStartArray();
        json.WriteRateLimits(venue.Limiter.Limits, withWeight: false);
        json.WriteEndArray();
    });

    /// <summary>One bracket for every symbol: the engine has one leverage and one maintenance rate.</summary>
    public Reply LeverageBracket(FapiCall call)
    {
        var symbol = call.Parameters.NonEmpty("symbol");
        if (symbol is not null && !Engine.Knows(symbol))
        {
            return Reply.Of(ApiError.Of(-1121));
        }
        return Reply.Write(json =>
        {
            if (symbol is not null)
            {
                WriteBrackets(json, symbol, Engine.Settings.Leverage);
                return;
            }
            json.WriteStartArray();
            foreach (var spec in Engine.Symbols)
            {
                WriteBrackets(json, spec.Name, Engine.Settings.Leverage);
            }
            json.WriteEndArray();
        });
    }

    private static void WriteBrackets(Utf8JsonWriter json, string symbol, int leverage)
    {
        json.WriteStartObject();
        json.WriteString("symbol", symbol);
        json.WriteStartArray("brackets");
        json.WriteStartObject();
        json.WriteNumber("bracket", 1);
        json.WriteNumber("initialLeverage", leverage);
        json.WriteNumber("notionalCap", 100_000_000);
        json.WriteNumber("notionalFloor", 0);
        json.WriteNumber("maintMarginRatio", EngineSettings.MaintenanceRate);
        json.WriteNumber("cum", 0);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private Reply PositionRisk(FapiCall call, bool openOnly, Action<Utf8JsonWriter, PositionRow, int, RowDamage> write)
    {
        var symbol = call.Parameters.NonEmpty("symbol");
        if (symbol is not null && !Engine.Knows(symbol))
        {
            return Reply.Of(ApiError.Of(-1121));
        }
        var damage = call.Fault?.Kind.Rows ?? RowDamage.None;
        var lagUs = damage == RowDamage.Stale ? (call.Fault?.DelayMs ?? 0) * 1000L : 0;
        var rows = damage == RowDamage.Empty ? [] : Engine.Positions(symbol, openOnly, lagUs);
        // Without a symbol in the spec the damage goes to the first held row: an empty one would hide it.
        var damaged = rows.FirstOrDefault(row =>
            call.Fault?.Spec.Symbol is { } name ? row.Spec.Name == name : row.State.Amount != 0);
        return Reply.Write(json =>
        {
            json.WriteStartArray();
            foreach (var row in rows)
            {
                var here = ReferenceEquals(row, damaged) ? damage : RowDamage.None;
                if (here != RowDamage.MissingRow)
                {
                    write(json, row, Engine.Settings.Leverage, here);
                }
            }
            json.WriteEndArray();
        });
    }

    private Reply Account(FapiCall call, bool v2)
    {
        _ = call;
        var totals = Engine.Account();
        var rows = Engine.Positions(openOnly: !v2);
        return Reply.Write(json =>
        {
            json.WriteStartObject();
            if (v2)
            {
                WriteConfiguration(json);
            }
            WriteTotals(json, totals);
            json.WriteStartArray("assets");
            WriteAsset(json, totals, v2);
            json.WriteEndArray();
            json.WriteStartArray("positions");
            foreach (var row in rows)
            {
                PositionJson.WriteAccountRow(json, row, Engine.Settings.Leverage, v2);
            }
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static void WriteConfiguration(Utf8JsonWriter json)
    {
        json.WriteNumber("feeTier", 0);
        json.WriteBoolean("feeBurn", false);
        json.WriteBoolean("canTrade", true);
        json.WriteBoolean("canDeposit", true);
        json.WriteBoolean("canWithdraw", false);
        json.WriteBoolean("multiAssetsMargin", false);
        json.WriteNumber("tradeGroupId", -1);
        json.WriteNumber("updateTime", 0);
    }

    private static void WriteTotals(Utf8JsonWriter json, AccountTotals totals)
    {
        json.WriteString("totalInitialMargin", totals.InitialMargin.Padded(8));
        json.WriteString("totalMaintMargin", totals.MaintenanceMargin.Padded(8));
        json.WriteString("totalWalletBalance", totals.WalletBalance.Padded(8));
        json.WriteString("totalUnrealizedProfit", totals.UnrealizedProfit.Padded(8));
        json.WriteString("totalMarginBalance", totals.MarginBalance.Padded(8));
        json.WriteString("totalPositionInitialMargin", totals.InitialMargin.Padded(8));
        json.WriteString("totalOpenOrderInitialMargin", 0m.Padded(8));
        json.WriteString("totalCrossWalletBalance", totals.WalletBalance.Padded(8));
        json.WriteString("totalCrossUnPnl", totals.UnrealizedProfit.Padded(8));
        json.WriteString("availableBalance", totals.Available.Padded(8));
        json.WriteString("maxWithdrawAmount", totals.Available.Padded(8));
    }

    private void WriteAsset(Utf8JsonWriter json, AccountTotals totals, bool v2)
    {
        json.WriteStartObject();
        json.WriteString("asset", "USDT");
        json.WriteString("walletBalance", totals.WalletBalance.Padded(8));
        json.WriteString("unrealizedProfit", totals.UnrealizedProfit.Padded(8));
        json.WriteString("marginBalance", totals.MarginBalance.Padded(8));
        json.WriteString("maintMargin", totals.MaintenanceMargin.Padded(8));
        json.WriteString("initialMargin", totals.InitialMargin.Padded(8));
        json.WriteString("positionInitialMargin", totals.InitialMargin.Padded(8));
        json.WriteString("openOrderInitialMargin", 0m.Padded(8));
        json.WriteString("crossWalletBalance", totals.WalletBalance.Padded(8));
        json.WriteString("crossUnPnl", totals.UnrealizedProfit.Padded(8));
        json.WriteString("availableBalance", totals.Available.Padded(8));
        json.WriteString("maxWithdrawAmount", totals.Available.Padded(8));
        if (v2)
        {
            json.WriteBoolean("marginAvailable", true);
        }
        // Clients drop an asset whose time is 0.
        json.WriteNumber("updateTime", Engine.Clock.NowMs);
        json.WriteEndObject();
    }
}
