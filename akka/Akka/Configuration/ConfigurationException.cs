namespace Akka.Configuration;

/// <summary>A setting that is missing, of the wrong kind or out of range; the message names its path.</summary>
public class ConfigurationException : Exception
{
    public ConfigurationException(string message) : base(message)
    {
    }

    public ConfigurationException(string message, Exception? exception) : base(message, exception)
    {
    }
}
