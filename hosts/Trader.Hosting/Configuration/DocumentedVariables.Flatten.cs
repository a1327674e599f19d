using Trader.Actors.Flatten;

namespace Trader.Hosting.Configuration;

/// <summary>
/// The flattener's switches and limits: from the process and from <c>governor.env</c>, which has the last word because the runbook edits it
/// and restarts. Unlike other variables they are taken byte for byte, and one that a file sets to nothing is off.
/// </summary>
internal sealed partial class DocumentedVariables
{
    private const string GovernorFile = "governor.env";
    private const string Force = "GOV_TESTNET_FORCE_FLATTEN";
    private const string Confirm = "GOV_TESTNET_FORCE_FLATTEN_CONFIRM";
    private const string Mode = "APPLY_MODE";

    /// <summary>The switches as they stand.</summary>
    public FlattenFlags Flatten()
    {
        SayMergedLines();
        return new FlattenFlags(Governor(Force)?.Value ?? "", Governor(Confirm)?.Value ?? "", ProductionMode());
    }

    private void OverlayFlatten(SettingsLayers layers)
    {
        OverlayLimit(layers, "MAX_FLATTEN_SYMBOLS", "trader.flatten.max-symbols");
        OverlayLimit(layers, "MIN_FLATTEN_NOTIONAL_USD", "trader.flatten.min-notional-usd");
    }

    /// <summary>The name with GOV_ is the more particular one and wins.</summary>
    private void OverlayLimit(SettingsLayers layers, string name, string path)
    {
        foreach (var spelled in new[] { name, "GOV_" + name })
        {
            if (Governor(spelled) is { } found && found.Value.Trim().Length > 0)
            {
                layers.Set(path, found.Value.Trim(), $"{spelled}, {found.Where}");
            }
        }
    }

    /// <summary>What the governor's own environment says; null when nothing does.</summary>
    private (string Value, string Where)? Governor(string name)
    {
        foreach (var (file, entries) in _files.Where(f => Path.GetFileName(f.File) == GovernorFile))
        {
            if (entries.TryGetValue(name, out var entry))
            {
                return (entry.Value, $"{file} line {entry.Line}");
            }
        }

        return _process.TryGetValue(name, out var value) ? (value, "environment") : null;
    }

    /// <summary>One production anywhere is enough (S15): process, governor.env or apply-layer.env. Anything but the two documented modes is one.</summary>
    private string? ProductionMode()
    {
        var all = _files.Where(f => f.Entries.ContainsKey(Mode))
            .Select(f => (f.Entries[Mode].Value, Where: $"{f.File} line {f.Entries[Mode].Line}")).ToList();
        if (_process.TryGetValue(Mode, out var value))
        {
            all.Add((value, "environment"));
        }

        var production = all.Where(m => m.Value.Trim().ToLowerInvariant() is not ("" or "testnet" or "dry_run" or "paper")).ToList();
        return production.Count == 0 ? null : $"{Mode}={FlattenText.Show(production[0].Value)} ({production[0].Where})";
    }

    /// <summary>
    /// <c>echo ... >></c> onto a file whose last line has no end makes one line of two assignments (D-S2). Nobody can know where the first
    /// ends, so it is said, and the switch stays off.
    /// </summary>
    private void SayMergedLines()
    {
        foreach (var (file, entries) in _files)
        {
            foreach (var (name, entry) in entries.Where(e => e.Value.Value.Contains(Force + "=", StringComparison.Ordinal)
                || e.Value.Value.Contains(Confirm + "=", StringComparison.Ordinal)))
            {
                Notices.Add($"{file} line {entry.Line}: {name} swallows an assignment of {Force}: a line end is missing before it");
            }
        }
    }
}
