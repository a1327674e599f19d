using System.CommandLine;
using System.CommandLine.Help;

namespace Trader.Cli.CommandLine;

/// <summary>Parses, runs one verb, and turns whatever ends it into an exit code and at most one line on the error output.</summary>
internal static class Entry
{
    public static async Task<int> RunAsync(string[] arguments, IReadOnlyList<Verb> verbs, Terminal terminal, CancellationToken stop)
    {
        var root = Root(verbs);
        var parsed = root.Parse(arguments, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        var configuration = new InvocationConfiguration
        {
            Output = terminal.Out,
            Error = terminal.Error,
            EnableDefaultExceptionHandler = false,
            // Signals are the entry point's own business: a verb needs more than the library's two seconds to clean up.
            ProcessTerminationTimeout = null,
        };
        if (parsed.Action is Help)
        {
            return await parsed.InvokeAsync(configuration, stop);
        }

        var name = parsed.CommandResult.Command.Name;
        if (parsed.Errors.Count > 0)
        {
            var hint = ReferenceEquals(parsed.CommandResult.Command, root) ? "./trader --help" : $"./trader {name} --help";
            terminal.Error.WriteLine($"trader: {parsed.Errors[0].Message.TrimEnd('.')} ({hint} shows what there is)");
            return ExitCode.Usage;
        }

        try
        {
            return await verbs.Single(v => v.Command.Name == name).Run(parsed, terminal, stop);
        }
        catch (Refusal refusal)
        {
            terminal.Error.WriteLine($"trader {name}: {refusal.Message}");
            return refusal.ExitCode;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            terminal.Error.WriteLine($"trader {name}: interrupted; nothing was left running");
            return ExitCode.Interrupted;
        }
    }

    private static RootCommand Root(IReadOnlyList<Verb> verbs)
    {
        var root = new RootCommand("Fail-closed safety for automated crypto-futures trading: the operator's verbs.");
        root.Directives.Clear();
        foreach (var verb in verbs)
        {
            verb.Command.SetAction(static _ => ExitCode.Good);
            root.Subcommands.Add(verb.Command);
        }

        var help = root.Options.OfType<HelpOption>().Single();
        if (help.Action is HelpAction inner)
        {
            help.Action = new Help(inner, verbs.ToDictionary(v => v.Command.Name, v => v.Example, StringComparer.Ordinal));
        }

        return root;
    }
}
