using System.Diagnostics;
using System.Globalization;
using Trader.Simulation;

if (SimulateOptions.Parse(args) is not { } options)
{
    Console.Error.WriteLine(SimulateOptions.Usage);
    return 64;
}

return options.Seed is { } seed ? RunOne(options.World, seed, options.Trace ? options.Lines : 0) : RunMany(options);

static int RunOne(SimulatedWorld world, int seed, int traceLines)
{
    var report = SimulationRunner.Run(world, seed, traceLines);
    foreach (var line in report.Trace)
    {
        Console.WriteLine(line);
    }

    Console.WriteLine(Verdict(report));
    return report.Broken is null ? 0 : 1;
}

static int RunMany(SimulateOptions options)
{
    var started = Stopwatch.GetTimestamp();
    var gate = new Lock();
    var failures = new List<SimulationReport>();
    var done = 0;
    long steps = 0;
    var events = 0;
    // Worlds share nothing, so each core can have one.
    Parallel.For(options.From, options.From + options.Seeds, seed =>
    {
        var report = SimulationRunner.Run(options.World, seed);
        lock (gate)
        {
            done++;
            steps += report.Steps;
            events += report.Events;
            if (report.Broken is not null)
            {
                failures.Add(report);
                Console.WriteLine(Verdict(report));
            }

            if (done % 500 == 0)
            {
                Console.Error.WriteLine($"{done} of {options.Seeds} seeds, {failures.Count} failed");
            }
        }
    });
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{done} seeds, {failures.Count} failed, {steps} steps, {events} {Word(options.World)}, {Stopwatch.GetElapsedTime(started).TotalSeconds:F1} s"));
    if (failures.Count == 0)
    {
        return 0;
    }

    var first = failures.MinBy(report => report.Steps)!;
    Console.WriteLine($"The shortest failing run, {first.Replay}:");
    RunOne(options.World, first.Seed, options.Lines);
    return 1;
}

static string Verdict(SimulationReport report) => report.Broken is { } broken
    ? string.Create(CultureInfo.InvariantCulture,
        $"seed {report.Seed} FAIL {broken.Rule} at {broken.AtMs:F1} ms: {broken.What}   replay: {report.Replay}")
    : string.Create(CultureInfo.InvariantCulture,
        $"seed {report.Seed} ok: {report.Steps} steps, {report.VirtualMs / 1000:F0} virtual s, {report.Events} {Word(report.World)}");

static string Word(SimulatedWorld world) => world switch
{
    SimulatedWorld.Panic => "panics",
    SimulatedWorld.Gate => "orders",
};
