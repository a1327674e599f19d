namespace Trader.Actors.Ports;

/// <summary>Conventions between an actor's log call and the documented line.</summary>
public static class LogText
{
    /// <summary>
    /// An error that begins with this is written at level CRITICAL (emergency-exit contract 3.1), without the prefix. Akka.NET's levels end at
    /// ERROR; under another logger the word still stands in the line.
    /// </summary>
    public const string Critical = "CRITICAL: ";
}
