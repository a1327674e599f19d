using System.Text;
using Akka.Configuration;

namespace Trader.Hosting.Configuration;

/// <summary>Where settings come from.</summary>
/// <param name="DefaultsFile">Path of <c>akka.hocon</c>.</param>
/// <param name="OverlayFile">The file given with <c>--config</c>, null without.</param>
/// <param name="Environment">The process environment.</param>
/// <param name="PortOffset">From <c>--port-offset</c>, null without. The command line is the last word.</param>
/// <param name="NodeName">From <c>--node</c>, null without.</param>
public sealed record SettingsSources(
    string DefaultsFile,
    string? OverlayFile,
    IReadOnlyDictionary<string, string> Environment,
    string? PortOffset = null,
    string? NodeName = null);

/// <param name="Settings">Null when there is a violation.</param>
/// <param name="Notices">What was resolved, and how; one line each, without secrets.</param>
public sealed record SettingsResult(
    NodeSettings? Settings, IReadOnlyList<Violation> Violations, IReadOnlyList<string> Notices);

/// <summary>
/// Reads all layers (DESIGN section 8), refuses unknown keys, and lists every violation at once. Nothing is guessed:
/// a value that cannot be used stops the start with <see cref="ExitCode"/>.
/// </summary>
public static class SettingsLoader
{
    /// <summary>EX_CONFIG of sysexits.</summary>
    public const int ExitCode = 78;

    public static SettingsResult Load(SettingsSources sources)
    {
        ArgumentNullException.ThrowIfNull(sources);
        var layers = new SettingsLayers();
        var reader = new SettingsReader(layers);
        var engine = Config.Empty;
        var known = new SettingsLayers();
        known.Add(ConfigurationFactory.Default(), "reference");
        known.Add(Akka.Persistence.Persistence.DefaultConfig(), "reference");
        if (Parse(sources.DefaultsFile, reader) is { } defaults)
        {
            layers.Add(defaults, Path.GetFileName(sources.DefaultsFile));
            known.Add(defaults, "defaults");
            engine = defaults;
        }

        if (sources.OverlayFile is not null && Parse(sources.OverlayFile, reader) is { } overlay)
        {
            layers.Add(overlay, Path.GetFileName(sources.OverlayFile));
            engine = overlay.WithFallback(engine);
        }

        if (reader.Violations.Count > 0)
        {
            // Without its files every key would be missing, and the one line that matters would be lost among them.
            return new SettingsResult(null, reader.Violations, []);
        }

        var variables = new DocumentedVariables(sources.Environment, reader);
        variables.Overlay(layers);
        if (sources.PortOffset is not null)
        {
            layers.Set("trader.port-offset", sources.PortOffset, "--port-offset");
        }

        if (sources.NodeName is not null)
        {
            layers.Set("trader.node-name", sources.NodeName, "--node");
        }

        var notices = new List<string>(variables.Notices);
        var settings = new SettingsMapping(reader, variables, engine, notices).Map();
        reader.RefuseUnknown(
            path => path.StartsWith("akka.", StringComparison.Ordinal) && known.Find(path) is not null);
        return reader.Violations.Count == 0
            ? new SettingsResult(settings, [], notices)
            : new SettingsResult(null, reader.Violations, notices);
    }

    private static Config? Parse(string file, SettingsReader reader)
    {
        try
        {
            return ConfigurationFactory.ParseString(File.ReadAllText(file, Encoding.UTF8));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            reader.Wrong(file, "cannot be read", "check the path and its permissions");
        }
        catch (Exception e) when (e is FormatException or ConfigurationException)
        {
            reader.Wrong(file, "is not HOCON: " + e.Message.ReplaceLineEndings(" "), "repair it");
        }

        return null;
    }
}
