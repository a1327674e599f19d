using System.Diagnostics.CodeAnalysis;
using Trader.Messages;

namespace Trader.Hosting.Configuration;

/// <summary>A duty that one process may run (DESIGN section 4).</summary>
public enum Role
{
    ExitBrain,
    Watchdog,
    PanicClose,
    Governor,
    PositionState,
    ApplyLayer,
}

/// <summary>The one home of what roles are called: on the command line, in paths, in log lines, on the link.</summary>
public static class RoleNames
{
    public static IReadOnlyList<Role> All { get; } = Enum.GetValues<Role>();

    /// <summary>Name on the command line, in the actor tree and in the link's paths.</summary>
    public static string Name(this Role role) => role switch
    {
        Role.ExitBrain => Roles.ExitBrain,
        Role.Watchdog => Roles.Watchdog,
        Role.PanicClose => Roles.PanicClose,
        Role.Governor => Roles.Governor,
        Role.PositionState => Roles.PositionState,
        Role.ApplyLayer => Roles.ApplyLayer,
    };

    /// <summary>Tag of the role's log lines (emergency-exit contract 3.1).</summary>
    public static string Tag(this Role role) => role switch
    {
        Role.ExitBrain => "EXIT_BRAIN",
        Role.Watchdog => "WATCHDOG",
        Role.PanicClose => "EEW",
        Role.Governor => "GOVERNOR",
        Role.PositionState => "P33",
        Role.ApplyLayer => "APPLY",
    };

    /// <summary>
    /// Whether the role's lines have the shape <c>YYYY-MM-DD HH:MM:SS [LEVEL] text</c> of the flatten and hygiene documents, instead of
    /// the tagged one of the emergency-exit documents.
    /// </summary>
    public static bool WritesPlainLines(this Role role) => role switch
    {
        Role.ExitBrain or Role.Watchdog or Role.PanicClose => false,
        Role.Governor or Role.PositionState or Role.ApplyLayer => true,
    };

    /// <summary>The role that an actor of this name belongs to; null for one that belongs to none.</summary>
    public static Role? OfActor(string name) => name switch
    {
        Roles.PositionFlattener => Role.Governor,
        Roles.Ess => Role.ApplyLayer,
        _ => All.Cast<Role?>().FirstOrDefault(role => role!.Value.Name() == name),
    };

    public static LinkPeer Peer(this Role role) => role switch
    {
        Role.ExitBrain => LinkPeer.ExitBrain,
        Role.Watchdog => LinkPeer.Watchdog,
        Role.PanicClose => LinkPeer.PanicClose,
        Role.Governor => LinkPeer.Governor,
        Role.PositionState => LinkPeer.PositionState,
        Role.ApplyLayer => LinkPeer.ApplyLayer,
    };

    public static Role RoleOf(this LinkPeer peer) => peer switch
    {
        LinkPeer.ExitBrain => Role.ExitBrain,
        LinkPeer.Watchdog => Role.Watchdog,
        LinkPeer.PanicClose => Role.PanicClose,
        LinkPeer.Governor => Role.Governor,
        LinkPeer.PositionState => Role.PositionState,
        LinkPeer.ApplyLayer => Role.ApplyLayer,
    };

    /// <summary>Path of the role's event stream.</summary>
    public static string HeartbeatsPath(this Role role) => $"/{role.Name()}/heartbeats";

    /// <summary>Reads <c>exit-brain,watchdog</c>; on failure <paramref name="why"/> names the wrong word.</summary>
    public static bool TryParseList(
        string text, [NotNullWhen(true)] out IReadOnlyList<Role>? roles, [NotNullWhen(false)] out string? why)
    {
        ArgumentNullException.ThrowIfNull(text);
        var read = new List<Role>();
        foreach (var word in text.Split(',', StringSplitOptions.TrimEntries))
        {
            var at = All.ToList().FindIndex(r => r.Name() == word);
            if (at < 0 || read.Contains(All[at]))
            {
                roles = null;
                why = at < 0
                    ? $"there is no role '{word}'; roles: {string.Join(", ", All.Select(Name))}"
                    : $"role '{word}' is named twice";
                return false;
            }

            read.Add(All[at]);
        }

        roles = read;
        why = null;
        return true;
    }
}
