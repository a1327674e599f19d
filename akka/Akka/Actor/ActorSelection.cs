using System.Text;
using System.Text.RegularExpressions;
using Akka.Actor.Internal;

namespace Akka.Actor;

/// <summary>Tells to whatever actors a path with wildcards means at that moment.</summary>
public class ActorSelection : ICanTell
{
    private readonly SelectionPathElement[] _path;

    /// <summary>Makes a selection that starts at an actor.</summary>
    public ActorSelection(IActorRef anchor, string path)
        : this(anchor, path.Length == 0 ? [] : path.Split('/'))
    {
    }

    /// <summary>Makes a selection that starts at an actor.</summary>
    public ActorSelection(IActorRef anchor, IEnumerable<string> elements)
    {
        Anchor = anchor;
        _path = elements.Where(element => element.Length > 0).Select(SelectionPathElement.Of).ToArray();
        if (_path.SkipLast(1).Any(element => element is SelectChildRecursive))
        {
            throw new IllegalActorNameException($"Only the last element of a path can be **: {PathString}");
        }
    }

    /// <summary>Where the path starts.</summary>
    public IActorRef Anchor { get; }

    /// <summary>The elements.</summary>
    public SelectionPathElement[] Path => _path;

    /// <summary>The elements as text.</summary>
    public string PathString => "/" + string.Join('/', _path.Select(element => element.ToString()));

    /// <inheritdoc />
    public void Tell(object message, IActorRef? sender = null)
    {
        if (message is null)
        {
            throw new InvalidMessageException("Message is null.");
        }

        Deliver(Anchor, 0, message, sender ?? ActorCell.GetCurrentSelfOrNoSender(), isFanOut: false);
    }

    /// <summary>The one actor of this selection.</summary>
    /// <exception cref="ActorNotFoundException">There is none, or none answered in time.</exception>
    public Task<IActorRef> ResolveOne(TimeSpan timeout) => ResolveOne(timeout, CancellationToken.None);

    /// <summary>The one actor of this selection.</summary>
    /// <exception cref="ActorNotFoundException">There is none, or none answered in time.</exception>
    public async Task<IActorRef> ResolveOne(TimeSpan timeout, CancellationToken ct)
    {
        ActorIdentity identity;
        try
        {
            identity = await this.Ask<ActorIdentity>(new Identify(null!), timeout, ct).ConfigureAwait(false);
        }
        catch (AskTimeoutException e)
        {
            throw new ActorNotFoundException($"Failed to resolve {this} within {timeout}", e);
        }

        return identity.Subject ?? throw new ActorNotFoundException($"Failed to resolve {this}: subject was null.");
    }

    /// <inheritdoc />
    public override bool Equals(object? obj) =>
        obj is ActorSelection other && Equals(Anchor, other.Anchor) && PathString == other.PathString;

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Anchor, PathString);

    /// <inheritdoc />
    public override string ToString() => $"ActorSelection[Anchor({Anchor.Path.ToStringWithUid()}), Path({PathString})]";

    private void Deliver(IActorRef at, int index, object message, IActorRef sender, bool isFanOut)
    {
        for (; index < _path.Length; index++)
        {
            switch (_path[index])
            {
                case SelectParent:
                    at = at is IInternalActorRef inner && at.Path.Depth > 0 ? inner.Parent : at;
                    break;
                case SelectChildName child:
                    var found = at is IInternalActorRef parent ? parent.GetChild([child.Name]) : ActorRefs.Nobody;
                    if (found.IsNobody())
                    {
                        Missing(at, index, message, sender, isFanOut);
                        return;
                    }

                    at = found;
                    break;
                case SelectChildPattern pattern:
                    FanOut(at, index, pattern, message, sender, isFanOut);
                    return;
                case SelectChildRecursive:
                    TellBelow(at, message, sender);
                    return;
                default:
                    throw new NotSupportedException($"Unknown selection element {_path[index]}");
            }
        }

        at.Tell(message, sender);
    }

    private static IEnumerable<IActorRef> ChildrenOf(IActorRef at) =>
        at is LocalActorRef local ? local.Cell.GetChildren() : [];

    private static void TellBelow(IActorRef at, object message, IActorRef sender)
    {
        foreach (var child in ChildrenOf(at))
        {
            child.Tell(message, sender);
            TellBelow(child, message, sender);
        }
    }

    private void FanOut(
        IActorRef at, int index, SelectChildPattern pattern, object message, IActorRef sender, bool isFanOut)
    {
        var matching = ChildrenOf(at).Where(child => pattern.IsMatch(child.Path.Name)).ToList();
        if (matching.Count == 0)
        {
            Missing(at, index, message, sender, isFanOut);
            return;
        }

        var isLast = index == _path.Length - 1;
        foreach (var child in matching)
        {
            if (isLast)
            {
                child.Tell(message, sender);
            }
            else
            {
                Deliver(child, index + 1, message, sender, isFanOut || matching.Count > 1);
            }
        }
    }

    private void Missing(IActorRef at, int index, object message, IActorRef sender, bool isFanOut)
    {
        if (isFanOut)
        {
            // One branch of a wildcard without the rest of the path is no dead letter.
            return;
        }

        var system = ((Anchor as IInternalActorRef)?.Provider as LocalActorRefProvider)?.System;
        if (system is null)
        {
            return;
        }

        var path = at.Path.Root / at.Path.Elements.Concat(_path.Skip(index).Select(e => e.ToString()!));
        ICanTell empty = new EmptyLocalActorRef(system.Provider, path, system.EventStream);
        empty.Tell(message, sender);
    }
}

/// <summary>One step of a selection.</summary>
public abstract class SelectionPathElement
{
    internal static SelectionPathElement Of(string element) => element switch
    {
        ".." => new SelectParent(),
        "**" => SelectChildRecursive.Instance,
        _ when element.Contains('*', StringComparison.Ordinal) || element.Contains('?', StringComparison.Ordinal) =>
            new SelectChildPattern(element),
        _ => new SelectChildName(element),
    };
}

/// <summary>A child by name.</summary>
public class SelectChildName(string name) : SelectionPathElement
{
    /// <summary>The name.</summary>
    public string Name { get; } = name;

    /// <inheritdoc />
    public override string ToString() => Name;
}

/// <summary>Children by pattern.</summary>
public class SelectChildPattern : SelectionPathElement
{
    private readonly Regex _regex;

    /// <summary>Makes the step; <c>*</c> is any text, <c>?</c> any character.</summary>
    public SelectChildPattern(string patternStr)
    {
        PatternStr = patternStr;
        var text = new StringBuilder("^");
        foreach (var c in patternStr)
        {
            text.Append(c switch { '*' => ".*", '?' => ".", _ => Regex.Escape(c.ToString()) });
        }

        _regex = new Regex(text.Append('$').ToString(), RegexOptions.CultureInvariant | RegexOptions.Singleline);
    }

    /// <summary>The pattern.</summary>
    public string PatternStr { get; }

    /// <inheritdoc />
    public override string ToString() => PatternStr;

    internal bool IsMatch(string name) => _regex.IsMatch(name);
}

/// <summary>Every actor below, at any depth.</summary>
public class SelectChildRecursive : SelectionPathElement
{
    /// <summary>The only instance.</summary>
    public static readonly SelectChildRecursive Instance = new();

    private SelectChildRecursive()
    {
    }

    /// <inheritdoc />
    public override string ToString() => "**";
}

/// <summary>The parent.</summary>
public class SelectParent : SelectionPathElement
{
    /// <inheritdoc />
    public override string ToString() => "..";
}

/// <summary>Makes selections from text.</summary>
public static class ActorRefFactoryShared
{
    /// <summary>A selection by path.</summary>
    public static ActorSelection ActorSelection(ActorPath actorPath, ActorSystem system) =>
        new(((ExtendedActorSystem)system).Provider.ResolveActorRef(actorPath.Root), actorPath.ElementsWithUid);

    /// <summary>A selection by text; a relative one starts at <paramref name="lookupRoot"/>.</summary>
    public static ActorSelection ActorSelection(string path, ActorSystem system, IActorRef lookupRoot)
    {
        if (string.IsNullOrEmpty(path))
        {
            return new ActorSelection(system.DeadLetters, "");
        }

        if (ActorPath.TryParse(path, out var absolute))
        {
            return ActorSelection(absolute, system);
        }

        if (path.Contains("://", StringComparison.Ordinal))
        {
            // Absolute, but of no actor system.
            return new ActorSelection(system.DeadLetters, "");
        }

        return path.StartsWith('/')
            ? new ActorSelection(((ExtendedActorSystem)system).Provider.RootGuardian, path)
            : new ActorSelection(lookupRoot, path);
    }
}
