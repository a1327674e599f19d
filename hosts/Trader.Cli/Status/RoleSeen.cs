using Trader.Messages;

namespace Trader.Cli.Status;

/// <summary>What one node last said about a role.</summary>
/// <param name="AgeMs">On Redis' clock.</param>
/// <param name="NotReady">Empty when it said that it was ready.</param>
internal sealed record NodeSaid(string Node, long AgeMs, string NotReady);

/// <summary>A role as its nodes told Redis.</summary>
/// <param name="Nodes">The one heard last first; empty for a role that nobody ever ran, or that was forgotten on purpose.</param>
internal sealed record RoleSeen(string Role, IReadOnlyList<NodeSaid> Nodes)
{
    /// <summary>A node says something every second, with a role that hangs every few; one that is silent for this long is gone.</summary>
    public const long GoneAfterMs = 10_000;

    /// <summary>It was started once: then its silence is no longer a choice.</summary>
    public bool Announced => Nodes.Count > 0;

    public IEnumerable<NodeSaid> Live => Nodes.Where(node => node.AgeMs < GoneAfterMs);

    /// <summary>Why the live nodes cannot do their duty, one line for each that cannot. With one that can there are none: it does it.</summary>
    public IReadOnlyList<NodeSaid> NotReady => Live.Any(node => node.NotReady.Length == 0) ? [] : [.. Live];

    /// <summary>Reads the hash of <see cref="RedisKeys.RoleReports"/>; <paramref name="unreadable"/> gets a line for what cannot be understood.</summary>
    public static RoleSeen Read(
        string role, IReadOnlyList<KeyValuePair<string, string>> fields, long nowMs, ICollection<string?> unreadable)
    {
        var nodes = new List<NodeSaid>();
        foreach (var (node, text) in fields)
        {
            if (RoleReport.TryRead(text, out var report))
            {
                nodes.Add(new NodeSaid(node, Math.Max(0, nowMs - report.AtMs), report.NotReady));
            }
            else
            {
                unreadable.Add($"{RedisKeys.RoleReports}{role}: what {node} says is no report");
            }
        }

        return new RoleSeen(role, [.. nodes.OrderBy(node => node.AgeMs)]);
    }
}
