using System.Text.RegularExpressions;

namespace Akka.TestKit.Internal.StringMatcher;

/// <summary>Says whether a text is the one that is looked for.</summary>
public interface IStringMatcher
{
    bool IsMatch(string s);
}

public sealed class MatchesAll : IStringMatcher
{
    private MatchesAll()
    {
    }

    public static IStringMatcher Instance { get; } = new MatchesAll();

    public bool IsMatch(string s) => true;

    public override string ToString() => "";
}

public sealed class EqualsString(string expected) : IStringMatcher
{
    public bool IsMatch(string s) => string.Equals(expected, s, StringComparison.Ordinal);

    public override string ToString() => $"== \"{expected}\"";
}

public sealed class StartsWithString(string start) : IStringMatcher
{
    public bool IsMatch(string s) => s.StartsWith(start, StringComparison.Ordinal);

    public override string ToString() => $"starts with \"{start}\"";
}

public sealed class ContainsString(string part) : IStringMatcher
{
    public bool IsMatch(string s) => s.Contains(part, StringComparison.Ordinal);

    public override string ToString() => $"contains \"{part}\"";
}

public sealed class RegexMatcher(Regex regex) : IStringMatcher
{
    public bool IsMatch(string s) => regex.IsMatch(s);

    public override string ToString() => $"matches {regex}";
}

public sealed class PredicateMatcher(Predicate<string> predicate, string hint = "") : IStringMatcher
{
    public bool IsMatch(string s) => predicate(s);

    public override string ToString() => $"fulfils {(hint.Length == 0 ? "a predicate" : hint)}";
}

/// <summary>An actor's path: with or without the address, and with or without the uid.</summary>
public sealed class EqualsStringAndPathMatcher(string path, bool canBeRelative = true) : IStringMatcher
{
    public bool IsMatch(string s)
    {
        if (string.Equals(path, s, StringComparison.Ordinal))
        {
            return true;
        }
        if (!canBeRelative || !Actor.ActorPath.TryParse(s, out var actor))
        {
            return false;
        }
        var local = actor.ToStringWithoutAddress();
        return string.Equals(path, local, StringComparison.Ordinal)
            || string.Equals($"/user/{path}", local, StringComparison.Ordinal)
            || string.Equals($"/{path}", local, StringComparison.Ordinal)
            || string.Equals($"akka://{path}", s, StringComparison.Ordinal);
    }

    public override string ToString() => $"== \"{path}\"";
}
