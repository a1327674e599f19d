using System.Globalization;
using Trader.Messages;
using TradePlan = Trader.Messages.Plan;

namespace Trader.Simulation.Gate;

/// <summary>
/// Writes permits under both keys: the governor's always, P3.3's where the seed has no real one, and forged ones where somebody meddles. It
/// is late, silent, writes twice, and writes what allows nothing: another symbol's, another action's, an old one, a used one, no JSON, no
/// string.
/// </summary>
internal sealed class PermitWriter(GateStage stage)
{
    private const decimal TooMuch = 1_000_000m;

    public void OnPlan(TradePlan plan)
    {
        Soon(() => Governor(plan));
        if (!stage.Schedule.RealPositionState)
        {
            Soon(() => PositionState(plan));
        }
        else if (stage.Chance(stage.Schedule.Meddling))
        {
            stage.After(stage.Between(0, 1_500), () => PositionState(plan));
        }
    }

    private void Soon(Action write)
    {
        var delay = stage.Random.NextDouble() switch
        {
            < 0.7 => stage.Between(1, 300),
            < 0.88 => stage.Between(300, 1_300),
            < 0.94 => stage.Between(1_300, 3_000),
            _ => double.NaN,
        };
        if (!double.IsNaN(delay))
        {
            stage.After(delay, write);
            if (stage.Chance(0.15))
            {
                stage.After(delay + stage.Between(0, 60), write);
            }
        }
    }

    private void Governor(TradePlan plan) => Write(RedisKeys.Permit + plan.Id, plan, """ "granted":true """, "computed_qty", null,
        """{"granted":"true"}""", """{"granted":true,"consumed":true}""", """{"granted":true,"computed_qty":-1}""", """{"granted":1}""");

    private void PositionState(TradePlan plan)
    {
        decimal? limit = plan.Effect == PlanEffect.Opens && stage.Chance(0.5) ? null
            : stage.Chance(0.1) ? TooMuch
            : Math.Round((decimal)stage.Between(0.001, 5), 3);
        Write(RedisKeys.PositionStatePermit + plan.Id, plan, """ "allow":true """, "safe_close_qty", limit,
            """{"allow":false,"reason":"no_position"}""", """{"allow":"true"}""", """{"reason":"x"}""", """{"allow":true,"safe_close_qty":"all"}""");
    }

    private void Write(string key, TradePlan plan, string yes, string quantityField, decimal? limit, params string[] useless)
    {
        if (!stage.Redis.Available)
        {
            return;
        }

        var bad = stage.Chance(stage.Schedule.BadPermits) ? stage.Pick(9) : -1;
        if (bad == 0)
        {
            stage.Keys.SetOther(key);
            return;
        }

        if (bad is > 0 and < 4)
        {
            var text = bad == 1 ? useless[stage.Pick(useless.Length)] : bad == 2 ? "{" : """["granted",true]""";
            Write(key, text, new PermitTruth(Allows: false, null, null, null, stage.NowMs));
            return;
        }

        var symbol = bad is 4 or 5 ? stage.Exchange.Account.Symbols.First(s => s != plan.Symbol) : plan.Symbol;
        var action = bad == 6 ? plan.ActionText + "X" : plan.ActionText;
        var bornMs = bad is 7 or 8 ? stage.NowMs - 70_000 - stage.Schedule.MostClockErrorMs : stage.NowMs;
        var quantity = limit is { } most ? $",\"{quantityField}\":{most.ToString(CultureInfo.InvariantCulture)}" : "";
        if (bad < 0 && stage.Chance(0.1))
        {
            // The documented short form: what it does not say, its key says.
            Write(key, $"{{{yes}{quantity}}}", new PermitTruth(Allows: true, null, null, limit, double.PositiveInfinity));
            return;
        }

        var born = ((stage.UnixMs - stage.NowMs + bornMs) / 1000).ToString("F3", CultureInfo.InvariantCulture);
        Write(
            key, $$"""{{{yes}},"symbol":"{{symbol}}","plan_id":"{{plan.Id}}","action":"{{action}}","created_at":{{born}}{{quantity}}}""",
            new PermitTruth(Allows: true, symbol, action, limit, bornMs));
    }

    private void Write(string key, string text, PermitTruth truth)
    {
        stage.Keys.Set(key, text, GateFigures.PermitSeconds);
        stage.Checks.Permits.Wrote(key, text, truth);
    }
}
