using System.Runtime.Versioning;
using Xunit;

namespace Trader.Cli.Tests.Ops;

/// <summary>The documented names, in a directory like the one that the documents name.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class InstallTests : IDisposable
{
    private static readonly string[] Names =
        ["ops/ess_controller.sh", "scripts/proof_testnet_flatten.sh", "scripts/testnet_clean_slate.sh", "scripts/dump_exchange_positions.py"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("trader-install-");

    private string Program => Path.Combine(_folder.FullName, "program");

    private string Home => Path.Combine(_folder.FullName, "home");

    public InstallTests()
    {
        Directory.CreateDirectory(Program);
        File.CreateSymbolicLink(Path.Combine(Program, "Trader.Cli"), Path.Combine(AppContext.BaseDirectory, "Trader.Cli"));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Every_documented_name_leads_to_a_script_that_finds_its_program()
    {
        for (var round = 0; round < 2; round++)
        {
            var (code, output, error) = await RunAsync();
            Assert.True(code == 0, output + error);
            foreach (var name in Names)
            {
                Assert.Contains($"{Home}/{name} -> {Program}/ops/bin/", output, StringComparison.Ordinal);
            }
        }

        // The script behind the link, the program beside it, and the verb: without any variable that names them.
        var help = await Shell.RunAsync(Path.Combine(Home, "scripts/dump_exchange_positions.py"), ["--help"]);
        Assert.True(help.Code == 0, help.Output + help.Error);
        Assert.Contains("--env-file", help.Output, StringComparison.Ordinal);
        var usage = await Shell.RunAsync("bash", [Path.Combine(Home, "scripts/proof_testnet_flatten.sh"), "--help"]);
        Assert.Contains("TESTNET ONLY", usage.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_program_s_files_are_replaced_only_when_told()
    {
        var foreign = Path.Combine(Home, Names[1]);
        Directory.CreateDirectory(Path.GetDirectoryName(foreign)!);
        File.WriteAllText(foreign, "theirs");

        var refused = await RunAsync();
        Assert.Equal(1, refused.Code);
        Assert.Contains("is not ours", refused.Error, StringComparison.Ordinal);
        Assert.Equal("theirs", File.ReadAllText(foreign));
        Assert.False(Directory.Exists(Path.Combine(Program, "ops")));

        Assert.Equal(0, (await RunAsync("--replace")).Code);
        Assert.Equal("theirs", File.ReadAllText(foreign + ".replaced"));
        Assert.NotNull(File.ResolveLinkTarget(foreign, returnFinalTarget: false));
    }

    private Task<(int Code, string Output, string Error)> RunAsync(params string[] more) =>
        Shell.RunAsync(Path.Combine(Repository.Root, "ops", "install"), ["--program", Program, "--home", Home, .. more]);
}
