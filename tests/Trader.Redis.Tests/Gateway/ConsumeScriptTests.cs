using System.Diagnostics;
using Trader.Messages;
using Trader.Testing;
using Xunit;

namespace Trader.Redis.Tests.Gateway;

/// <summary>The documented two-key script as a person runs it: <c>redis-cli --raw --eval FILE KEY KEY</c> (apply-layer contract 1.5).</summary>
public sealed class ConsumeScriptTests : IAsyncLifetime
{
    private RedisServer server = null!;
    private RedisConsole console = null!;

    public async Task InitializeAsync()
    {
        server = await RedisServer.Start();
        console = await RedisConsole.Open(server.Url);
    }

    public async Task DisposeAsync()
    {
        await console.DisposeAsync();
        await server.DisposeAsync();
    }

    [Theory]
    [Trait("covers", "A45")]
    [InlineData(true, true, "1|{\"granted\":true}|{\"allow\":true}", "0", "0")]
    [InlineData(false, true, "0|missing_governor|-2|60", "0", "1")]
    [InlineData(true, false, "0|missing_p33|60|-2", "1", "0")]
    [InlineData(false, false, "0|missing_both|-2|-2", "0", "0")]
    public async Task The_four_documented_cases(bool governor, bool p33, string expected, string governorLeft, string p33Left)
    {
        const string gov = RedisKeys.Permit + "P";
        const string pos = RedisKeys.PositionStatePermit + "P";
        for (var round = 0; round < 2; round++)
        {
            await Set(gov, governor, """{"granted":true}""");
            await Set(pos, p33, """{"allow":true}""");

            var said = await Eval(gov, pos);

            Assert.Equal(expected, said);
            Assert.Equal(governorLeft, await console.Text("EXISTS", gov));
            Assert.Equal(p33Left, await console.Text("EXISTS", pos));
        }
    }

    private async Task Set(string key, bool there, string text)
    {
        await console.Text("DEL", key);
        if (there)
        {
            await console.Text("SETEX", key, "60", text);
        }
    }

    private async Task<string> Eval(params string[] keys)
    {
        string file = TraderFleet.InRepository("ops/lua/consume_permits.lua");
        ProcessStartInfo start = new("redis-cli", ["-u", server.Url, "--raw", "--eval", file, .. keys]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return string.Join('|', text.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
