using System.Collections;
using Trader.Hosting.Node;

var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
    .ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? "", StringComparer.Ordinal);
var exitCode = await NodeProgram.RunAsync(
    args, environment, Console.OpenStandardOutput(), Console.Error).ConfigureAwait(false);
// Not a return: a thread that hangs must not keep a stopped node alive.
Environment.Exit(exitCode);
