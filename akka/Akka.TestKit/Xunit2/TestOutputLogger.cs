using Akka.Actor;
using Akka.Event;
using Xunit.Abstractions;

namespace Akka.TestKit.Xunit2;

/// <summary>Writes log events to the output of the running test.</summary>
internal sealed class TestOutputLogger(ITestOutputHelper output, string prefix) : ActorBase
{
    protected override bool Receive(object message)
    {
        switch (message)
        {
            case InitializeLogger initialize:
                foreach (var level in Enum.GetValues<LogLevel>())
                {
                    initialize.LoggingBus.Subscribe(Self, level.ClassFor());
                }
                Sender.Tell(new LoggerInitialized());
                return true;
            case LogEvent logEvent:
                Write(logEvent);
                return true;
            default:
                return false;
        }
    }

    private void Write(LogEvent logEvent)
    {
        try
        {
            output.WriteLine(prefix + logEvent);
        }
        catch (InvalidOperationException)
        {
            // The test is over, and xunit takes no more of its output.
        }
    }
}
