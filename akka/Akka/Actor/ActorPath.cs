using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Akka.Actor;

/// <summary>The place of an actor in its tree. Equality ignores the uid.</summary>
public abstract class ActorPath : IEquatable<ActorPath>, IComparable<ActorPath>
{
    /// <summary>The uid of a path that names no particular incarnation.</summary>
    public const long UndefinedUid = 0;

    internal const string ValidSymbols = "-_.*$+:@&=,!~';()";

    private readonly int _hash;

    private protected ActorPath(Address address, string name)
    {
        Address = address;
        Name = name;
        Parent = this;
        _hash = HashCode.Combine(address, name);
    }

    private protected ActorPath(ActorPath parentPath, string name, long uid)
    {
        Address = parentPath.Address;
        Name = name;
        Parent = parentPath;
        Uid = uid;
        Depth = parentPath.Depth + 1;
        _hash = HashCode.Combine(parentPath._hash, name);
    }

    /// <summary>The last element; <c>/</c> for a root.</summary>
    public string Name { get; }

    /// <summary>The incarnation, or <see cref="UndefinedUid"/>.</summary>
    public long Uid { get; }

    /// <summary>The parent; a root is its own.</summary>
    public ActorPath Parent { get; }

    /// <summary>The address of the system.</summary>
    public Address Address { get; }

    /// <summary>Elements below the root.</summary>
    public int Depth { get; }

    /// <summary>The root of this path.</summary>
    public ActorPath Root => ParentOf(-Depth);

    /// <summary>The names from below the root down to this one.</summary>
    public IReadOnlyList<string> Elements
    {
        get
        {
            var elements = new string[Depth];
            var path = this;
            for (var i = Depth - 1; i >= 0; i--)
            {
                elements[i] = path.Name;
                path = path.Parent;
            }

            return elements;
        }
    }

    /// <summary>The elements, the last one with its uid.</summary>
    public IReadOnlyList<string> ElementsWithUid
    {
        get
        {
            var elements = (string[])Elements;
            if (elements.Length > 0)
            {
                elements[^1] = AppendUid(elements[^1]);
            }

            return elements;
        }
    }

    /// <summary>The same path for another incarnation.</summary>
    public abstract ActorPath WithUid(long uid);

    /// <summary>The ancestor at a depth: positive counts from the root, negative from here.</summary>
    public ActorPath ParentOf(int depth)
    {
        var steps = depth < 0 ? -depth : Depth - depth;
        var path = this;
        while (steps-- > 0 && path.Depth > 0)
        {
            path = path.Parent;
        }

        return path;
    }

    /// <summary>A child's path; <c>name#uid</c> sets the uid.</summary>
    public ActorPath Child(string childName) => this / childName;

    /// <summary>A child's path.</summary>
    public static ActorPath operator /(ActorPath path, string name)
    {
        var hash = name.IndexOf('#', StringComparison.Ordinal);
        return hash >= 0 && long.TryParse(name.AsSpan(hash + 1), CultureInfo.InvariantCulture, out var uid)
            ? new ChildActorPath(path, name[..hash], uid)
            : new ChildActorPath(path, name, UndefinedUid);
    }

    /// <summary>A descendant's path.</summary>
    public static ActorPath operator /(ActorPath path, IEnumerable<string> name) =>
        name.Where(element => element.Length > 0).Aggregate(path, (current, element) => current / element);

    /// <summary>Equality without uid.</summary>
    public static bool operator ==(ActorPath? left, ActorPath? right) =>
        left is null ? right is null : left.Equals(right);

    /// <summary>Inequality without uid.</summary>
    public static bool operator !=(ActorPath? left, ActorPath? right) => !(left == right);

    /// <summary>True for a text that may be one element of a path.</summary>
    public static bool IsValidPathElement(string s)
    {
        if (string.IsNullOrEmpty(s) || s[0] == '$')
        {
            return false;
        }

        for (var i = 0; i < s.Length; i++)
        {
            if (char.IsAsciiLetterOrDigit(s[i]) || ValidSymbols.Contains(s[i], StringComparison.Ordinal))
            {
                continue;
            }

            var isEscape = s[i] == '%' && i + 2 < s.Length &&
                char.IsAsciiHexDigit(s[i + 1]) && char.IsAsciiHexDigit(s[i + 2]);
            if (!isEscape)
            {
                return false;
            }

            i += 2;
        }

        return true;
    }

    /// <summary>Parses an absolute path.</summary>
    /// <exception cref="UriFormatException">The text is no path.</exception>
    public static ActorPath Parse(string path) => TryParse(path, out var actorPath)
        ? actorPath
        : throw new UriFormatException($"Can not parse an ActorPath: {path}");

    /// <summary>Parses an absolute path.</summary>
    public static bool TryParse(string path, [NotNullWhen(true)] out ActorPath? actorPath)
    {
        actorPath = null;
        return Address.TryParse(path, out var address, out var absoluteUri) &&
            TryParse(new RootActorPath(address), absoluteUri, out actorPath);
    }

    /// <summary>Parses the path part, below a base path.</summary>
    public static bool TryParse(ActorPath basePath, string absoluteUri, [NotNullWhen(true)] out ActorPath? actorPath)
    {
        actorPath = null;
        if (string.IsNullOrEmpty(absoluteUri) || absoluteUri[0] != '/')
        {
            return false;
        }

        var path = basePath;
        foreach (var element in absoluteUri.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            path /= element;
        }

        actorPath = path;
        return true;
    }

    /// <summary>The path part only: <c>/user/a</c>.</summary>
    public string ToStringWithoutAddress()
    {
        if (Depth == 0)
        {
            return Name;
        }

        var text = new StringBuilder();
        foreach (var element in Elements)
        {
            text.Append('/').Append(element);
        }

        return text.ToString();
    }

    /// <summary>The path with its own address.</summary>
    public string ToStringWithAddress() => ToStringWithAddress(Address);

    /// <summary>The path with the given address, unless its own names a host.</summary>
    public string ToStringWithAddress(Address address)
    {
        var shown = Address.Host is null ? address : Address;
        return shown + ToStringWithoutAddress();
    }

    /// <summary>The path with address and uid.</summary>
    public string ToSerializationFormat() => AppendUid(ToStringWithAddress());

    /// <summary>The path with the given address and its uid.</summary>
    public string ToSerializationFormatWithAddress(Address address) => AppendUid(ToStringWithAddress(address));

    /// <summary>The path with its uid.</summary>
    public string ToStringWithUid() => AppendUid(ToStringWithAddress());

    /// <inheritdoc />
    public override string ToString() => ToStringWithAddress();

    /// <inheritdoc />
    public bool Equals(ActorPath? other)
    {
        if (other is null || _hash != other._hash || Depth != other.Depth)
        {
            return false;
        }

        ActorPath a = this, b = other;
        while (!ReferenceEquals(a, b))
        {
            if (a.Name != b.Name)
            {
                return false;
            }

            if (a.Depth == 0)
            {
                return a.Address.Equals(b.Address);
            }

            a = a.Parent;
            b = b.Parent;
        }

        return true;
    }

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is ActorPath other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => _hash;

    /// <inheritdoc />
    public int CompareTo(ActorPath? other)
    {
        if (other is null)
        {
            return 1;
        }

        var byAddress = Address.CompareTo(other.Address);
        return byAddress != 0
            ? byAddress
            : string.CompareOrdinal(ToStringWithoutAddress(), other.ToStringWithoutAddress());
    }

    private string AppendUid(string text) =>
        Uid == UndefinedUid ? text : text + "#" + Uid.ToString(CultureInfo.InvariantCulture);
}
