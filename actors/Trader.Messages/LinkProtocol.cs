namespace Trader.Messages;

/// <summary>The roles that serve a direct link: server-sent events over plain HTTP (DESIGN section 4).</summary>
public enum LinkPeer
{
    ExitBrain,
    Watchdog,
    PanicClose,
    Governor,
    PositionState,
    ApplyLayer,
}

/// <summary>The link gateway's messages: the second, Redis-independent way by which the processes meet.</summary>
public static class LinkProtocol
{
    /// <summary>Event name of a periodic sign of life.</summary>
    public const string HeartbeatEvent = "heartbeat";

    /// <summary>Event name that announces a clean stop.</summary>
    public const string StoppingEvent = "stopping";

    /// <summary>Event name of a panic completion.</summary>
    public const string CompletionEvent = "completion";

    /// <summary>Subscribes the sender to a peer's events. The gateway keeps the connection, and reconnects for ever.</summary>
    public sealed record Watch(LinkPeer Peer);

    /// <summary>Sends an event to everyone who watches <paramref name="As"/> on this node.</summary>
    public sealed record Announce(LinkPeer As, string Event, IReadOnlyList<KeyValuePair<string, string>> Fields);

    /// <summary>Hands a panic straight to the panic-close worker. Replies: <see cref="PanicDelivered"/> or <see cref="PanicNotDelivered"/>.</summary>
    public sealed record SendPanic(PanicTrigger Trigger);

    /// <summary>Subscribes the sender to <see cref="PanicAccess"/>, which comes with every check of the workers.</summary>
    public sealed record WatchPanicAccess;

    public sealed record Up(LinkPeer Peer);

    public sealed record EventSeen(LinkPeer Peer, string Event, IReadOnlyList<KeyValuePair<string, string>> Fields);

    /// <summary>The connection ended. By itself it proves nothing.</summary>
    public sealed record Lost(LinkPeer Peer);

    /// <summary>A connection attempt was refused: on that host nothing listens on the peer's port.</summary>
    public sealed record Refused(LinkPeer Peer);

    /// <summary>A connection attempt got no answer. It proves nothing: the age rules apply.</summary>
    public sealed record NoAnswer(LinkPeer Peer);

    /// <param name="Reached">Workers that would take a panic of this node now.</param>
    /// <param name="RefusedBy">Host and port of those that refuse its token: a panic by the link would be refused too.</param>
    public sealed record PanicAccess(int Reached, IReadOnlyList<string> RefusedBy);

    public sealed record PanicDelivered(EventId EventId);

    public sealed record PanicNotDelivered(EventId EventId, string Why);
}
