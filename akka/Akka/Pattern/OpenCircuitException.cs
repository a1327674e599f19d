using Akka.Actor;

namespace Akka.Pattern;

/// <summary>A call was not made because too many before it have failed.</summary>
public class OpenCircuitException : AkkaException
{
    /// <summary>Makes the exception.</summary>
    public OpenCircuitException()
        : base("Circuit Breaker is open; calls are failing fast")
    {
    }

    /// <summary>Makes the exception.</summary>
    public OpenCircuitException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}
