using System.Globalization;
using Xunit.Sdk;

namespace Akka.TestKit.Xunit2.Internals;

/// <summary>Two values were to be equal and are not.</summary>
public class AkkaEqualException : XunitException
{
    public AkkaEqualException(string format = "", params object[] args)
        : base(args.Length == 0 ? format : string.Format(CultureInfo.InvariantCulture, format, args))
    {
    }

    /// <summary>Shows both values under a headline.</summary>
    public static AkkaEqualException ForMismatchedValues(
        object? expected, object? actual, string? format = null, params object[] args)
    {
        var headline = args.Length == 0
            ? format ?? "Values differ"
            : string.Format(CultureInfo.InvariantCulture, format ?? "Values differ", args);
        return new AkkaEqualException($"{headline}\nExpected: {Show(expected)}\nActual:   {Show(actual)}");
    }

    private static string Show(object? value) => value switch
    {
        null => "null",
        string text => text,
        System.Collections.IEnumerable many => $"[{string.Join(", ", many.Cast<object?>().Select(Show))}]",
        _ => value.ToString() ?? "null",
    };
}
