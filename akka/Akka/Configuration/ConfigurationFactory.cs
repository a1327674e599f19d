using System.Globalization;
using System.Text;
using Akka.Configuration.Hocon;

namespace Akka.Configuration;

/// <summary>Makes <see cref="Config"/> from text or objects.</summary>
public static class ConfigurationFactory
{
    public static Config Empty => Config.Empty;

    /// <exception cref="HoconParserException">The text is not HOCON; the message names line and column.</exception>
    public static Config ParseString(string hocon)
    {
        ArgumentNullException.ThrowIfNull(hocon);
        return new Config(HoconParser.Parse(hocon));
    }

    /// <summary>The engine's reference settings: what every key that it reads is when nobody sets it.</summary>
    public static Config Default() => ReferenceConfig.Value;

    /// <summary>One level of settings from an object's public properties, named as the properties are.</summary>
    public static Config FromObject(object source)
    {
        ArgumentNullException.ThrowIfNull(source);
        var items = new Dictionary<string, HoconValue>(StringComparer.Ordinal);
        foreach (var property in source.GetType().GetProperties())
        {
            var text = Convert.ToString(property.GetValue(source), CultureInfo.InvariantCulture);
            items[property.Name] = HoconValue.FromText(text, 0);
        }
        return new Config(HoconValue.FromObject(new HoconObject(items), 0));
    }

    internal static Config FromResource(string name)
    {
        using var stream = typeof(ConfigurationFactory).Assembly.GetManifestResourceStream(name)
            ?? throw new ConfigurationException($"the assembly holds no resource '{name}'");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return ParseString(reader.ReadToEnd());
    }
}
