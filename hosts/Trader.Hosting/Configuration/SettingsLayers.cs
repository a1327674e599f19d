using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace Trader.Hosting.Configuration;

/// <summary>One thing that is wrong with the settings, as one line an operator can act on.</summary>
/// <param name="Where">Key and source.</param>
/// <param name="What">What is wrong.</param>
/// <param name="ToDo">What to do.</param>
public sealed record Violation(string Where, string What, string ToDo)
{
    public override string ToString() => $"{Where}: {What}; {ToDo}";
}

/// <summary>One value and the source that set it.</summary>
/// <param name="Text">The value; null for a list or a null.</param>
/// <param name="Items">The list; null for a value.</param>
internal sealed record Setting(string? Text, IReadOnlyList<string>? Items, string Where);

/// <summary>Dotted paths to values, several sources deep: the last source that names a path wins.</summary>
internal sealed class SettingsLayers
{
    private readonly Dictionary<string, Setting> _settings = new(StringComparer.Ordinal);

    public IEnumerable<string> Paths => _settings.Keys;

    public Setting? Find(string path) => _settings.GetValueOrDefault(path);

    public void Set(string path, string value, string where) => _settings[path] = new Setting(value, null, where);

    public void Add(Config config, string where) => Add("", config.Root, where);

    private void Add(string prefix, HoconValue node, string where)
    {
        foreach (var (key, value) in node.GetObject()?.Items ?? new Dictionary<string, HoconValue>())
        {
            var path = prefix.Length == 0 ? key : $"{prefix}.{key}";
            if (value.IsObject())
            {
                Add(path, value, where);
            }
            else if (value.IsArray())
            {
                _settings[path] = new Setting(null, [.. value.GetArray().Select(v => v.GetString() ?? "")], where);
            }
            else
            {
                _settings[path] = new Setting(value.GetString(), null, where);
            }
        }
    }
}
