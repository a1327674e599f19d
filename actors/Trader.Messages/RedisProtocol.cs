namespace Trader.Messages;

/// <summary>Why the Redis gateway could not do what was asked.</summary>
public enum RedisDoubt
{
    /// <summary>There is no connection: nothing was sent.</summary>
    NotConnected,

    /// <summary>The server answered with an error: nothing was changed.</summary>
    Refused,

    /// <summary>No answer in time, or the connection ended first: it may have been done.</summary>
    Unknown,
}

/// <summary>Who holds a panic event.</summary>
public enum PanicClaim
{
    Mine,
    Other,

    /// <summary>It was completed before. A refusal by another worker is no bar: its clock may be the wrong one.</summary>
    Done,
}

/// <summary>
/// The Redis gateway's messages: the only door to Redis. Every command gets exactly one reply to its sender: its own event, or
/// <see cref="NotDone"/>. Subscriptions reply with a flow of events to the subscriber until it dies.
/// </summary>
public static partial class RedisProtocol
{
    /// <summary>Subscribes the sender to <see cref="Connected"/> and <see cref="Disconnected"/>; the present state comes at once.</summary>
    public sealed record WatchConnection;

    /// <summary>
    /// Subscribes the sender to <c>exit_brain:heartbeat</c>: the newest entry that is there already, marked as backlog, then all new ones.
    /// </summary>
    public sealed record WatchHeartbeats;

    /// <summary>Subscribes the sender to new <see cref="CompletionSeen"/> events.</summary>
    public sealed record WatchCompletions;

    /// <summary>
    /// Subscribes the sender to <c>system:panic_close</c> in the worker group under <paramref name="Worker"/>: first what that worker left
    /// unacknowledged, then new entries, and entries that other workers left idle (S10). Delivers <see cref="PanicEntry"/>.
    /// </summary>
    public sealed record WatchPanics(string Worker);

    public sealed record PublishHeartbeat(Heartbeat Heartbeat);

    /// <summary>Opens the gate to entries for <paramref name="ForMs"/> ms, or closes it with a reason. Absence is closed (S1).</summary>
    public sealed record PublishEntriesGate(bool Open, string Reason, int ForMs);

    /// <summary>Says that a role is alive for the next <paramref name="ForMs"/> ms.</summary>
    public sealed record PublishLiveness(string Role, string Instance, int ForMs);

    /// <summary>Writes down what this node's role says about itself, see <see cref="RoleReport"/>.</summary>
    /// <param name="NotReady">Empty when it is ready.</param>
    public sealed record PublishRoleReport(string Role, string Node, string NotReady);

    public sealed record GetLiveness(IReadOnlyList<string> Roles);

    /// <summary>Adds the event to <c>system:panic_close</c> unless this event id was added before: repeating it is safe (E28).</summary>
    public sealed record PublishPanic(PanicTrigger Trigger);

    public sealed record AckPanic(string StreamId);

    /// <summary>Tells the group that these entries are still being worked on, so that nobody claims them.</summary>
    public sealed record KeepPanics(IReadOnlyList<string> StreamIds);

    /// <summary>
    /// Claims an event for a worker, or refreshes its claim. Another worker's claim that has not been refreshed for
    /// <paramref name="IdleMs"/> ms on Redis' own clock is taken over.
    /// </summary>
    public sealed record ClaimPanic(EventId EventId, string Worker, int IdleMs);

    /// <summary>Sets <c>system:state:trading</c> and its witness. Never clears anything.</summary>
    public sealed record SetHalt(HaltRecord Halt);

    /// <summary>Reads the halt hash, and whether Redis remembers that <paramref name="Of"/> set it.</summary>
    public sealed record GetHalt(EventId? Of);

    /// <summary>What Redis remembers of an event, whoever handled it. Reply: <see cref="PanicHistoryRead"/>.</summary>
    public sealed record GetPanicHistory(EventId EventId);

    /// <summary>
    /// In one step: the completion entry, the halt hash and the event's mark as done; none of them when the event is done already.
    /// </summary>
    public sealed record PublishCompletion(PanicCompletion Completion, HaltRecord Halt);

    /// <summary>Marks an event as refused for good and leaves a machine-readable record with its cause (E44).</summary>
    public sealed record PublishRefusal(EventId EventId, PanicEntry Entry, string Cause);

    public sealed record PublishAlarm(Alarm Alarm);

    public sealed record Connected;

    /// <param name="Why">One line.</param>
    /// <param name="Refused">The server is there and will not have us: somebody must change the settings, or the server.</param>
    public sealed record Disconnected(string Why, bool Refused = false);

    /// <param name="Heartbeat">The entry.</param>
    /// <param name="Backlog">It stood in the stream before the subscription: it says what was, not that anyone lives now.</param>
    public sealed record HeartbeatSeen(Heartbeat Heartbeat, bool Backlog);

    public sealed record HeartbeatMalformed(string StreamId, string Why);

    /// <param name="Completion">The entry.</param>
    /// <param name="Backlog">It stood in the stream before the subscription.</param>
    public sealed record CompletionSeen(PanicCompletion Completion, bool Backlog);

    /// <summary>The simple commands' reply: what was asked is done.</summary>
    public sealed record Done(object Command);

    public sealed record PanicPublished(EventId EventId, string StreamId);

    public sealed record PanicClaimed(EventId EventId, PanicClaim Claim, string Holder);

    /// <param name="EventId">As asked.</param>
    /// <param name="CompletedBy">The worker that completed it; null when nobody has, as far as Redis remembers.</param>
    /// <param name="HaltWasSet">Its halt was set once; whether it still stands is another question.</param>
    public sealed record PanicHistoryRead(EventId EventId, string? CompletedBy, bool HaltWasSet);

    /// <param name="Of">As asked.</param>
    /// <param name="Fields">The hash as it stands, empty when there is none.</param>
    /// <param name="Witnessed">
    /// Redis remembers the halt of <paramref name="Of"/>. Halted no more and witnessed: a person cleared it. Neither: Redis lost its
    /// memory, and the halt stands (S14).
    /// </param>
    public sealed record HaltRead(EventId? Of, IReadOnlyList<KeyValuePair<string, string>> Fields, bool Witnessed)
    {
        public bool Halted => PanicWire.IsHalted(Fields);
    }

    public sealed record LivenessRead(IReadOnlySet<string> Roles);

    /// <param name="EventId">The event.</param>
    /// <param name="First">False when the event was done before: then nothing was written.</param>
    /// <param name="HaltTrouble">Why the halt hash could not be written beside it; null when it was (X13).</param>
    public sealed record CompletionPublished(EventId EventId, bool First, string? HaltTrouble);

    public sealed record NotDone(object Command, RedisDoubt Doubt, string Why);
}
