using System.Diagnostics.CodeAnalysis;
using Trader.Hosting.Configuration;

namespace Trader.Hosting.Node;

/// <summary>The node's command line, checked.</summary>
/// <param name="Roles">At least one; without <c>--roles</c> all of them.</param>
public sealed record NodeOptions(
    IReadOnlyList<Role> Roles, string? Config, string? PortOffset, string? NodeName, bool Help)
{
    /// <summary>EX_USAGE of sysexits.</summary>
    public const int UsageExitCode = 64;

    public const string Usage =
        """
        usage: Trader.Node [--roles exit-brain,watchdog,...] [--config FILE]
                           [--port-offset N] [--node NAME] [--as NAME]
          --roles        the duties this process runs, of exit-brain, watchdog, panic-close, governor,
                         position-state and apply-layer; without it all of them
          --config       HOCON file laid over akka.hocon
          --port-offset  added to every role's port
          --node         names this node in the consumer group and the journal
          --as           only marks the command line, so that e.g. pgrep -f main_with_watchdog.py finds the exit brain
        example: Trader.Node --roles watchdog --config /etc/quantum/watchdog.hocon
        """;

    /// <summary>Reads <c>--name value</c> and <c>--name=value</c>; on failure <paramref name="why"/> is one
    /// line.</summary>
    public static bool TryParse(
        IReadOnlyList<string> arguments, [NotNullWhen(true)] out NodeOptions? options,
        [NotNullWhen(false)] out string? why)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        options = null;
        why = null;
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < arguments.Count; i++)
        {
            var parts = arguments[i].Split('=', 2);
            var name = parts[0];
            if (name is "--help" or "-h")
            {
                options = new NodeOptions(RoleNames.All, null, null, null, Help: true);
                return true;
            }

            if (name is not ("--roles" or "--config" or "--port-offset" or "--node" or "--as"))
            {
                why = $"unknown option '{name}'; see --help";
                return false;
            }

            if ((parts.Length == 2 ? parts[1] : arguments.ElementAtOrDefault(++i)) is not { Length: > 0 } value)
            {
                why = $"{name} needs a value; see --help";
                return false;
            }

            if (!values.TryAdd(name, value))
            {
                why = $"{name} is given twice";
                return false;
            }
        }

        IReadOnlyList<Role>? roles = RoleNames.All;
        if (values.TryGetValue("--roles", out var list) && !RoleNames.TryParseList(list, out roles, out why))
        {
            return false;
        }

        options = new NodeOptions(
            roles, values.GetValueOrDefault("--config"), values.GetValueOrDefault("--port-offset"),
            values.GetValueOrDefault("--node"), Help: false);
        return true;
    }
}
