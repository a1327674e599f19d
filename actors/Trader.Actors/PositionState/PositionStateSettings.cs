using Trader.Messages;

namespace Trader.Actors.PositionState;

/// <summary>Figures of the position state brain; what they mean at their edges stands in akka.hocon.</summary>
/// <param name="PollEvery">Pause between two reads of the account.</param>
/// <param name="FreshFor">A plan is judged by a snapshot at most this old; for an older one the account is read first.</param>
/// <param name="ReadDeadline">How long a plan waits for that read.</param>
/// <param name="StaleAfter">A snapshot older than this allows nothing.</param>
/// <param name="Cooldown">Pause after an execution in the same symbol.</param>
/// <param name="TolerancePercent">Of the exchange's amount; what ledger and exchange may differ by.</param>
/// <param name="ToleranceAbsolute">Base units; the tolerance is never smaller.</param>
/// <param name="NoPositionBelow">Base units; less than this, and less than one step, counts as no position.</param>
/// <param name="PermitTtl">How long a permit or denial stands.</param>
/// <param name="PlanMaxAge">Plans that have stood in the stream for longer are denied.</param>
/// <param name="MaxOpenKillScore">An open at or above it is denied; null for no such limit.</param>
/// <param name="MaxPositionNotional">Quote currency; an open may not take a position beyond it; null for no such limit.</param>
/// <param name="Allowlist">Empty: every symbol that the exchange knows.</param>
/// <param name="SeedAfter">A position without a ledger begins one after this long.</param>
/// <param name="UnknownSettle">After an unknown outcome, how long until an agreement of ledger and exchange proves anything.</param>
/// <param name="GhostPurgeAfter">A ledger is set to zero when its symbol has been flat for this long; null: never.</param>
/// <param name="ManualAfter">A difference that lasts this long is reported as a person's to repair.</param>
/// <param name="SaysAllowed">Logs plans and permits; denials are always logged.</param>
public sealed record PositionStateSettings(
    TimeSpan PollEvery,
    TimeSpan FreshFor,
    TimeSpan ReadDeadline,
    TimeSpan StaleAfter,
    TimeSpan Cooldown,
    decimal TolerancePercent,
    decimal ToleranceAbsolute,
    decimal NoPositionBelow,
    TimeSpan PermitTtl,
    TimeSpan PlanMaxAge,
    decimal? MaxOpenKillScore,
    decimal? MaxPositionNotional,
    IReadOnlySet<Symbol> Allowlist,
    TimeSpan SeedAfter,
    TimeSpan UnknownSettle,
    TimeSpan? GhostPurgeAfter,
    TimeSpan ManualAfter,
    bool SaysAllowed);
