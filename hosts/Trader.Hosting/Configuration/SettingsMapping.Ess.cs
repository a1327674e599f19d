using Trader.Actors.Disk;

namespace Trader.Hosting.Configuration;

internal sealed partial class SettingsMapping
{
    private EssLatchSettings EssLatch() => new(
        RunDir(),
        read.Duration("trader.ess.poll-every", Ms(10), Ms(100)),
        read.Duration("trader.ess.latch-overdue", Ms(200), S(5)));

    private string RunDir()
    {
        var text = read.Text("trader.run-dir");
        if (text.Length == 0 || text.Contains('\0', StringComparison.Ordinal))
        {
            read.WrongAt("trader.run-dir", "is no path", "name a directory");
            return "/";
        }

        return Path.GetFullPath(text);
    }
}
