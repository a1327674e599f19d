namespace Trader.Cli.CommandLine;

/// <summary>
/// Ends a verb with a line for a person: what is wrong, where, and what to do. Thrown from any depth, caught once in the entry point.
/// </summary>
internal sealed class Refusal(int exitCode, string line, Exception? cause = null) : Exception(line, cause)
{
    public int ExitCode { get; } = exitCode;
}
