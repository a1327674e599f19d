namespace Trader.Cli.CommandLine;

/// <summary>Exit codes; those from 64 on are sysexits(3).</summary>
internal static class ExitCode
{
    public const int Good = 0;

    /// <summary>The question was answered, and the answer is bad: not flat, not healthy, not passed.</summary>
    public const int Bad = 1;

    /// <summary>Wrong command line.</summary>
    public const int Usage = 64;

    /// <summary>Something that is needed is not there: Redis, the exchange, a program.</summary>
    public const int Unavailable = 69;

    /// <summary>The settings cannot be used.</summary>
    public const int Configuration = 78;

    /// <summary>Ended by Ctrl-C or SIGTERM, as a shell says it.</summary>
    public const int Interrupted = 130;
}
