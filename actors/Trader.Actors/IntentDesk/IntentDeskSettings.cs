namespace Trader.Actors.IntentDesk;

/// <summary>Figures of the intent desk; what happens at their edges stands in akka.hocon.</summary>
/// <param name="MaxInHand">Intents without a final result; beyond, they are refused. Ten times as many final verdicts are kept.</param>
/// <param name="MaxWaiting">Callers that wait at the same time; more are told at once what is known.</param>
/// <param name="LookAgain">How long a result may be missing before the stream itself is read for it.</param>
/// <param name="Remember">How long a plan stays in this process' memory; Redis knows its entry for longer.</param>
/// <param name="PlanMemory">How long Redis knows a plan's entry: as long as the gate knows a taken plan.</param>
public sealed record IntentDeskSettings(int MaxInHand, int MaxWaiting, TimeSpan LookAgain, TimeSpan Remember, TimeSpan PlanMemory);
