using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Xunit;

namespace Akka.TestKit.Xunit2;

/// <summary>Fails tests the way xunit does.</summary>
public class XunitAssertions : ITestKitAssertions
{
    [DoesNotReturn]
    public void Fail(string format = "", params object[] args) => Assert.Fail(Text(format, args));

    public void AssertTrue(bool condition, string format = "", params object[] args)
    {
        if (!condition)
        {
            Assert.True(condition, Text(format, args));
        }
    }

    public void AssertFalse(bool condition, string format = "", params object[] args)
    {
        if (condition)
        {
            Assert.False(condition, Text(format, args));
        }
    }

    public void AssertEqual<T>(T expected, T actual, string format = "", params object[] args)
    {
        if (EqualityComparer<T>.Default.Equals(expected, actual))
        {
            return;
        }
        // Lists of equal items are equal to xunit, and it shows where two values differ.
        try
        {
            Assert.Equal(expected, actual);
        }
        catch (Xunit.Sdk.EqualException e)
        {
            Assert.Fail($"{Text(format, args)}\n{e.Message}");
        }
    }

    public void AssertEqual<T>(
        T expected, T actual, Func<T, T, bool> comparer, string format = "", params object[] args)
    {
        if (!comparer(expected, actual))
        {
            Assert.Fail(Text(format, args));
        }
    }

    private static string Text(string format, object[] args) =>
        args.Length == 0 ? format : string.Format(CultureInfo.InvariantCulture, format, args);
}
