using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Akka.Actor;

/// <summary>Where an actor system lives: protocol, system name and, for a remote one, host and port.</summary>
public sealed class Address : IEquatable<Address>, IComparable<Address>, IComparable
{
    /// <summary>Stands for every system.</summary>
    public static readonly Address AllSystems = new("akka", "all-systems");

    /// <summary>Makes an address; host and port come together or not at all.</summary>
    public Address(string protocol, string system, string? host = null, int? port = null)
    {
        Protocol = protocol;
        System = system;
        Host = host?.ToLowerInvariant();
        Port = port;
    }

    /// <summary>The protocol, <c>akka</c> for local systems.</summary>
    public string Protocol { get; }

    /// <summary>The name of the actor system.</summary>
    public string System { get; }

    /// <summary>The host, in lower case.</summary>
    public string? Host { get; }

    /// <summary>The port.</summary>
    public int? Port { get; }

    /// <summary>True when the address names no host.</summary>
    public bool HasLocalScope => string.IsNullOrEmpty(Host);

    /// <summary>True when the address names a host.</summary>
    public bool HasGlobalScope => !HasLocalScope;

    /// <summary>The address with another protocol.</summary>
    public Address WithProtocol(string protocol) => new(protocol, System, Host, Port);

    /// <summary>The address with another system.</summary>
    public Address WithSystem(string system) => new(Protocol, system, Host, Port);

    /// <summary>The address with another host.</summary>
    public Address WithHost(string? host = null) => new(Protocol, System, host, Port);

    /// <summary>The address with another port.</summary>
    public Address WithPort(int? port = null) => new(Protocol, System, Host, port);

    /// <summary>The <c>system@host:port</c> part.</summary>
    public string HostPort() => ToString()[(Protocol.Length + 3)..];

    /// <inheritdoc />
    public override string ToString()
    {
        var text = $"{Protocol}://{System}";
        if (!string.IsNullOrEmpty(Host))
        {
            text += "@" + Host;
        }

        return Port is { } port ? text + ":" + port.ToString(CultureInfo.InvariantCulture) : text;
    }

    /// <inheritdoc />
    public bool Equals(Address? other) =>
        other is not null && (ReferenceEquals(this, other) ||
            (Port == other.Port && Host == other.Host && System == other.System && Protocol == other.Protocol));

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is Address other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Host, Port, System, Protocol);

    /// <inheritdoc />
    public int CompareTo(Address? other)
    {
        if (other is null)
        {
            return 1;
        }

        var order = string.CompareOrdinal(Protocol, other.Protocol);
        order = order != 0 ? order : string.CompareOrdinal(System, other.System);
        order = order != 0 ? order : string.CompareOrdinal(Host ?? "", other.Host ?? "");
        return order != 0 ? order : (Port ?? 0).CompareTo(other.Port ?? 0);
    }

    /// <inheritdoc />
    public int CompareTo(object? obj) => obj is Address other
        ? CompareTo(other)
        : throw new ArgumentException($"Cannot compare {nameof(Address)} with [{obj}].", nameof(obj));

    /// <summary>Equality by value.</summary>
    public static bool operator ==(Address? left, Address? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Inequality by value.</summary>
    public static bool operator !=(Address? left, Address? right) => !(left == right);

    /// <summary>Parses <c>protocol://system[@host:port]</c>.</summary>
    /// <exception cref="UriFormatException">The text is no address.</exception>
    public static Address Parse(string address) =>
        TryParse(address, out var parsed) ? parsed : throw new UriFormatException($"Invalid address [{address}]");

    /// <summary>Parses an address; a trailing path is ignored.</summary>
    public static bool TryParse(string path, [NotNullWhen(true)] out Address? address) =>
        TryParse(path, out address, out _);

    /// <summary>Parses an address and gives the rest of the text, from the first slash after it.</summary>
    public static bool TryParse(
        string path, [NotNullWhen(true)] out Address? address, [NotNullWhen(true)] out string? absolutUri)
    {
        address = null;
        absolutUri = null;
        var schemeEnd = path.IndexOf("://", StringComparison.Ordinal);
        if (schemeEnd <= 0 || !path.StartsWith("akka", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var authorityStart = schemeEnd + 3;
        var slash = path.IndexOf('/', authorityStart);
        var authority = slash < 0 ? path[authorityStart..] : path[authorityStart..slash];
        if (!TryParseAuthority(path[..schemeEnd], authority, out address))
        {
            return false;
        }

        absolutUri = slash < 0 ? "/" : path[slash..];
        return true;
    }

    private static bool TryParseAuthority(string protocol, string authority, [NotNullWhen(true)] out Address? address)
    {
        address = null;
        // The canonical form of a scheme and of a host is lower case; the system's name keeps its own.
        protocol = protocol.ToLowerInvariant();
        var at = authority.IndexOf('@');
        var system = at < 0 ? authority : authority[..at];
        if (system.Length == 0)
        {
            return false;
        }

        if (at < 0)
        {
            address = new Address(protocol, system);
            return true;
        }

        var hostPort = authority[(at + 1)..].ToLowerInvariant();
        var colon = hostPort.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(
                hostPort.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port > ushort.MaxValue)
        {
            return false;
        }

        address = new Address(protocol, system, hostPort[..colon], port);
        return true;
    }
}
