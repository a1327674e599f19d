namespace Trader.Simulation.Gate;

/// <summary>
/// The part of Redis' keys that the gate's steps use: strings and hashes with expiry by Redis' own clock. A key of another type answers a
/// string command with an error, as the scripts expect it.
/// </summary>
internal sealed class KeySpace(GateStage stage)
{
    private sealed class Entry
    {
        public string? Text { get; init; }

        public Dictionary<string, string>? Fields { get; init; }

        public double UntilMs { get; init; } = double.PositiveInfinity;
    }

    private readonly Dictionary<string, Entry> entries = new(StringComparer.Ordinal);

    /// <summary>The scripts' <c>value</c>: <c>absent</c>, <c>string</c> or <c>other</c>, and the text.</summary>
    public (string Kind, string Text) Value(string key) => Live(key) is not { } entry ? ("absent", "")
        : entry.Text is { } text ? ("string", text)
        : ("other", "");

    public string? Text(string key) => Live(key)?.Text;

    public bool Exists(string key) => Live(key) is not null;

    /// <summary>-2 absent, -1 without expiry.</summary>
    public long TtlSeconds(string key) => Live(key) is not { } entry ? -2
        : double.IsInfinity(entry.UntilMs) ? -1 : (long)Math.Ceiling((entry.UntilMs - stage.NowMs) / 1000);

    public void Set(string key, string text, double seconds = double.PositiveInfinity) =>
        entries[key] = new Entry { Text = text, UntilMs = stage.NowMs + (seconds * 1000) };

    public bool SetNew(string key, string text, double seconds)
    {
        if (Exists(key))
        {
            return false;
        }

        Set(key, text, seconds);
        return true;
    }

    /// <summary>A hash under the key, whatever stood there.</summary>
    public void SetOther(string key) => entries[key] = new Entry { Fields = new Dictionary<string, string> { ["x"] = "y" } };

    public string? Field(string key, string field) => Live(key)?.Fields?.GetValueOrDefault(field);

    public void SetFields(string key, params (string Field, string Text)[] fields)
    {
        var entry = Live(key);
        if (entry?.Fields is null)
        {
            entries[key] = entry = new Entry { Fields = [] };
        }

        foreach (var (field, text) in fields)
        {
            entry.Fields![field] = text;
        }
    }

    public void RemoveField(string key, string field) => Live(key)?.Fields?.Remove(field);

    public void Delete(string key) => entries.Remove(key);

    public void Flush() => entries.Clear();

    private Entry? Live(string key) =>
        entries.TryGetValue(key, out var entry) && entry.UntilMs > stage.NowMs ? entry : null;
}
