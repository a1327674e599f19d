namespace Trader.Cli.CommandLine;

/// <summary>Where a verb's answers and complaints go, and whether a person can be asked.</summary>
/// <param name="Out">Answers.</param>
/// <param name="Error">Complaints and progress: never in the way of a machine that reads <paramref name="Out"/>.</param>
/// <param name="In">A person's answers; null when nobody can be asked.</param>
internal sealed record Terminal(TextWriter Out, TextWriter Error, TextReader? In)
{
    public static Terminal Real() => new(Console.Out, Console.Error, Console.IsInputRedirected ? null : Console.In);

    /// <summary>A line about the work itself.</summary>
    public void Say(string line) => Error.WriteLine(line);
}
