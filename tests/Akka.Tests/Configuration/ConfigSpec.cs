using Akka.Configuration;
using Xunit;

namespace Akka.Tests.Configuration;

public class ConfigSpec
{
    [Fact]
    public void What_is_missing_gives_the_default_of_the_call()
    {
        var config = Config.Empty;
        Assert.Null(config.GetString("a"));
        Assert.Equal("x", config.GetString("a", "x"));
        Assert.Equal(7, config.GetInt("a", 7));
        Assert.True(config.GetBoolean("a", true));
        Assert.Equal(1.5m, config.GetDecimal("a", 1.5m));
        Assert.Equal(TimeSpan.FromSeconds(3), config.GetTimeSpan("a", TimeSpan.FromSeconds(3)));
        Assert.Null(config.GetByteSize("a"));
        Assert.Empty(config.GetStringList("a"));
        Assert.Equal(["d"], config.GetStringList("a", ["d"]));
        Assert.Null(config.GetConfig("a"));
        Assert.True(config.IsNullOrEmpty());
    }

    [Fact]
    public void Null_reads_as_missing_and_hides_the_fallback()
    {
        Config config = "a = null";
        var merged = config.WithFallback("a = 1");
        Assert.False(merged.HasPath("a"));
        Assert.Equal(9, merged.GetInt("a", 9));
    }

    [Fact]
    public void A_fallback_completes_objects_and_leaves_the_rest()
    {
        Config first = "a { x = 1, list = [1] }";
        Config second = "a { x = 9, y = 2, list = [9] }, b = 3";
        Config third = "c = 4, b = 9";
        var merged = first.WithFallback(second).WithFallback(third);
        Assert.Equal((1, 2, 3, 4),
            (merged.GetInt("a.x"), merged.GetInt("a.y"), merged.GetInt("b"), merged.GetInt("c")));
        Assert.Equal([1], merged.GetIntList("a.list"));
        Assert.Equal(2, merged.GetConfig("a")!.GetInt("y"));
        Assert.False(first.HasPath("b"));
    }

    [Fact]
    public void A_value_of_the_wrong_kind_is_named_with_its_path_and_line()
    {
        Config config = "a {\n b = five\n c { d = 1 }\n e = 5 parsecs\n f = 99999999999\n}";
        Assert.Equal("a.b (line 2): 'five' is not a number that fits Int32", Message(() => config.GetInt("a.b")));
        Assert.Equal(
            "a.b (line 2): 'five' is not a boolean (true, false, yes, no, on, off)",
            Message(() => config.GetBoolean("a.b")));
        Assert.Equal("a.c (line 3): a number was expected, not an object", Message(() => config.GetInt("a.c")));
        Assert.Equal("a.b (line 2): an object was expected", Message(() => config.GetConfig("a.b")));
        Assert.Equal("a.b (line 2): a list was expected, not 'five'", Message(() => config.GetStringList("a.b")));
        Assert.StartsWith("a.e (line 4): '5 parsecs' is not a duration", Message(() => config.GetTimeSpan("a.e")),
            StringComparison.Ordinal);
        Assert.StartsWith("a.f (line 5): '99999999999' is not a number", Message(() => config.GetInt("a.f")),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Infinite_can_be_refused()
    {
        Config config = "a = infinite";
        Assert.Equal(Timeout.InfiniteTimeSpan, config.GetTimeSpan("a"));
        Assert.Throws<ConfigurationException>(() => config.GetTimeSpan("a", null, allowInfinite: false));
    }

    [Fact]
    public void Leaves_enumerate_every_path_so_unknown_keys_can_be_refused()
    {
        Config config = "a { b.c = 1, d = [1, 2], e { } }\n\"/user/x*\".f = on\ng = null";
        Assert.Equal(
            ["a.b.c", "a.d", "a.e", "\"/user/x*\".f", "g"],
            config.Leaves().Select(leaf => leaf.Key));
        Assert.All(config.Leaves(), leaf => Assert.True(leaf.Value.Line is 1 or 2 or 3));
        Assert.Equal(["a", "/user/x*", "g"], config.AsEnumerable().Select(entry => entry.Key));
    }

    [Fact]
    public void ToString_reads_back_as_the_same_settings()
    {
        Config config = "a { b = \"x \\\"y\\\" \\\\ \\n z\", \"c.d\" = [1, [2], { e = null }] }\nf = 5 s";
        var again = ConfigurationFactory.ParseString(config.ToString());
        Assert.Equal(config.ToString(), again.ToString());
        Assert.Equal("x \"y\" \\ \n z", again.GetString("a.b"));
        Assert.Equal(TimeSpan.FromSeconds(5), again.GetTimeSpan("f"));
    }

    [Fact]
    public void The_reference_settings_hold_what_the_engine_reads()
    {
        var config = ConfigurationFactory.Default();
        Assert.Equal("INFO", config.GetString("akka.loglevel"));
        Assert.Equal("WARNING", config.GetString("akka.stdout-loglevel"));
        Assert.Equal(10, config.GetInt("akka.log-dead-letters"));
        Assert.Equal(Timeout.InfiniteTimeSpan, config.GetTimeSpan("akka.actor.ask-timeout"));
        Assert.Equal(30, config.GetInt("akka.actor.default-dispatcher.throughput"));
        Assert.Equal(TimeSpan.FromSeconds(3), config.GetTimeSpan("akka.test.single-expect-default"));
        Assert.Equal(12, config.GetConfig("akka.coordinated-shutdown.phases")!.AsEnumerable().Count());
    }

    private static string Message(Func<object?> read) => Assert.Throws<ConfigurationException>(read).Message;
}
