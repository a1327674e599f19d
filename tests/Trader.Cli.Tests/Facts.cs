using Trader.Cli.Demo;
using Trader.Cli.Stack;
using Trader.Messages;

namespace Trader.Cli.Tests;

/// <summary>A drill that went as it should; each test spoils one thing.</summary>
internal static class Facts
{
    private const long Kill = 1_700_000_000_000;

    public static DrillFacts Good { get; } = new()
    {
        Positions = 44,
        KilledMs = Kill,
        LastHeartbeatMs = Kill - 400,
        PanicMs = Kill + 30,
        PanicSeenMs = Kill + 31,
        Reason = "EXIT_BRAIN_PROCESS_DEAD",
        IssuedBy = "watchdog",
        PanicEvents = 1,
        Completion = Completion(44, 44),
        CompletionMs = Kill + 250,
        Halted = "true",
        Exchange = new PaperSummary(0, 44, 0, Kill + 90, Kill + 200, 0, 0),
    };

    public static PanicCompletion Completion(int total, int closed, params string[] failed) =>
        new(EventId.FromGuid(Guid.Empty), total, closed, failed, Kill + 40, Kill + 240);

    public static DrillFacts After(int panicMs, int flatMs) =>
        Good with { PanicMs = Kill + panicMs, CompletionMs = Kill + panicMs + flatMs };
}
