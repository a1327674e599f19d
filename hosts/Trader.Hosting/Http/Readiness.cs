namespace Trader.Hosting.Http;

/// <summary>Whether a role can do its duty, and if not, why not.</summary>
public sealed record Readiness(IReadOnlyList<string> Reasons)
{
    /// <summary>Where every role begins (S1).</summary>
    public static Readiness Starting { get; } = new(["starting"]);

    public bool Ready => Reasons.Count == 0;
}
