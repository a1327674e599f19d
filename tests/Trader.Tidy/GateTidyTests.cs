using System.Text.RegularExpressions;
using Xunit;

namespace Trader.Tidy;

/// <summary>What the order gate promises beyond what the compiler can hold: who makes passes, who asks for them, who turns the switch.</summary>
public sealed class GateTidyTests
{
    private static readonly string[] Production = ["actors", "hosts", "clients", "samples", "lighthouse", "pbm"];

    [Fact]
    public void A_pass_is_made_of_the_atomic_steps_answer_and_nowhere_else() =>
        Only(@"\bnew\s+GatePass\s*\(", "actors/Trader.Redis/Gateway/GateAnswers.cs");

    [Fact]
    public void Only_the_gate_asks_for_passes_and_sends_what_they_are_worth()
    {
        Only(@"\bnew\s+(RedisProtocol\.)?TakePlan\s*\(", "actors/Trader.Actors/ApplyLayer/");
        Only(@"\bnew\s+(ExchangeProtocol\.)?SendApproved\s*\(", "actors/Trader.Actors/ApplyLayer/");
        Only(@"\bApprovedOrder\.From\s*\(", "actors/Trader.Actors/ApplyLayer/");
    }

    [Fact]
    public void A_strategy_is_given_the_messages_and_one_door()
    {
        Only(@"\bnew\s+(RedisProtocol\.)?PublishIntent\s*\(", "actors/Trader.Actors/IntentDesk/");
        var references = Repository.Files(["clients/Trader.Gate", "samples"], ".csproj")
            .SelectMany(f => Regex.Matches(f.Text, @"(?:Project|Package|Framework)Reference Include=""([^""]+)").Select(m => (f.Path, Name: m.Groups[1].Value)))
            .ToList();

        Assert.NotEmpty(references);
        Findings.None(references.Where(r => !r.Name.EndsWith("/Trader.Messages.csproj", StringComparison.Ordinal)
            && !r.Name.EndsWith("/Trader.Gate.csproj", StringComparison.Ordinal)).Select(r => $"{r.Path} references {r.Name}"));
    }

    [Fact]
    public void Only_a_persons_verb_turns_the_kill_switch()
    {
        var findings = Files().Where(f => Regex.IsMatch(f.Text, @"\bRedisKeys\.KillSwitch\b"))
            .Where(f => !f.Path.StartsWith("hosts/Trader.Cli/KillSwitch/", StringComparison.Ordinal)
                && Regex.IsMatch(f.Text, """("(SET|SETEX|DEL|GETSET|GETDEL|UNLINK|EXPIRE)"[^;]*RedisKeys\.KillSwitch\b)"""))
            .Select(f => $"{f.Path} writes the kill switch");
        var scripts = Files().Single(f => f.Path == "actors/Trader.Redis/Gateway/RedisScripts.Gate.cs").Text;

        Findings.None(findings);
        // In every step of the gate the switch is the first key, and no step writes its first key.
        Assert.DoesNotMatch(@"redis\.p?call\('(SET|DEL|EXPIRE|GETDEL|UNLINK)', KEYS\[1\]", scripts.Split("PublishResults")[0]);
    }

    private static void Only(string pattern, string home)
    {
        var places = Files().SelectMany(f => Regex.Matches(SourceText.Parse(f.Text).Code, pattern).Select(m => (f.Path, At: f.At(m.Index)))).ToList();

        Assert.NotEmpty(places);
        Findings.None(places.Where(p => !p.Path.StartsWith(home, StringComparison.Ordinal)).Select(p => p.At));
    }

    private static IEnumerable<RepositoryFile> Files() => Repository.Files(Production, ".cs");
}
