namespace Trader.Simulation;

/// <summary>What plays in a simulated world.</summary>
public enum SimulatedWorld
{
    /// <summary>Brain, watchdog and two panic workers.</summary>
    Panic,

    /// <summary>One or two order gates and P3.3.</summary>
    Gate,
}

/// <summary>The outcome of one seed.</summary>
/// <param name="World">Which world it was.</param>
/// <param name="Seed">Replays the run.</param>
/// <param name="Broken">The first broken rule; null when none was.</param>
/// <param name="Steps">Messages handled.</param>
/// <param name="VirtualMs">How long the run was, in virtual time.</param>
/// <param name="Events">Panic events that the watchdog raised; or orders that the gates sent.</param>
/// <param name="Trace">The last steps, when a trace was asked for.</param>
public sealed record SimulationReport(
    SimulatedWorld World, int Seed, Violation? Broken, long Steps, double VirtualMs, int Events, IReadOnlyCollection<string> Trace)
{
    /// <summary>The command that shows this run again.</summary>
    public string Replay => $"./trader simulate{(World == SimulatedWorld.Gate ? " --gate" : "")} --seed {Seed} --trace";
}

/// <summary>
/// Brain, watchdog and two panic workers, the production actors, on one thread under virtual time, against a simulated outside that does
/// its worst (DESIGN section 10). A run is a function of its seed.
/// </summary>
public static class SimulationRunner
{
    /// <summary>Lines that a trace keeps unless more are asked for.</summary>
    public const int TraceLines = 250;

    private const long MostSteps = 1_500_000;

    /// <summary>Runs one seed of one world.</summary>
    public static SimulationReport Run(SimulatedWorld world, int seed, int traceLines = 0) => world switch
    {
        SimulatedWorld.Panic => Run(seed, traceLines),
        SimulatedWorld.Gate => Gate.GateRunner.Run(seed, traceLines),
    };

    /// <summary>Runs one seed of the panic world.</summary>
    public static SimulationReport Run(int seed, int traceLines = 0)
    {
        var stage = new Stage(seed, traceLines);
        var director = new Director(stage);
        director.Begin();
        while (stage.Broken is null && !director.IsOver())
        {
            while (stage.Broken is null && stage.World.RunOne())
            {
                stage.Checks.Watch.AfterStep();
                if (stage.World.Steps > MostSteps)
                {
                    stage.Break("LIVENESS", "the system does not come to rest");
                }
            }

            if (stage.Broken is null)
            {
                stage.World.AdvanceToNextTimer();
            }
        }

        return new SimulationReport(
            SimulatedWorld.Panic, seed, stage.Broken, stage.World.Steps, stage.NowMs, stage.Checks.Watch.Raised, stage.Trace);
    }
}
