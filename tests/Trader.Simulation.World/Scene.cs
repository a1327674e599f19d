using System.Globalization;
using Akka.Simulation;

namespace Trader.Simulation;

/// <summary>What broke: the safety rule's number, or <c>LIVENESS</c>, and the facts.</summary>
public sealed record Violation(string Rule, string What, double AtMs);

/// <summary>
/// What every simulated world has: one thread, virtual time, all draws from the seed, a trace, and the first broken rule. The same seed
/// gives the same run.
/// </summary>
internal abstract class Scene
{
    private readonly Queue<string>? trace;
    private readonly int traceLimit;

    protected Scene(int seed, int traceLimit)
    {
        World = new SimulationWorld(seed);
        this.traceLimit = traceLimit;
        if (traceLimit > 0)
        {
            trace = new Queue<string>(traceLimit);
            World.Stepping += step => Write(step.System, step.Path?.ToStringWithoutAddress() ?? "-", TraceText.Of(step.Message));
        }
    }

    public SimulationWorld World { get; }

    public Random Random => World.Random;

    /// <summary>The first broken rule; the run ends with it.</summary>
    public Violation? Broken { get; private set; }

    /// <summary>Virtual ms since the start.</summary>
    public double NowMs => (World.Now - SimulationWorld.Epoch).TotalMilliseconds;

    /// <summary>Unix ms by the true clock.</summary>
    public long UnixMs => World.Now.ToUnixTimeMilliseconds();

    /// <summary>No fault is begun any more, and all that can be healed has been.</summary>
    public bool Quiet { get; set; }

    public IReadOnlyCollection<string> Trace => trace is null ? [] : trace;

    public bool Chance(double probability) => Random.NextDouble() < probability;

    public double Between(double from, double to) => from + (Random.NextDouble() * (to - from));

    public int Pick(int below) => Random.Next(below);

    public void After(double ms, Action act) =>
        World.TimeProvider.CreateTimer(_ => act(), null, TimeSpan.FromMilliseconds(ms), Timeout.InfiniteTimeSpan);

    /// <summary>Again and again, the first time after one period, for as long as asked.</summary>
    public void Every(double ms, Func<bool> still, Action act) => After(ms, () =>
    {
        if (still())
        {
            act();
            Every(ms, still, act);
        }
    });

    public void Break(string rule, string what)
    {
        if (Broken is null)
        {
            Broken = new Violation(rule, what, NowMs);
            Note("CHECK", $"{rule} BROKEN: {what}");
        }
    }

    /// <summary>A line of the trace about the outside: what no actor's message shows.</summary>
    public void Note(string who, string what)
    {
        if (trace is not null)
        {
            Write("world", who, what);
        }
    }

    private void Write(string system, string who, string what)
    {
        if (trace!.Count == traceLimit)
        {
            trace.Dequeue();
        }

        trace.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{NowMs,10:F1} ms  {system,-11} {who,-34} {what}"));
    }
}
