using Akka.Actor;

namespace Akka.TestKit.TestEvent;

/// <summary>From now on the listener does not print what these filters match.</summary>
public sealed class Mute : INoSerializationVerificationNeeded
{
    public Mute(params EventFilterBase[] filters) : this((IReadOnlyCollection<EventFilterBase>)filters)
    {
    }

    public Mute(IReadOnlyCollection<EventFilterBase> filters) => Filters = filters;

    public IReadOnlyCollection<EventFilterBase> Filters { get; }
}

/// <summary>Ends what <see cref="Mute"/> began.</summary>
public sealed class Unmute : INoSerializationVerificationNeeded
{
    public Unmute(params EventFilterBase[] filters) : this((IReadOnlyCollection<EventFilterBase>)filters)
    {
    }

    public Unmute(IReadOnlyCollection<EventFilterBase> filters) => Filters = filters;

    public IReadOnlyCollection<EventFilterBase> Filters { get; }
}
