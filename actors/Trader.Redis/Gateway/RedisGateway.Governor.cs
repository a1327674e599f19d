using System.Globalization;
using Trader.Messages;

namespace Trader.Redis.Gateway;

/// <summary>The governor's commands.</summary>
public sealed partial class RedisGateway
{
    partial void ReceiveGovernor()
    {
        Receive<RedisProtocol.ReadGovernorFacts>(ReadGovernorFacts);
        Receive<RedisProtocol.SettlePlans>(SettlePlans);
        Receive<RedisProtocol.DisarmGovernor>(Disarm);
        Receive<RedisProtocol.PublishGovernorEvent>(m => Do(m,
            StreamCommands.Add(RedisKeys.GovernorEvents, settings.RecordLength, m.Fields)));
        Receive<RedisProtocol.ActivateRiskGuard>(m => Ask(m,
            RedisScripts.SetOnceAndTell.Execute(client, [RedisKeys.RiskGuardActive + m.Type, RedisKeys.RiskEvents],
                [m.Value, Text(m.Seconds), Text(settings.RecordLength), .. GatewayWire.Flat(m.Event)], settings.CommandDeadline),
            _ => new RedisProtocol.Done(m)));
    }

    private void ReadGovernorFacts(RedisProtocol.ReadGovernorFacts ask)
    {
        var questions = GovernorFactsWire.Questions(ask);
        Ask(ask,
            RedisScripts.GovernorFacts.Execute(client, [.. questions.Select(q => q.Key)],
                [.. questions.Select(q => q.Word)], settings.CommandDeadline),
            value => GovernorFactsWire.Read(value, ask) is { } facts ? new RedisProtocol.GovernorFactsRead(ask.Round, facts) : null);
    }

    private void SettlePlans(RedisProtocol.SettlePlans settle)
    {
        var (keys, arguments) = SettlementWire.Write(settle);
        Ask(settle, RedisScripts.SettlePlans.Execute(client, keys, arguments, settings.CommandDeadline),
            value => SettlementWire.Read(value, settle) is { } outcomes ? new RedisProtocol.PlansSettled(settle.Round, outcomes) : null);
    }

    private void Disarm(RedisProtocol.DisarmGovernor disarm) => Ask(disarm,
        RedisScripts.SetOnceAndTell.Execute(client, [RedisKeys.GovernorDisarm + disarm.Day, RedisKeys.GovernorEvents],
            [disarm.Value, Text(disarm.Seconds), Text(settings.RecordLength), .. GatewayWire.Flat(disarm.Event)],
            settings.CommandDeadline),
        value => value.TryInteger(out var first) ? new RedisProtocol.GovernorDisarmed(disarm.Day, first == 1) : null);
}

/// <summary>The batch's settlement as keys and arguments of its script, and the script's words as outcomes.</summary>
internal static class SettlementWire
{
    public static (List<string> Keys, List<string> Arguments) Write(RedisProtocol.SettlePlans settle)
    {
        var facts = settle.Facts;
        List<string> keys =
        [
            RedisKeys.Plans, RedisKeys.EssState, RedisKeys.EssActive, RedisKeys.EntriesGate, RedisKeys.TradingState, RedisKeys.Kill,
            RedisKeys.GovernorDisarm + settle.Day, RedisKeys.GovernorVersion, RedisKeys.GovernorReserved,
        ];
        List<string> arguments =
        [
            RedisKeys.GovernorGroup, Text(facts.RedisNowMs), Text(GovernorPermit.Seconds), facts.EssState.Proof, facts.EssActive.Proof,
            facts.EntriesGate.Proof, facts.Halted.Proof, facts.Kill.Proof, facts.Disarm.Proof, facts.Version.Proof,
        ];
        foreach (var plan in settle.Plans)
        {
            Write(plan, keys, arguments);
        }

        return (keys, arguments);
    }

    public static IReadOnlyList<PlanSettled>? Read(RespValue value, RedisProtocol.SettlePlans settle)
    {
        if (value.Items.Length != settle.Plans.Count)
        {
            return null;
        }

        var outcomes = new List<PlanSettled>(value.Items.Length);
        foreach (var item in value.Items)
        {
            PlanSettled? outcome = item.TryText(out var word)
                ? word switch
                {
                    "done" => PlanSettled.Done,
                    "duplicate" => PlanSettled.Duplicate,
                    "locked" => PlanSettled.ExitLocked,
                    "changed" => PlanSettled.Changed,
                    "failed" => PlanSettled.Failed,
                    _ => null,
                }
                : null;
            if (outcome is null)
            {
                return null;
            }

            outcomes.Add(outcome.Value);
        }

        return outcomes;
    }

    private static void Write(PlanSettlement plan, List<string> keys, List<string> arguments)
    {
        switch (plan)
        {
            case PlanPermitted permitted:
                Write(permitted, keys, arguments);
                break;
            case PlanRefused refused:
                keys.Add(RedisKeys.GovernorBlock + refused.Id);
                arguments.AddRange(["b", refused.StreamId, Text(GovernorBlock.Seconds), refused.Block.Write()]);
                break;
            case PlanPassedOver:
                arguments.AddRange(["a", plan.StreamId]);
                break;
            default:
                throw new InvalidOperationException($"Not a settlement: {plan.GetType()}");
        }
    }

    private static void Write(PlanPermitted plan, List<string> keys, List<string> arguments)
    {
        var symbol = plan.Permit.Symbol.Value;
        keys.AddRange(
        [
            RedisKeys.Permit + plan.Id, RedisKeys.GovernorBlock + plan.Id, RedisKeys.GovernorExecutions + symbol,
            RedisKeys.GovernorLastExecution + symbol, $"{RedisKeys.GovernorDaily}{symbol}:{plan.Day}",
            $"{RedisKeys.GovernorDailyQuantity}{symbol}:{plan.Day}", RedisKeys.ExitLock + symbol,
        ]);
        var counted = plan.Day.Length > 0;
        arguments.AddRange(
        [
            "p", plan.StreamId, plan.Permit.Write(), plan.Opening is null ? "0" : "1", plan.Opening?.Head.Proof ?? "",
            plan.Now, counted ? Text(plan.Notional) : "", counted ? Text(plan.Quantity) : "", Text(plan.ExitLockSeconds), plan.Id.Value,
            plan.Locked.Write(), Text(GovernorBlock.Seconds), plan.Opening?.Member ?? "", Text(plan.Opening?.UntilMs ?? 0),
        ]);
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Text(decimal value) => value.ToString(CultureInfo.InvariantCulture);
}
