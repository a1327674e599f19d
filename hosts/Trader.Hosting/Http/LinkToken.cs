using System.Security.Cryptography;
using System.Text;
using Trader.Hosting.Configuration;
using Trader.Messages;

namespace Trader.Hosting.Http;

/// <summary>The bearer token of everything that changes state over HTTP: one for all roles that share a state
/// directory.</summary>
public static class LinkToken
{
    public const string FileName = LinkAccess.TokenFile;

    public const string Variable = LinkAccess.TokenVariable;

    public const int MinLength = LinkAccess.MinTokenLength;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>
    /// The token of the environment, else of the file, which whoever comes first creates with mode 0600. Creation is
    /// a hard link of a finished file, so that no process ever reads half a token and two that start together agree
    /// on one.
    /// </summary>
    /// <exception cref="InvalidDataException">The token is too short or the file is readable by others.</exception>
    /// <exception cref="IOException">The directory cannot be written.</exception>
    public static Secret Obtain(IReadOnlyDictionary<string, string> environment, string stateDir)
    {
        ArgumentNullException.ThrowIfNull(environment);
        if (environment.GetValueOrDefault(Variable)?.Trim() is { Length: > 0 } given)
        {
            return given.Length >= MinLength
                ? new Secret(given)
                : throw new InvalidDataException($"{Variable} has fewer than {MinLength} characters");
        }

        var file = Path.Combine(stateDir, FileName);
        if (!File.Exists(file))
        {
            Create(stateDir, file);
        }

        return Read(file);
    }

    /// <summary>Whether an Authorization header carries the token. The time it takes does not depend on where they
    /// differ.</summary>
    public static bool Matches(Secret token, string? authorization)
    {
        ArgumentNullException.ThrowIfNull(token);
        const string scheme = "Bearer ";
        if (authorization is null || !authorization.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        // Digests have one length, so not even the token's length shows.
        return CryptographicOperations.FixedTimeEquals(
            SHA256.HashData(Encoding.UTF8.GetBytes(token.Reveal())),
            SHA256.HashData(Encoding.UTF8.GetBytes(authorization[scheme.Length..].Trim())));
    }

    private static void Create(string stateDir, string file)
    {
        Directory.CreateDirectory(stateDir);
        var draft = Path.Combine(stateDir, $".{FileName}.{Guid.NewGuid():N}");
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = OwnerOnly,
        };
        using (var stream = new FileStream(draft, options))
        {
            stream.Write(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)) + "\n"));
            stream.Flush(flushToDisk: true);
        }

        try
        {
            File.Move(draft, file, overwrite: false);
        }
        catch (IOException) when (File.Exists(file))
        {
            // Somebody else was first; theirs counts.
            File.Delete(draft);
        }
    }

    private static Secret Read(string file)
    {
        if ((File.GetUnixFileMode(file) & ~(OwnerOnly | UnixFileMode.UserExecute)) != 0)
        {
            throw new InvalidDataException($"{file} can be read by others; run: chmod 600 {file}");
        }

        var text = File.ReadAllText(file, Encoding.ASCII).Trim();
        return text.Length >= MinLength
            ? new Secret(text)
            : throw new InvalidDataException(
                $"{file} holds fewer than {MinLength} characters; remove it and restart every role");
    }
}
