using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Trader.Cli.CommandLine;

/// <summary>The library's help and, below it, the examples of the verb.</summary>
internal sealed class Help(HelpAction inner, IReadOnlyDictionary<string, string> examples) : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        var result = inner.Invoke(parseResult);
        if (examples.TryGetValue(parseResult.CommandResult.Command.Name, out var example))
        {
            parseResult.InvocationConfiguration.Output.WriteLine("Example:");
            foreach (var line in example.Split('\n'))
            {
                parseResult.InvocationConfiguration.Output.WriteLine("  " + line);
            }
        }

        return result;
    }
}
