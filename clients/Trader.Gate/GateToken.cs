using Trader.Messages;

namespace Trader.Gate;

/// <summary>The bearer token of the gate, for a strategy that runs beside it.</summary>
public static class GateToken
{
    /// <summary>
    /// From <c>TRADER_LINK_TOKEN</c>, else from <c>link.token</c> in the directory that <c>TRADER_STATE_DIR</c> names. The roles create that
    /// file; a strategy only reads it.
    /// </summary>
    /// <param name="environment">The process environment.</param>
    /// <exception cref="InvalidDataException">There is none, or it is too short. The message is one line and does not hold the token.</exception>
    public static string Find(IReadOnlyDictionary<string, string> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        if (environment.GetValueOrDefault(LinkAccess.TokenVariable)?.Trim() is { Length: > 0 } given)
        {
            return Checked(given, LinkAccess.TokenVariable);
        }

        if (environment.GetValueOrDefault(LinkAccess.StateDirVariable) is not { Length: > 0 } folder)
        {
            throw new InvalidDataException(
                $"no token for the gate: set {LinkAccess.TokenVariable}, or {LinkAccess.StateDirVariable} to the roles' state directory");
        }

        var file = Path.Combine(folder, LinkAccess.TokenFile);
        try
        {
            return Checked(File.ReadAllText(file).Trim(), file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"no token for the gate: {file} cannot be read; run as the roles' user while they run", e);
        }
    }

    private static string Checked(string token, string where) => token.Length >= LinkAccess.MinTokenLength
        ? token
        : throw new InvalidDataException($"the token for the gate in {where} has fewer than {LinkAccess.MinTokenLength} characters");
}
