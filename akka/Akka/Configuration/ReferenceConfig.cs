namespace Akka.Configuration;

/// <summary>Reads the reference settings once, from the text beside this file.</summary>
internal static class ReferenceConfig
{
    public static Config Value { get; } = ConfigurationFactory.FromResource("Akka.Configuration.reference.conf");
}
