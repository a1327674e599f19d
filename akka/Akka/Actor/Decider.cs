namespace Akka.Actor;

/// <summary>What a supervisor does about a failed child.</summary>
public enum Directive
{
    /// <summary>Goes on with the next message, state kept.</summary>
    Resume,

    /// <summary>Goes on with a new instance.</summary>
    Restart,

    /// <summary>Fails itself with the same cause.</summary>
    Escalate,

    /// <summary>Stops the child.</summary>
    Stop,
}

/// <summary>Chooses the directive.</summary>
public interface IDecider
{
    /// <summary>The directive for a failure.</summary>
    Directive Decide(Exception cause);
}

/// <summary>Makes deciders.</summary>
public static class Decider
{
    /// <summary>A decider by exception type; the first pair whose type fits wins.</summary>
    public static DeployableDecider From(
        Directive defaultDirective, params KeyValuePair<Type, Directive>[] pairs) => new(defaultDirective, pairs);

    /// <summary>A decider by exception type.</summary>
    public static DeployableDecider From(
        Directive defaultDirective, IEnumerable<KeyValuePair<Type, Directive>> pairs) => new(defaultDirective, pairs);

    /// <summary>A decider by function.</summary>
    public static LocalOnlyDecider From(Func<Exception, Directive> localOnlyDecider) => new(localOnlyDecider);
}

/// <summary>A decider by function.</summary>
public class LocalOnlyDecider : IDecider
{
    private readonly Func<Exception, Directive> _decider;

    /// <summary>Makes the decider.</summary>
    public LocalOnlyDecider(Func<Exception, Directive> decider) => _decider = decider;

    /// <inheritdoc />
    public Directive Decide(Exception cause) => _decider(cause);
}

/// <summary>A decider by exception type.</summary>
public class DeployableDecider : IDecider
{
    /// <summary>Makes the decider.</summary>
    public DeployableDecider(Directive defaultDirective, IEnumerable<KeyValuePair<Type, Directive>> pairs)
    {
        DefaultDirective = defaultDirective;
        Pairs = pairs.ToArray();
    }

    /// <summary>Makes the decider.</summary>
    public DeployableDecider(Directive defaultDirective, params KeyValuePair<Type, Directive>[] pairs)
        : this(defaultDirective, pairs.AsEnumerable())
    {
    }

    /// <summary>For an exception that no pair fits.</summary>
    public Directive DefaultDirective { get; }

    /// <summary>Exception types, in order, with their directives.</summary>
    public KeyValuePair<Type, Directive>[] Pairs { get; }

    /// <inheritdoc />
    public Directive Decide(Exception cause)
    {
        foreach (var (type, directive) in Pairs)
        {
            if (type.IsInstanceOfType(cause))
            {
                return directive;
            }
        }

        return DefaultDirective;
    }
}
