using System.Diagnostics.CodeAnalysis;

namespace Akka.TestKit;

/// <summary>How the test kit fails a test: the part that depends on the test framework.</summary>
public interface ITestKitAssertions
{
    [DoesNotReturn]
    void Fail(string format = "", params object[] args);

    void AssertTrue(bool condition, string format = "", params object[] args);

    void AssertFalse(bool condition, string format = "", params object[] args);

    void AssertEqual<T>(T expected, T actual, string format = "", params object[] args);

    void AssertEqual<T>(T expected, T actual, Func<T, T, bool> comparer, string format = "", params object[] args);
}
