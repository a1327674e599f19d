using Akka.Configuration;
using Akka.Configuration.Hocon;
using Xunit;

namespace Akka.Tests.Configuration;

public class HoconSpec
{
    [Fact]
    public void Braces_around_the_root_are_optional()
    {
        Assert.Equal(1, Parse("{ a = 1 }").GetInt("a"));
        Assert.Equal(1, Parse("a = 1").GetInt("a"));
        Assert.True(Parse("").IsEmpty);
        Assert.True(Parse("  # nothing\n // here \n").IsEmpty);
    }

    [Fact]
    public void Dotted_keys_make_nested_objects_and_merge_with_them()
    {
        var config = Parse("a.b.c = 1\na { b { d = 2 }, e : 3 }\n\"x.y\".z = 4");
        Assert.Equal(1, config.GetInt("a.b.c"));
        Assert.Equal(2, config.GetInt("a.b.d"));
        Assert.Equal(3, config.GetInt("a.e"));
        Assert.Equal(4, config.GetInt("\"x.y\".z"));
    }

    [Theory]
    [InlineData("a = hello world # comment", "hello world")]
    [InlineData("a = hello world // comment", "hello world")]
    [InlineData("a = \"quoted # no comment\"", "quoted # no comment")]
    [InlineData("a = \"\"\"three \"quotes\" \\n raw\"\"\"", "three \"quotes\" \\n raw")]
    [InlineData("a = \"tab\\tline\\n\\u0041\"", "tab\tline\nA")]
    [InlineData("a = x \"y\"  z", "x y  z")]
    [InlineData("a : /user/path-1", "/user/path-1")]
    [InlineData("a = 1, b = 2", "1")]
    [InlineData("a=\"\"", "")]
    public void Strings(string text, string expected) => Assert.Equal(expected, Parse(text).GetString("a"));

    [Theory]
    [InlineData("true", true)]
    [InlineData("on", true)]
    [InlineData("yes", true)]
    [InlineData("false", false)]
    [InlineData("off", false)]
    [InlineData("no", false)]
    public void Booleans(string text, bool expected) => Assert.Equal(expected, Parse($"a = {text}").GetBoolean("a"));

    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("500", 500)]
    [InlineData("5s", 5_000)]
    [InlineData("5 s", 5_000)]
    [InlineData("2 minutes", 120_000)]
    [InlineData("0.5 seconds", 500)]
    [InlineData("1h", 3_600_000)]
    [InlineData("1d", 86_400_000)]
    [InlineData("1000 us", 1)]
    [InlineData("1000000 ns", 1)]
    [InlineData("infinite", -1)]
    public void Durations(string text, double milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Parse($"a = {text}").GetTimeSpan("a"));

    [Theory]
    [InlineData("512", 512)]
    [InlineData("512b", 512)]
    [InlineData("1k", 1024)]
    [InlineData("1KiB", 1024)]
    [InlineData("1kB", 1000)]
    [InlineData("128 KiB", 131072)]
    [InlineData("4 MB", 4_000_000)]
    [InlineData("1G", 1L << 30)]
    public void Sizes(string text, long bytes) => Assert.Equal(bytes, Parse($"a = {text}").GetByteSize("a"));

    [Fact]
    public void Numbers_keep_their_decimal_digits()
    {
        var config = Parse("a = 0.10, b = -3, c = 1e3, d = 9223372036854775807");
        Assert.Equal("0.10", config.GetDecimal("a").ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(-3, config.GetInt("b"));
        Assert.Equal(1000.0, config.GetDouble("c"));
        Assert.Equal(long.MaxValue, config.GetLong("d"));
    }

    [Fact]
    public void Lists_may_span_lines_and_drop_commas()
    {
        var config = Parse("a = [1, 2\n 3,]\nb = [\"x y\", z w]\nc = []\nd = [{k = 1}, {k = 2}]");
        Assert.Equal([1, 2, 3], config.GetIntList("a"));
        Assert.Equal(["x y", "z w"], config.GetStringList("b"));
        Assert.Empty(config.GetStringList("c"));
        Assert.Equal(2, config.GetValue("d")!.GetArray()[1].GetChildObject("k")!.GetInt());
    }

    [Fact]
    public void Plus_equals_appends()
    {
        Assert.Equal([1, 2, 3], Parse("a = [1]\na += 2\na += 3").GetIntList("a"));
        Assert.Equal([7], Parse("a += 7").GetIntList("a"));
        Assert.Equal([1, 2], Parse("x.a = [1]\nx { a += 2 }").GetIntList("x.a"));
    }

    [Fact]
    public void Substitutions_see_the_final_value_wherever_it_stands()
    {
        var config = Parse("b = ${a}/x\na = 1\na = 2\nc = ${d.e} \nd { e = ${a}, f = ${?none} }");
        Assert.Equal("2/x", config.GetString("b"));
        Assert.Equal(2, config.GetInt("c"));
        Assert.False(config.HasPath("d.f"));
    }

    [Fact]
    public void Substituted_objects_and_lists_are_completed_by_what_follows()
    {
        var config = Parse("base { x = 1, y = 2 }\nown = ${base} { y = 3 }\nlist = [1]\nlonger = ${list} [2]");
        Assert.Equal(1, config.GetInt("own.x"));
        Assert.Equal(3, config.GetInt("own.y"));
        Assert.Equal([1, 2], config.GetIntList("longer"));
    }

    [Fact]
    public void A_value_that_names_its_own_key_means_the_value_before()
    {
        Assert.Equal("a:b", Parse("p = a\np = ${p}\":b\"").GetString("p"));
        Assert.Equal("b", Parse("p = ${?p}b").GetString("p"));
    }

    [Fact]
    public void An_absent_optional_substitution_leaves_the_earlier_value() =>
        Assert.Equal(1, Parse("a = 1\na = ${?nobody}").GetInt("a"));

    [Theory]
    [InlineData("a = ${b}", 1, 5, "unresolved substitution ${b}")]
    [InlineData("a = ${a}", 1, 5, "cycle in substitution ${a}")]
    [InlineData("a = ${b}\nb = ${a}", 2, 5, "cycle in substitution ${a}")]
    [InlineData("x = 1\na = \"open", 2, 5, "a quoted string is not closed")]
    [InlineData("a = \"\"\"open", 1, 5, "a triple-quoted string is not closed")]
    [InlineData("a { b = 1", 1, 10, "expected '}', found the end of the text")]
    [InlineData("a = [1, 2", 1, 10, "expected a value, found the end of the text")]
    [InlineData("a = }", 1, 5, "expected a value, found '}'")]
    [InlineData("a b", 1, 4, "expected '=', ':' or '{' after key '\"a b\"', found the end of the text")]
    [InlineData("a =\n", 2, 1, "expected a value, found the end of the text")]
    [InlineData("= 1", 1, 1, "expected a key, found '='")]
    [InlineData("a = 1 }", 1, 7, "expected ',' or a new line, found '}'")]
    [InlineData("a = \"\\q\"", 1, 6, "unknown escape '\\q'")]
    [InlineData("a = [1] x", 1, 9, "an object or a list cannot be joined with a value of another kind")]
    [InlineData("include \"other.conf\"", 1, 1, "include is not supported")]
    [InlineData("a = 1,, b = 2", 1, 7, "expected a key, found ','")]
    public void Faults_name_line_and_column(string text, int line, int column, string message)
    {
        var fault = Assert.Throws<HoconParserException>(() => Parse(text));
        Assert.Equal($"{message} at line {line}, column {column}", fault.Message);
        Assert.Equal((line, column), (fault.Line, fault.Column));
    }

    [Fact]
    public void Deep_nesting_is_refused_before_the_stack_ends()
    {
        var fault = Assert.Throws<HoconParserException>(() => Parse("a = " + new string('[', 100_000)));
        Assert.Contains("levels of nesting", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Substitutions_that_double_each_time_end_in_an_error_or_a_value_but_never_in_a_crash()
    {
        var text = string.Join('\n', Enumerable.Range(1, 300).Select(i => $"k{i} = ${{k{i + 1}}}")) + "\nk301 = 1";
        Assert.Throws<HoconParserException>(() => Parse(text));
    }

    private static Config Parse(string text) => ConfigurationFactory.ParseString(text);
}
