using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Trader.Redis;

/// <summary>
/// Where a Redis is and who we are there. It never shows its password: not as text, not in an error line (S16).
/// </summary>
public sealed class RedisEndpoint
{
    /// <summary>Redis' registered port.</summary>
    public const int DefaultPort = 6379;

    /// <param name="host">Host name or address; an IPv6 address without brackets.</param>
    /// <param name="port">1 to 65535.</param>
    /// <param name="database">0 or more; the server decides how many it has (16 by default).</param>
    /// <param name="user">ACL user; null is the server's <c>default</c> user.</param>
    /// <param name="password">Null: no authentication is tried.</param>
    /// <param name="useTls">True for <c>rediss</c>.</param>
    /// <exception cref="ArgumentException">A part is out of its range; the message names the part, not its
    /// content.</exception>
    public RedisEndpoint(
        string host,
        int port = DefaultPort,
        int database = 0,
        string? user = null,
        string? password = null,
        bool useTls = false)
    {
        if (!IsHost(host))
        {
            throw new ArgumentException("the host is empty or has characters a host cannot have", nameof(host));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(port, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, ushort.MaxValue);
        ArgumentOutOfRangeException.ThrowIfNegative(database);
        if (user is not null && password is null)
        {
            throw new ArgumentException("a user without a password", nameof(user));
        }

        Host = host;
        Port = port;
        Database = database;
        User = user;
        Password = password;
        UseTls = useTls;
    }

    public string Host { get; }

    public int Port { get; }

    public int Database { get; }

    /// <summary>The ACL user, or null for the server's <c>default</c> user.</summary>
    public string? User { get; }

    public bool UseTls { get; }

    internal string? Password { get; }

    /// <summary>
    /// Reads <c>redis://[[user]:password@]host[:port][/db]</c> or <c>rediss://…</c> (TLS). User and password are
    /// percent-decoded. The error line quotes nothing of the address, because any part of a mistyped one may be the
    /// password.
    /// </summary>
    public static bool TryParse(
        string? url, [NotNullWhen(true)] out RedisEndpoint? endpoint, out string error)
    {
        endpoint = null;
        url ??= "";
        bool tls = url.StartsWith("rediss://", StringComparison.OrdinalIgnoreCase);
        if (!tls && !url.StartsWith("redis://", StringComparison.OrdinalIgnoreCase))
        {
            return Refuse("it must begin with redis:// or rediss://", out error);
        }

        string rest = url[(tls ? 9 : 8)..];
        int authorityEnd = rest.IndexOfAny(['/', '?', '#']);
        string authority = authorityEnd < 0 ? rest : rest[..authorityEnd];
        string tail = authorityEnd < 0 ? "" : rest[authorityEnd..];
        if (tail.Contains('@', StringComparison.Ordinal))
        {
            return Refuse("'/', '?' and '#' in a user or password must be percent-encoded (%2F, %3F, %23)", out error);
        }

        int at = authority.LastIndexOf('@');
        string? user = null;
        string? password = null;
        if (at >= 0 && !TryCredentials(authority[..at], out user, out password))
        {
            return Refuse(
                "before '@' stands user:password or :password, percent-encoded; a user alone is not enough", out error);
        }

        if (!TryHostPort(authority[(at + 1)..], out string host, out int port))
        {
            return Refuse("after '@' or '//' stands host or host:port, with a port from 1 to 65535", out error);
        }

        int database = 0;
        if (tail is not ("" or "/") && (tail[0] != '/' || !TryNumber(tail.AsSpan(1), out database)))
        {
            return Refuse("after the host may stand only /db, a database number; options are not supported", out error);
        }

        endpoint = new RedisEndpoint(host, port, database, user, password, tls);
        error = "";
        return true;
    }

    /// <summary>As <see cref="TryParse"/>, for callers that have no use for a bad address.</summary>
    /// <exception cref="FormatException">With TryParse's error line, which never holds the password.</exception>
    public static RedisEndpoint Parse(string url) =>
        TryParse(url, out RedisEndpoint? endpoint, out string error) ? endpoint : throw new FormatException(error);

    /// <summary>The address without user and password; fit for a log line.</summary>
    public override string ToString()
    {
        string host = Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host;
        string scheme = UseTls ? "rediss" : "redis";
        return string.Create(CultureInfo.InvariantCulture, $"{scheme}://{host}:{Port}/{Database}");
    }

    private static bool Refuse(string why, out string error)
    {
        error = $"Redis address is not usable: {why}";
        return false;
    }

    private static bool TryCredentials(string text, out string? user, out string? password)
    {
        user = null;
        password = null;
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0
            || !TryDecode(text[..colon], out string name)
            || !TryDecode(text[(colon + 1)..], out string secret)
            || secret.Length == 0)
        {
            return false;
        }

        user = name.Length == 0 ? null : name;
        password = secret;
        return true;
    }

    private static bool TryHostPort(string text, out string host, out int port)
    {
        port = DefaultPort;
        host = text;
        int portAt;
        if (text.StartsWith('['))
        {
            int close = text.IndexOf(']', StringComparison.Ordinal);
            if (close < 0 || (close + 1 < text.Length && text[close + 1] != ':'))
            {
                return false;
            }

            host = text[1..close];
            portAt = close + 1 < text.Length ? close + 1 : -1;
        }
        else
        {
            portAt = text.IndexOf(':', StringComparison.Ordinal);
            host = portAt < 0 ? text : text[..portAt];
        }

        return IsHost(host)
            && (portAt < 0
                || (TryNumber(text.AsSpan(portAt + 1), out port) && port is >= 1 and <= ushort.MaxValue));
    }

    private static bool TryNumber(ReadOnlySpan<char> text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static bool IsHost(string? host) =>
        !string.IsNullOrEmpty(host) && host.Length <= 253
        && host.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or ':');

    private static bool TryDecode(string text, out string decoded)
    {
        decoded = "";
        byte[] raw = Encoding.UTF8.GetBytes(text);
        List<byte> bytes = new(raw.Length);
        for (int i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '%')
            {
                bytes.Add(raw[i]);
                continue;
            }

            const NumberStyles Hex = NumberStyles.AllowHexSpecifier;
            if (i + 2 >= raw.Length
                || !byte.TryParse(raw.AsSpan(i + 1, 2), Hex, CultureInfo.InvariantCulture, out byte value))
            {
                return false;
            }

            bytes.Add(value);
            i += 2;
        }

        decoded = Encoding.UTF8.GetString([.. bytes]);
        return true;
    }
}
