using System.CommandLine;
using System.Globalization;

namespace Trader.Cli.CommandLine;

/// <summary>Options that mean the same for every verb.</summary>
internal static class CommonOptions
{
    public static Option<bool> Json() => new("--json") { Description = "one JSON object on standard output, for machines" };

    public static Option<FileInfo?> Config() => new("--config")
    {
        Description = "settings laid over akka.hocon, as the nodes got them",
        HelpName = "FILE",
    };

    /// <summary>A whole number within limits; anything else is a wrong command line.</summary>
    public static Option<int> Ranged(string name, int usual, int least, int most, string what)
    {
        var option = new Option<int>(name)
        {
            Description = string.Create(CultureInfo.InvariantCulture, $"{what} ({least} to {most})"),
            DefaultValueFactory = _ => usual,
            HelpName = "N",
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && (!int.TryParse(result.Tokens[^1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
                || value < least || value > most))
            {
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} takes a whole number from {least} to {most}"));
            }
        });
        return option;
    }

    /// <summary>Writes what <c>--json FILE</c> asked for; nothing without it.</summary>
    /// <exception cref="Refusal">The file cannot be written.</exception>
    public static async Task WriteAsync(FileInfo? file, byte[] content, CancellationToken cancel)
    {
        if (file is null)
        {
            return;
        }

        try
        {
            await File.WriteAllBytesAsync(file.FullName, content, cancel);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Refusal(ExitCode.Unavailable, $"{file.FullName} cannot be written: {e.Message}", e);
        }
    }
}
