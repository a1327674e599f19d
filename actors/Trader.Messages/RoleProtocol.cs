namespace Trader.Messages;

/// <summary>What every role actor answers to the process that runs it. Each command gets exactly one reply to its sender.</summary>
public static class RoleProtocol
{
    /// <summary>
    /// Asked every second. The answer proves that the role's mailbox turns, so it must come at once and from memory. Reply:
    /// <see cref="Health"/>.
    /// </summary>
    public sealed record GetHealth
    {
        public static GetHealth Instance { get; } = new();
    }

    /// <summary>
    /// The process was asked to stop: take nothing new, finish what is in flight, then reply <see cref="Drained"/>. The wait is
    /// bounded by <c>akka.coordinated-shutdown.phases.service-requests-done.timeout</c>; what is not done by then is left to the journal.
    /// </summary>
    public sealed record Drain
    {
        public static Drain Instance { get; } = new();
    }

    /// <param name="NotReady">Why the role cannot do its duty, one line each; empty means ready (S1: a new role is not).</param>
    public sealed record Health(IReadOnlyList<string> NotReady)
    {
        public bool Ready => NotReady.Count == 0;
    }

    public sealed record Drained
    {
        public static Drained Instance { get; } = new();
    }
}
