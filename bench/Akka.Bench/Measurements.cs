using System.Diagnostics;
using Akka.Actor;

namespace Akka.Bench;

/// <summary>The engine's speed figures, one warm-up and the median of five runs each. Units stand in the names.</summary>
internal static class Measurements
{
    private static readonly string Quiet = "akka.loglevel = OFF, akka.stdout-loglevel = OFF, akka.loggers = []";

    internal static (string Name, Func<Task<IReadOnlyDictionary<string, double>>> Measure)[] All =>
    [
        ("pingPong", PingPong),
        ("tell", Tell),
        ("tellReceiveActor", TellReceiveActor),
        ("ask", Ask),
        ("spawn", Spawn),
        ("memory", Memory),
        ("deathWatch", DeathWatch),
        ("restart", Restart),
    ];

    private static async Task<IReadOnlyDictionary<string, double>> PingPong()
    {
        const int RoundTrips = 1_000_000;
        var system = ActorSystem.Create("bench", Quiet);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var pong = system.ActorOf(Props.Create<Echo>());
        var ping = system.ActorOf(Props.Create(() => new Ping(pong, RoundTrips, done)));
        var watch = Stopwatch.StartNew();
        ping.Tell("start");
        await done.Task;
        var seconds = watch.Elapsed.TotalSeconds;
        await system.Terminate();
        return Result(("pingPongMessagesPerSecond", 2 * RoundTrips / seconds),
            ("pingPongRoundTripNs", seconds * 1e9 / RoundTrips));
    }

    private static Task<IReadOnlyDictionary<string, double>> Tell() =>
        OneWay("tellMessagesPerSecond", (count, done) => Props.Create(() => new Counter(count, done)));

    private static Task<IReadOnlyDictionary<string, double>> TellReceiveActor() => OneWay(
        "tellReceiveActorMessagesPerSecond", (count, done) => Props.Create(() => new ReceiveCounter(count, done)));

    private static async Task<IReadOnlyDictionary<string, double>> OneWay(
        string key, Func<int, TaskCompletionSource, Props> props)
    {
        const int Messages = 5_000_000;
        var system = ActorSystem.Create("bench", Quiet);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var counter = system.ActorOf(props(Messages, done));
        var message = "message";
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < Messages; i++)
        {
            counter.Tell(message, ActorRefs.NoSender);
        }

        await done.Task;
        var seconds = watch.Elapsed.TotalSeconds;
        await system.Terminate();
        return Result((key, Messages / seconds));
    }

    private static async Task<IReadOnlyDictionary<string, double>> Ask()
    {
        const int Count = 200_000;
        var system = ActorSystem.Create("bench", Quiet);
        var echo = system.ActorOf(Props.Create<Echo>());
        var times = new long[Count];
        await Task.Run(async () =>
        {
            for (var i = 0; i < Count; i++)
            {
                var start = Stopwatch.GetTimestamp();
                await echo.Ask<string>("question");
                times[i] = Stopwatch.GetTimestamp() - start;
            }
        });
        await system.Terminate();
        return Percentiles("ask", times);
    }

    private static async Task<IReadOnlyDictionary<string, double>> Spawn()
    {
        const int Count = 100_000;
        var system = ActorSystem.Create("bench", Quiet);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var parent = system.ActorOf(Props.Create(() => new Spawner(Count, done)));
        var watch = Stopwatch.StartNew();
        parent.Tell("go");
        await done.Task;
        var seconds = watch.Elapsed.TotalSeconds;
        await system.Terminate();
        return Result(("spawnPerSecond", Count / seconds));
    }

    private static async Task<IReadOnlyDictionary<string, double>> Memory()
    {
        const int Count = 100_000;
        var system = ActorSystem.Create("bench", Quiet);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var parent = system.ActorOf(Props.Create(() => new Spawner(Count, done)));
        parent.Tell("go");
        await done.Task;
        var after = GC.GetTotalMemory(forceFullCollection: true);
        await system.Terminate();
        return Result(("bytesPerIdleActor", (after - before) / (double)Count));
    }

    private static async Task<IReadOnlyDictionary<string, double>> DeathWatch()
    {
        const int Count = 20_000;
        var system = ActorSystem.Create("bench", Quiet);
        var done = new TaskCompletionSource<long[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        var watcher = system.ActorOf(Props.Create(() => new Watcher(Count, done)));
        watcher.Tell("go");
        var times = await done.Task;
        await system.Terminate();
        return Percentiles("deathWatch", times);
    }

    private static async Task<IReadOnlyDictionary<string, double>> Restart()
    {
        const int Count = 20_000;
        var system = ActorSystem.Create("bench", Quiet);
        var done = new TaskCompletionSource<long[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        var supervisor = system.ActorOf(Props.Create(() => new Supervisor(Count, done)));
        supervisor.Tell("go");
        var times = await done.Task;
        await system.Terminate();
        return Percentiles("restart", times);
    }

    private static Dictionary<string, double> Percentiles(string name, long[] times)
    {
        Array.Sort(times);
        double Microseconds(double share) =>
            times[(int)(times.Length * share)] * 1e6 / Stopwatch.Frequency;
        return Result((name + "P50Us", Microseconds(0.50)), (name + "P99Us", Microseconds(0.99)));
    }

    private static Dictionary<string, double> Result(params (string Key, double Value)[] values) =>
        values.ToDictionary(v => v.Key, v => v.Value);
}
