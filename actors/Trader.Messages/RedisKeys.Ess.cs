namespace Trader.Messages;

/// <summary>Keys of the emergency stop (flatten contract 1a).</summary>
public static partial class RedisKeys
{
    /// <summary>String, ISO UTC stamp: the documented marker that the stop is on. Its absence proves nothing.</summary>
    public const string EssActive = "quantum:ess:active";

    /// <summary>Pub/sub channel of activations and deactivations.</summary>
    public const string EssEvents = "quantum:event:ess";

    /// <summary>
    /// String with expiry, renewed by the stop's owner: <c>clear</c>, or <c>active:REASON</c>. Absent means active (S1), so a dead owner
    /// stops entries. An entry needs <c>clear</c> here, no <see cref="EssActive"/>, and no latch file on the node that lets it pass.
    /// </summary>
    public const string EssState = "trader:ess";

    /// <summary>
    /// String, never expires: that a marker was set. With it a person's <c>DEL</c> of the marker differs from a Redis that lost its memory.
    /// </summary>
    public const string EssWitness = "trader:ess:witness";

    /// <summary>Value of <see cref="EssState"/> that lets entries pass.</summary>
    public const string EssClear = "clear";
}
