using Trader.Messages;

namespace Trader.Simulation.Gate;

/// <summary>What a person does to a switch.</summary>
internal enum PersonDoes
{
    SwitchOn,
    SwitchOff,
    Halt,
    ClearHalt,
    StopMarker,
    ClearStopMarker,
    LatchFile,
    ClearLatchFile,
}

internal sealed record PersonEvent(double AtMs, PersonDoes Does);

internal sealed record ClockJump(double AtMs, string Node, double ErrorMs);

/// <summary>Strikes between two messages of one moment, where no clock ever strikes.</summary>
internal sealed record StepEvent(int AtStep, string Node, NodeFault Fault, double ForMs);

/// <summary>One seed's scenario for the order gate. Details (which order fails how, which permit is forged) are drawn as the run goes.</summary>
/// <param name="Bypass"><c>TESTNET=true</c>.</param>
/// <param name="RealPositionState">P3.3 is the production actor; else permits under its keys come from a writer that does anything.</param>
/// <param name="BadPermits">How often the permit writer errs or lies.</param>
/// <param name="Meddling">How often somebody else writes under P3.3's keys.</param>
/// <param name="Slyness">How often something happens in the milliseconds between a plan's taking and its order.</param>
/// <param name="StrangerEveryMs">How often other hands change a position; zero for never.</param>
internal sealed record GateSchedule(
    bool Hedge,
    bool Bypass,
    VenueEnvironment Environment,
    bool SecondGate,
    bool RealPositionState,
    double BadPermits,
    double Meddling,
    double Slyness,
    double StrangerEveryMs,
    double PlanEveryMs,
    double WindowMs,
    double OrderFaults,
    double ReadFaults,
    double StaleMs,
    double LatencyMs,
    double DiskFaults,
    double BrainFaults,
    double CooldownMs,
    IReadOnlyList<NodeEvent> NodeEvents,
    IReadOnlyList<RedisEvent> RedisEvents,
    IReadOnlyList<NodeEvent> CutOffs,
    IReadOnlyList<PersonEvent> PersonEvents,
    IReadOnlyList<ClockJump> ClockJumps,
    IReadOnlyList<StepEvent> StepEvents)
{
    public const string Gate1 = "gate1";
    public const string Gate2 = "gate2";
    public const string PositionState = "p33";

    private static readonly double[] FaultRates = [0, 0, 0.1, 0.3, 0.6];

    private static readonly string[] Names = [Gate1, Gate1, Gate2, PositionState];

    public double MostClockErrorMs => ClockJumps.Select(jump => Math.Abs(jump.ErrorMs)).DefaultIfEmpty(0).Max();

    public static GateSchedule Draw(Random random)
    {
        var window = Between(random, 6_000, 18_000);
        var bypass = random.NextDouble() < 0.12;
        return new GateSchedule(
            Hedge: random.NextDouble() < 0.35,
            Bypass: bypass,
            Environment: random.NextDouble() < 0.25 ? VenueEnvironment.Production : VenueEnvironment.Testnet,
            SecondGate: random.NextDouble() < 0.5,
            RealPositionState: random.NextDouble() < 0.6,
            BadPermits: random.NextDouble() < 0.6 ? Between(random, 0.05, 0.5) : 0,
            Meddling: random.NextDouble() < 0.3 ? 0.3 : 0,
            Slyness: random.NextDouble() < 0.6 ? Between(random, 0.05, 0.4) : 0,
            StrangerEveryMs: random.NextDouble() < 0.4 ? Between(random, 300, 3_000) : 0,
            PlanEveryMs: Between(random, 100, 900),
            WindowMs: window,
            OrderFaults: Rate(random),
            ReadFaults: Rate(random) / 2,
            StaleMs: random.NextDouble() < 0.15 ? Between(random, 50, 600) : 0,
            LatencyMs: random.NextDouble() < 0.8 ? Between(random, 2, 60) : Between(random, 100, 700),
            DiskFaults: random.NextDouble() < 0.3 ? 0.3 : 0,
            BrainFaults: random.NextDouble() < 0.4 ? 0.15 : 0,
            CooldownMs: random.NextDouble() < 0.6 ? 0 : Between(random, 200, 4_000),
            NodeEvents: Many(random, 5, () => new NodeEvent(
                Between(random, 500, window), Names[random.Next(Names.Length)],
                random.NextDouble() < 0.65 ? NodeFault.Crash : NodeFault.Freeze, Away(random))),
            RedisEvents: random.NextDouble() < 0.6 ? Many(random, 3, () => new RedisEvent(
                Between(random, 500, window), (RedisFault)random.Next(6), Away(random))) : [],
            CutOffs: Many(random, 2, () => new NodeEvent(
                Between(random, 500, window), Names[random.Next(Names.Length)], NodeFault.HostLoss,
                random.NextDouble() < 0.1 ? Between(random, 60_000, 90_000) : Away(random))),
            PersonEvents: Many(random, 6, () => new PersonEvent(Between(random, 500, window), (PersonDoes)random.Next(8))),
            ClockJumps: Many(random, 2, () => new ClockJump(
                Between(random, 0, window), Names[random.Next(Names.Length)],
                random.NextDouble() < 0.2 ? Between(random, -200_000, 200_000) : Between(random, -2_000, 2_000))),
            StepEvents: Many(random, 6, () => new StepEvent(
                random.Next(200, 5_000), Names[random.Next(3)], random.NextDouble() < 0.7 ? NodeFault.Crash : NodeFault.Freeze, Away(random))));
    }

    private static double Away(Random random) => random.NextDouble() switch
    {
        < 0.5 => Between(random, 5, 400),
        < 0.8 => Between(random, 400, 4_000),
        < 0.95 => Between(random, 4_000, 12_000),
        _ => Between(random, 12_000, 30_000),
    };

    private static IReadOnlyList<T> Many<T>(Random random, int most, Func<T> draw) =>
        Enumerable.Range(0, random.Next(most + 1)).Select(_ => draw()).ToList();

    private static double Rate(Random random) => FaultRates[random.Next(FaultRates.Length)];

    private static double Between(Random random, double from, double to) => from + (random.NextDouble() * (to - from));
}
