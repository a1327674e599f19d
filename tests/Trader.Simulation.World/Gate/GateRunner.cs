namespace Trader.Simulation.Gate;

/// <summary>
/// One or two order gates and P3.3, the production actors, on one thread under virtual time, against a simulated outside that does its
/// worst. A run is a function of its seed.
/// </summary>
public static class GateRunner
{
    private const long MostSteps = 1_000_000;

    /// <summary>Runs one seed.</summary>
    public static SimulationReport Run(int seed, int traceLines = 0)
    {
        var stage = new GateStage(seed, traceLines);
        var director = new GateDirector(stage);
        director.Begin();
        while (stage.Broken is null && !director.IsOver())
        {
            while (stage.Broken is null && stage.World.RunOne())
            {
                director.AfterStep();
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
            SimulatedWorld.Gate, seed, stage.Broken, stage.World.Steps, stage.NowMs, stage.Checks.Orders, stage.Trace);
    }
}
