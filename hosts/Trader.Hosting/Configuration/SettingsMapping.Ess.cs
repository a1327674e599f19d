using Trader.Actors.Disk;
using Trader.Actors.Ess;

namespace Trader.Hosting.Configuration;

internal sealed partial class SettingsMapping
{
    private EssLatchSettings EssLatch() => new(
        RunDir(),
        read.Duration("trader.ess.poll-every", Ms(10), Ms(100)),
        read.Duration("trader.ess.latch-overdue", Ms(200), S(5)));

    private EssSettings Ess()
    {
        var every = read.Duration("trader.ess.read-every", S(1), S(60));
        var age = read.Duration("trader.ess.figures-max-age", S(5), S(3600));
        NotAbove(Role.ApplyLayer, "trader.ess.read-every", every, "trader.ess.figures-max-age", age);
        var sync = read.Duration("trader.ess.sync-every", Ms(100), S(1));
        var expiry = read.Duration("trader.ess.state-expiry", Ms(200), S(10));
        NotBelow(Role.ApplyLayer, "trader.ess.state-expiry", expiry, "twice trader.ess.sync-every", sync * 2);
        return new EssSettings(
            Percent("trader.ess.daily-drawdown-percent"),
            Percent("trader.ess.open-loss-percent"),
            read.Whole("trader.ess.execution-errors", 1, EssErrorWindow.Most),
            read.Duration("trader.ess.error-window", S(60), TimeSpan.FromHours(24)),
            Percent("trader.ess.rearm-percent"),
            every,
            age,
            sync,
            expiry,
            read.Duration("trader.ess.release-deadline", S(1), S(30)));
    }

    /// <summary>A limit that cannot be switched off.</summary>
    private decimal Percent(string path)
    {
        if (read.PercentOrOff(path, 100) is { } percent)
        {
            return percent;
        }

        if (read.Text(path) == "off")
        {
            read.WrongAt(path, "cannot be switched off", "write a number above 0 up to 100");
        }

        return 100;
    }

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
