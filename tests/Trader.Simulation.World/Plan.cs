namespace Trader.Simulation;

/// <summary>What a seed does to a node.</summary>
internal enum NodeFault
{
    /// <summary>kill -9.</summary>
    Crash,

    /// <summary>SIGSTOP, later SIGCONT.</summary>
    Freeze,

    /// <summary>SIGTERM: says goodbye on the link, then ends.</summary>
    CleanStop,

    /// <summary>The host is gone: nothing ends a connection, nothing refuses one.</summary>
    HostLoss,
}

/// <summary>What a seed does to Redis.</summary>
internal enum RedisFault
{
    Down,
    Frozen,
    Flush,
    RestartEmpty,

    /// <summary>Refuses every write.</summary>
    Full,
    Slow,
}

internal sealed record NodeEvent(double AtMs, string Node, NodeFault Fault, double ForMs);

internal sealed record RedisEvent(double AtMs, RedisFault Fault, double ForMs);

internal sealed record Partition(double AtMs, string A, string B, double ForMs);

/// <summary>One seed's scenario: what happens when. Details (which order fails how) are drawn as the run goes.</summary>
internal sealed record Plan(
    bool Hedge,
    int Positions,
    double WindowMs,
    double OrderFaults,
    double ReadFaults,
    double StaleMs,
    double LatencyMs,
    double DiskFaults,
    double LinkFaults,
    bool BrainStaysDead,
    IReadOnlyList<NodeEvent> NodeEvents,
    IReadOnlyList<RedisEvent> RedisEvents,
    IReadOnlyList<Partition> Partitions,
    IReadOnlyList<double> OperatorAtMs,
    IReadOnlyDictionary<string, double> ClockErrorMs)
{
    public const string Brain = "brain";
    public const string Watchdog = "watchdog";
    public const string Worker1 = "worker1";
    public const string Worker2 = "worker2";

    private static readonly string[] Names = [Brain, Watchdog, Worker1, Worker2];
    private static readonly double[] FaultRates = [0, 0, 0.15, 0.35, 0.7];

    /// <summary>Nothing is wrong with the exchange in this seed, so what is delivered must be closed in time whatever else breaks (S2).</summary>
    public bool HealthyExchange => OrderFaults == 0 && ReadFaults == 0 && LatencyMs < 200;

    public static Plan Draw(Random random)
    {
        var window = Between(random, 12_000, 40_000);
        var staysDead = random.NextDouble() < 0.75;
        var nodes = Many(random, 4, () => DrawNodeEvent(random, window)).ToList();
        if (staysDead)
        {
            var fault = random.NextDouble() switch
            {
                < 0.6 => NodeFault.Crash,
                < 0.75 => NodeFault.HostLoss,
                < 0.9 => NodeFault.Freeze,
                _ => NodeFault.CleanStop,
            };
            nodes.Add(new NodeEvent(Between(random, 2_000, window), Brain, fault, double.PositiveInfinity));
        }

        if (random.NextDouble() < 0.2)
        {
            // A machine that stalls: the watchdog stands still again and again, for little more than a stall's limit.
            nodes.AddRange(Many(random, 6, () => new NodeEvent(
                Between(random, 0, window), Watchdog, NodeFault.Freeze, Between(random, 1_050, 3_000))));
        }

        return new Plan(
            Hedge: random.NextDouble() < 0.4,
            Positions: random.Next(9),
            WindowMs: window,
            OrderFaults: Rate(random),
            ReadFaults: Rate(random),
            StaleMs: random.NextDouble() < 0.25 ? Between(random, 50, 800) : 0,
            LatencyMs: random.NextDouble() < 0.8 ? Between(random, 5, 80) : Between(random, 200, 900),
            DiskFaults: random.NextDouble() < 0.25 ? 0.3 : 0,
            LinkFaults: random.NextDouble() < 0.5 ? 0.2 : 0,
            BrainStaysDead: staysDead,
            NodeEvents: nodes,
            RedisEvents: Many(random, 3, () => new RedisEvent(
                Between(random, 0, window), (RedisFault)random.Next(6), Between(random, 300, 12_000))),
            Partitions: Many(random, 2, () => new Partition(
                Between(random, 0, window), Names[random.Next(4)], Names[random.Next(4)], Between(random, 300, 9_000))),
            OperatorAtMs: Many(random, 4, () => Between(random, 1_000, window)),
            ClockErrorMs: Names.ToDictionary(name => name, _ => random.NextDouble() < 0.3 ? Between(random, -1_500, 1_500) : 0));
    }

    private static NodeEvent DrawNodeEvent(Random random, double window)
    {
        var long_ = random.NextDouble() < 0.3;
        return new NodeEvent(
            Between(random, 0, window), Names[random.Next(4)], (NodeFault)random.Next(4),
            long_ ? Between(random, 5_000, 25_000) : Between(random, 20, 5_000));
    }

    private static IReadOnlyList<T> Many<T>(Random random, int most, Func<T> draw) =>
        Enumerable.Range(0, random.Next(most + 1)).Select(_ => draw()).ToList();

    private static double Rate(Random random) => FaultRates[random.Next(FaultRates.Length)];

    private static double Between(Random random, double from, double to) => from + (random.NextDouble() * (to - from));
}
