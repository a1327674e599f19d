using Akka.Actor;
using Akka.Configuration;

namespace Akka.TestKit;

/// <summary>The settings below <c>akka.test</c>.</summary>
public class TestKitSettings : IExtension
{
    /// <exception cref="ConfigurationException">A time is not positive or the factor is not.</exception>
    public TestKitSettings(Config config)
    {
        ArgumentNullException.ThrowIfNull(config);
        DefaultTimeout = Positive(config, "akka.test.default-timeout", TimeSpan.FromSeconds(5));
        SingleExpectDefault = Positive(config, "akka.test.single-expect-default", TimeSpan.FromSeconds(3));
        ExpectNoMessageDefault = Positive(config, "akka.test.expect-no-message-default", SingleExpectDefault);
        TestEventFilterLeeway = Positive(config, "akka.test.filter-leeway", TimeSpan.FromSeconds(3));
        TestTimeFactor = config.GetDouble("akka.test.timefactor", 1.0);
        if (TestTimeFactor is not > 0)
        {
            throw new ConfigurationException($"akka.test.timefactor must be positive, not {TestTimeFactor}");
        }
    }

    /// <summary>For what wants a default time: latches, barriers, Ask in tests.</summary>
    public TimeSpan DefaultTimeout { get; }

    /// <summary>For expectations without their own time outside of Within.</summary>
    public TimeSpan SingleExpectDefault { get; }

    /// <summary>For ExpectNoMsg without its own time outside of Within.</summary>
    public TimeSpan ExpectNoMessageDefault { get; }

    /// <summary>How long an event filter waits for the last event after its block has run.</summary>
    public TimeSpan TestEventFilterLeeway { get; }

    /// <summary>What every wait is multiplied by.</summary>
    public double TestTimeFactor { get; }

    private static TimeSpan Positive(Config config, string path, TimeSpan @default)
    {
        var value = config.GetTimeSpan(path, @default, allowInfinite: false);
        return value > TimeSpan.Zero
            ? value
            : throw new ConfigurationException($"{path} must be positive, not {value}");
    }
}

public class TestKitExtension : ExtensionIdProvider<TestKitSettings>
{
    public static TestKitSettings For(ActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        return system.WithExtension<TestKitSettings, TestKitExtension>();
    }

    public override TestKitSettings CreateExtension(ExtendedActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        return new TestKitSettings(system.Settings.Config);
    }
}
