using System.CommandLine;

namespace Trader.Cli.CommandLine;

/// <summary>One verb of the command line.</summary>
/// <param name="Command">Its name, description and options.</param>
/// <param name="Example">One or more lines that can be typed as they stand.</param>
/// <param name="Run">Does it; the result is the exit code.</param>
internal sealed record Verb(Command Command, string Example, Func<ParseResult, Terminal, CancellationToken, Task<int>> Run);
