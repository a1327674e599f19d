namespace Akka.Configuration.Hocon;

/// <summary>HOCON text that cannot be read. The message is one line and names line and column (both from 1).
/// Akka.NET throws the base type: programs that are to run on both catch that.</summary>
public sealed class HoconParserException : FormatException
{
    public HoconParserException(string message, int line, int column)
        : base($"{message} at line {line}, column {column}")
    {
        Line = line;
        Column = column;
    }

    /// <summary>Line of the fault, from 1.</summary>
    public int Line { get; }

    /// <summary>Column of the fault, from 1.</summary>
    public int Column { get; }
}
