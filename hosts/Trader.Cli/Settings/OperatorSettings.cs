using System.Collections;
using Trader.Cli.CommandLine;
using Trader.Hosting.Configuration;

namespace Trader.Cli.Settings;

/// <summary>The settings an operator's verb works with: the very layers a node reads, so that both look at the same system.</summary>
internal static class OperatorSettings
{
    private const string DefaultsFile = "akka.hocon";

    /// <summary>Reads them, or refuses with every violation, one per line.</summary>
    public static NodeSettings Load(string? overlay, IReadOnlyDictionary<string, string>? environment = null)
    {
        var result = SettingsLoader.Load(new SettingsSources(
            Path.Combine(AppContext.BaseDirectory, DefaultsFile), overlay, environment ?? Environment()));
        return result.Settings
            ?? throw new Refusal(ExitCode.Configuration, string.Join('\n', result.Violations.Select(v => v.ToString())));
    }

    public static IReadOnlyDictionary<string, string> Environment() =>
        System.Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? "", StringComparer.Ordinal);
}
