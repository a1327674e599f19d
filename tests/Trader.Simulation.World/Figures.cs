using Trader.Actors.ExitBrain;
using Trader.Actors.PanicClose;
using Trader.Actors.Watchdog;

namespace Trader.Simulation;

/// <summary>The documented settings, as a node has them without a configuration of its own.</summary>
internal static class Figures
{
    public const string BrainId = "exit_brain_main";

    /// <summary>Deadlines of the gateways.</summary>
    public const double RedisDeadlineMs = 1_000;

    public const double RedisSilenceMs = 1_500;

    public const double ReadDeadlineMs = 3_000;

    public const double OrderDeadlineMs = 5_000;

    public const double LinkAnswerMs = 1_000;

    public const double LinkPanicMs = 2_000;

    /// <summary>TCP keep-alive ends the connection to a host that is gone.</summary>
    public const double LinkKeepAliveMs = 4_000;

    public static readonly WatchdogSettings Watchdog = new(
        BrainId, Seconds(5), Seconds(5), Seconds(30), Seconds(3), Ms(50), Seconds(30), Seconds(10), 3, Seconds(1), Ms(200));

    public static readonly ExitBrainSettings Brain = new(
        BrainId, Seconds(1), Ms(500), Ms(500), Ms(900), Seconds(5), new ExitRuleSettings(5, 10, 4, 2, null, 5), Seconds(10), Seconds(20));

    public static PanicCloseSettings Worker(string name) => new(
        name, Seconds(60), Seconds(5), Seconds(10), Ms(200), Ms(250), Seconds(5), Ms(250), 3, Seconds(1), Seconds(5));

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private static TimeSpan Ms(double ms) => TimeSpan.FromMilliseconds(ms);
}
