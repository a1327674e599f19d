using Akka.Configuration;

namespace Akka.TestKit.Configs;

/// <summary>Settings that tests start from.</summary>
public static class TestConfigs
{
    /// <summary>The listener that event filters need, and the dispatcher of test actors.</summary>
    public static Config DefaultConfig { get; } = ConfigurationFactory.ParseString("""
        akka {
          loggers = ["Akka.TestKit.TestEventListener, Akka.TestKit"]
          test {
            calling-thread-dispatcher {
              type = calling-thread
              throughput = 2147483647
            }
            test-actor.dispatcher {
              type = calling-thread
              throughput = 2147483647
            }
          }
        }
        """);

    /// <summary>Time that passes only when the test says so: see <see cref="TestScheduler"/>.</summary>
    public static Config TestSchedulerConfig { get; } = ConfigurationFactory.ParseString(
        "akka.scheduler.implementation = \"Akka.TestKit.TestScheduler, Akka.TestKit\"");
}
