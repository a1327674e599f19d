using System.Collections.Immutable;
using Akka.Configuration;

namespace Akka.Actor;

/// <summary>A step of the coordinated shutdown.</summary>
/// <param name="DependsOn">The phases that come before.</param>
/// <param name="Timeout">How long its tasks may take together.</param>
/// <param name="Recover">Whether the run goes on when a task fails or is late.</param>
/// <param name="Enabled">Whether its tasks run at all.</param>
internal sealed record ShutdownPhase(
    ImmutableHashSet<string> DependsOn, TimeSpan Timeout, bool Recover, bool Enabled = true)
{
    /// <summary>The phases of <c>akka.coordinated-shutdown</c>.</summary>
    public static ImmutableDictionary<string, ShutdownPhase> Read(Config config)
    {
        var defaultTimeout = config.GetTimeSpan("default-phase-timeout", TimeSpan.FromSeconds(5), allowInfinite: false);
        var phases = ImmutableDictionary.CreateBuilder<string, ShutdownPhase>(StringComparer.Ordinal);
        foreach (var (name, _) in config.GetConfig("phases")?.AsEnumerable() ?? [])
        {
            var path = $"phases.{Configuration.Hocon.HoconPath.Quote(name)}";
            phases[name] = new ShutdownPhase(
                [.. config.GetStringList($"{path}.depends-on")],
                config.GetTimeSpan($"{path}.timeout", defaultTimeout, allowInfinite: false),
                config.GetBoolean($"{path}.recover", true),
                config.GetBoolean($"{path}.enabled", true));
        }
        return phases.ToImmutable();
    }

    /// <summary>The phases in an order that respects what each depends on.</summary>
    /// <exception cref="ArgumentException">Phases depend on each other in a circle.</exception>
    public static IReadOnlyList<string> Sort(IReadOnlyDictionary<string, ShutdownPhase> phases)
    {
        var sorted = new List<string>();
        var open = new HashSet<string>(StringComparer.Ordinal);
        var done = new HashSet<string>(StringComparer.Ordinal);
        void Visit(string name)
        {
            if (done.Contains(name))
            {
                return;
            }
            if (!open.Add(name))
            {
                throw new ArgumentException($"coordinated shutdown: the phases depend in a circle on '{name}'");
            }
            var earlier = phases.TryGetValue(name, out var phase) ? phase.DependsOn : [];
            foreach (var before in earlier.Order(StringComparer.Ordinal))
            {
                Visit(before);
            }
            done.Add(name);
            sorted.Add(name);
        }
        var named = phases.Keys.Concat(phases.Values.SelectMany(p => p.DependsOn));
        foreach (var name in named.Order(StringComparer.Ordinal))
        {
            Visit(name);
        }
        return sorted;
    }
}
