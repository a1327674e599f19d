using Xunit;

namespace Trader.Cli.Tests.Ops;

/// <summary>The systemd units under their documented names, and the deployment faults that must not return (X2 to X2e, X24).</summary>
public sealed class UnitFileTests
{
    private const string Brain = "quantum-exit-brain.service";
    private const string Watchdog = "quantum-exit-brain-watchdog.service";
    private const string Worker = "quantum-emergency-exit-worker.service";
    private const string Governor = "quantum-governor.service";
    private const string ApplyLayer = "quantum-apply-layer.service";
    private const string PositionState = "quantum-p33-position-brain.service";
    private const string Ess = "quantum-ess.service";

    private static readonly string[] Roles = [Brain, Watchdog, Worker, Governor, ApplyLayer, PositionState];

    private static string Folder => Path.Combine(Repository.Root, "ops", "systemd");

    [Theory]
    [InlineData(Brain, "exit-brain")]
    [InlineData(Watchdog, "watchdog")]
    [InlineData(Worker, "panic-close")]
    [InlineData(Governor, "governor")]
    [InlineData(ApplyLayer, "apply-layer")]
    [InlineData(PositionState, "position-state")]
    public void X2_no_unit_is_bound_to_another_and_each_restarts_for_ever(string unit, string role)
    {
        var (sections, text) = Read(unit);

        Assert.Empty(sections["Unit"].Keys.Intersect(["BindsTo", "PartOf", "Requires", "Requisite", "BindTo", "Conflicts"]));
        Assert.Equal("0", sections["Unit"]["StartLimitIntervalSec"]);
        Assert.False(sections["Service"].ContainsKey("StartLimitIntervalSec"));
        Assert.Equal("always", sections["Service"]["Restart"]);
        Assert.Contains($"--roles {role} ", sections["Service"]["ExecStart"] + " ", StringComparison.Ordinal);
        Assert.DoesNotContain("CPUQuota=", text, StringComparison.Ordinal);
        Assert.DoesNotContain("/home/", text, StringComparison.Ordinal);
        Assert.Equal("notify", sections["Service"]["Type"]);
        Assert.Equal("multi-user.target", sections["Install"]["WantedBy"]);
    }

    [Fact]
    public void E7_exactly_one_command_line_has_the_name_the_runbook_kills()
    {
        var matching = Roles
            .Where(unit => Read(unit).Sections["Service"]["ExecStart"].Contains("main_with_watchdog.py", StringComparison.Ordinal));

        Assert.Equal([Brain], matching);
    }

    [Fact]
    public void X25_all_roles_read_the_same_credentials_file()
    {
        var files = Roles.Select(unit => Read(unit).Sections["Service"]["EnvironmentFile"]).Distinct();

        Assert.Equal("-/etc/quantum/trader.env", Assert.Single(files));
    }

    [Fact]
    [Trait("covers", "D-E3,D-E8,D-E11")]
    public void The_emergency_stops_directory_outlives_its_units_and_no_unit_needs_to_watch_it()
    {
        foreach (var unit in new[] { Governor, ApplyLayer, PositionState })
        {
            var service = Read(unit).Sections["Service"];
            Assert.Equal(("quantum", "yes"), (service["RuntimeDirectory"], service["RuntimeDirectoryPreserve"]));
        }

        Assert.Equal("quantum-position-state-brain.service", Read(PositionState).Sections["Install"]["Alias"]);
        Assert.EndsWith("ess_controller.sh activate", Read(Ess).Sections["Service"]["ExecStart"], StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Folder, "quantum-ess*.path").Concat(Directory.GetFiles(Folder, "quantum-ess*.timer")));
    }

    [Fact]
    public async Task Systemd_itself_finds_nothing_wrong()
    {
        var copies = Directory.CreateTempSubdirectory("trader-units-");
        try
        {
            foreach (var unit in Roles)
            {
                // The program is not installed where the tests run; everything else is looked at as it stands.
                var text = Read(unit).Text.Replace("ExecStart=/opt/quantum/trader/Trader.Node", "ExecStart=/bin/true", StringComparison.Ordinal);
                Assert.Contains("ExecStart=/bin/true ", text, StringComparison.Ordinal);
                await File.WriteAllTextAsync(Path.Combine(copies.FullName, unit), text);
            }

            if (File.Exists("/usr/bin/systemd-analyze"))
            {
                var (code, output, error) = await Shell.RunAsync(
                    "systemd-analyze", ["verify", .. copies.EnumerateFiles().Select(f => f.FullName)]);
                Assert.Equal("", output + error);
                Assert.Equal(0, code);
            }
        }
        finally
        {
            copies.Delete(recursive: true);
        }
    }

    private static (Dictionary<string, Dictionary<string, string>> Sections, string Text) Read(string unit)
    {
        var text = File.ReadAllText(Path.Combine(Folder, unit));
        var sections = new Dictionary<string, Dictionary<string, string>>(StringComparer.Ordinal);
        var current = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n').Where(l => l.Length > 0 && l[0] != '#'))
        {
            if (line[0] == '[')
            {
                sections[line.Trim('[', ']')] = current = new Dictionary<string, string>(StringComparer.Ordinal);
            }
            else
            {
                var parts = line.Split('=', 2);
                current[parts[0]] = parts[1];
            }
        }

        return (sections, text);
    }
}
