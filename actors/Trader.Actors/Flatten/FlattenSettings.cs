using Trader.Actors.PanicClose;

namespace Trader.Actors.Flatten;

/// <summary>The operator's switches as they stood at the process's start; a change counts from the next restart (F20).</summary>
/// <param name="Force">GOV_TESTNET_FORCE_FLATTEN, as written.</param>
/// <param name="Confirm">GOV_TESTNET_FORCE_FLATTEN_CONFIRM, byte for byte.</param>
/// <param name="ProductionMode">The APPLY_MODE that is neither testnet nor dry_run, and where it stands; null without one (S15).</param>
public sealed record FlattenFlags(string Force, string Confirm, string? ProductionMode)
{
    public const string Confirmation = "FLATTEN_NOW";

    public static FlattenFlags None { get; } = new("", "", null);

    /// <summary><c>true</c> in any case; <c>1</c> and <c>yes</c> are not.</summary>
    public bool IsForced => string.Equals(Force, "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>Exactly <see cref="Confirmation"/>; a blank or another case is not.</summary>
    public bool IsConfirmed => string.Equals(Confirm, Confirmation, StringComparison.Ordinal);
}

/// <summary>Figures of the testnet flattener (flatten contract 2.0).</summary>
/// <param name="Flags">The operator's switches.</param>
/// <param name="MaxSymbols">More positions than this are taken for a glitch: nothing is closed.</param>
/// <param name="MinNotionalUsd">Positions worth less are left open.</param>
/// <param name="PollEvery">Pause between two looks at the arm key.</param>
/// <param name="Cooldown">Shortest time between two flattens, whole seconds.</param>
/// <param name="ReadDeadline">The first read of positions is repeated until this long after the start.</param>
/// <param name="CancelResting">Cancel resting orders first; otherwise they stay, and may reopen positions.</param>
/// <param name="AccountDoubts">Settings that contradict each other about the account; empty without.</param>
/// <param name="HasCredentials">A key and its secret are set.</param>
/// <param name="Closer">Figures of the panic worker: the closing itself is the same.</param>
public sealed record FlattenSettings(
    FlattenFlags Flags,
    int MaxSymbols,
    decimal MinNotionalUsd,
    TimeSpan PollEvery,
    TimeSpan Cooldown,
    TimeSpan ReadDeadline,
    bool CancelResting,
    IReadOnlyList<string> AccountDoubts,
    bool HasCredentials,
    PanicCloseSettings Closer);
