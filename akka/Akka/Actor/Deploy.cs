namespace Akka.Actor;

/// <summary>Where an actor is deployed.</summary>
public abstract class Scope : IEquatable<Scope>
{
    /// <inheritdoc />
    public virtual bool Equals(Scope? other) => other?.GetType() == GetType();

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is Scope other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => GetType().GetHashCode();
}

/// <summary>In this process.</summary>
public sealed class LocalScope : Scope
{
    private LocalScope()
    {
    }

    /// <summary>The one instance.</summary>
    public static LocalScope Instance { get; } = new();
}

/// <summary>How and where an actor runs. Empty text and null mean: not said.</summary>
public sealed class Deploy : IEquatable<Deploy>
{
    /// <summary>No dispatcher is named.</summary>
    public const string NoDispatcherGiven = "";

    /// <summary>No mailbox is named.</summary>
    public const string NoMailboxGiven = "";

    /// <summary>No limit of the stash is given.</summary>
    public const int NoStashSize = -1;

    /// <summary>In this process.</summary>
    public static readonly Deploy Local = new(scope: LocalScope.Instance);

    /// <summary>Makes a deployment.</summary>
    public Deploy(
        string path = "",
        Scope? scope = null,
        string dispatcher = NoDispatcherGiven,
        string mailbox = NoMailboxGiven,
        int stashCapacity = NoStashSize)
    {
        Path = path;
        Scope = scope;
        Dispatcher = dispatcher;
        Mailbox = mailbox;
        StashCapacity = stashCapacity;
    }

    /// <summary>The path it applies to.</summary>
    public string Path { get; }

    /// <summary>Where.</summary>
    public Scope? Scope { get; }

    /// <summary>The id of the dispatcher.</summary>
    public string Dispatcher { get; }

    /// <summary>The id of the mailbox.</summary>
    public string Mailbox { get; }

    /// <summary>The limit of the stash.</summary>
    public int StashCapacity { get; }

    /// <summary>The same elsewhere.</summary>
    public Deploy WithScope(Scope scope) => new(Path, scope, Dispatcher, Mailbox, StashCapacity);

    /// <summary>The same in another mailbox.</summary>
    public Deploy WithMailbox(string mailbox) => new(Path, Scope, Dispatcher, mailbox, StashCapacity);

    /// <summary>The same on another dispatcher.</summary>
    public Deploy WithDispatcher(string dispatcher) => new(Path, Scope, dispatcher, Mailbox, StashCapacity);

    /// <summary>The same with another limit of the stash.</summary>
    public Deploy WithStashCapacity(int stashSize) => new(Path, Scope, Dispatcher, Mailbox, stashSize);

    /// <summary>This deployment, completed from another.</summary>
    public Deploy WithFallback(Deploy other) => new(
        Path,
        Scope ?? other.Scope,
        Dispatcher.Length == 0 ? other.Dispatcher : Dispatcher,
        Mailbox.Length == 0 ? other.Mailbox : Mailbox,
        StashCapacity == NoStashSize ? other.StashCapacity : StashCapacity);

    /// <inheritdoc />
    public bool Equals(Deploy? other) =>
        other is not null && Path == other.Path && Equals(Scope, other.Scope) && Dispatcher == other.Dispatcher &&
        Mailbox == other.Mailbox && StashCapacity == other.StashCapacity;

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is Deploy other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Path, Dispatcher, Mailbox);
}
