using System.Runtime.InteropServices;
using Trader.Hosting.Configuration;
using Trader.Hosting.Http;
using Trader.Hosting.Logging;

namespace Trader.Hosting.Node;

/// <summary>The node process: command line, settings, node, signals, exit code. Errors are one line each on
/// stderr.</summary>
public static class NodeProgram
{
    /// <summary>EX_UNAVAILABLE: a port cannot be had.</summary>
    public const int UnavailableExitCode = 69;

    /// <summary>EX_SOFTWARE: the last role was given up; systemd starts the process anew.</summary>
    public const int GivenUpExitCode = 70;

    /// <summary>EX_CANTCREAT: the state directory cannot be used.</summary>
    public const int StateExitCode = 73;

    /// <summary>Everything after SIGTERM fits in here; systemd's own limit is longer.</summary>
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(9.5);

    public static async Task<int> RunAsync(
        IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment,
        Stream output, TextWriter errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        if (!NodeOptions.TryParse(arguments, out var options, out var why))
        {
            return await Fail(errors, NodeOptions.UsageExitCode, why).ConfigureAwait(false);
        }

        if (options.Help)
        {
            await output.WriteAsync(System.Text.Encoding.UTF8.GetBytes(NodeOptions.Usage + "\n")).ConfigureAwait(false);
            return 0;
        }

        var defaults = Path.Combine(AppContext.BaseDirectory, "akka.hocon");
        var result = SettingsLoader.Load(
            new SettingsSources(defaults, options.Config, environment, options.PortOffset, options.NodeName));
        if (result.Settings is not { } settings)
        {
            return await Fail(
                errors, SettingsLoader.ExitCode,
                [.. result.Violations.Select(v => v.ToString())]).ConfigureAwait(false);
        }

        List<RoleModule> modules = [.. options.Roles.Select(Wiring.Module)];
        var refused = modules.SelectMany(module => module.Refuses(settings)).Distinct().ToList();
        if (refused.Count > 0)
        {
            return await Fail(errors, SettingsLoader.ExitCode, [.. refused.Select(v => v.ToString())]).ConfigureAwait(false);
        }

        await using var lines = new LineWriter(output);
        var log = new LineLogger(lines, TimeProvider.System);
        foreach (var notice in result.Notices)
        {
            log.Log(LineLevel.Warning, LineLogger.NodeTag, notice);
        }

        return await RunNode(options, settings, modules, environment, lines, log, errors).ConfigureAwait(false);
    }

    private static async Task<int> RunNode(
        NodeOptions options, NodeSettings settings, List<RoleModule> modules, IReadOnlyDictionary<string, string> environment,
        LineWriter lines, LineLogger log,
        TextWriter errors)
    {
        // Before anything is started: a signal during the start is a clean stop too.
        var signalled = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, c => Take(c, signalled));
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, c => Take(c, signalled));
        NodeHost node;
        try
        {
            Directory.CreateDirectory(settings.StateDir);
            node = await NodeHost.StartAsync(new NodeParts(
                settings, modules, metrics => Wiring.Gateways(
                    settings, modules, TimeProvider.System, metrics), environment, TimeProvider.System, log, lines))
                .ConfigureAwait(false);
        }
        catch (PortTakenException e)
        {
            return await Fail(errors, UnavailableExitCode, e.Message).ConfigureAwait(false);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return await Fail(
                errors, StateExitCode, $"state directory {settings.StateDir}: {e.Message}").ConfigureAwait(false);
        }

        SayWhatRuns(options, settings, node, log);
        var ended = await Task.WhenAny(signalled.Task, node.Ended).ConfigureAwait(false);
        log.Info("Stopping: " + await ended.ConfigureAwait(false));
        var stop = node.DisposeAsync().AsTask();
        if (await Task.WhenAny(stop, Task.Delay(StopDeadline)).ConfigureAwait(false) != stop)
        {
            log.Log(
                LineLevel.Error, LineLogger.NodeTag,
                "The stop took too long and was cut short; the journal holds what is left");
        }

        log.Info("Stopped");
        return ended == signalled.Task ? 0 : GivenUpExitCode;
    }

    private static void SayWhatRuns(NodeOptions options, NodeSettings settings, NodeHost node, LineLogger log)
    {
        foreach (var (role, port) in node.Ports)
        {
            log.Log(
                LineLevel.Info, role.Tag(),
                $"Role {role.Name()} on node {settings.NodeName}: http://{settings.Http.Bind}:{port}");
        }

        log.Info(
            $"Redis {settings.Redis}, exchange {settings.Exchange.Options.Environment}, state {settings.StateDir}");
        if (options.Roles.Contains(Role.ExitBrain) && options.Roles.Count > 1)
        {
            log.Log(LineLevel.Warning, LineLogger.NodeTag,
                $"{string.Join(", ", options.Roles.Select(r => r.Name()))} share this process: "
                + "nothing outlives it. For trying out only");
        }
    }

    private static void Take(PosixSignalContext signal, TaskCompletionSource<string> signalled)
    {
        signal.Cancel = true;
        signalled.TrySetResult(signal.Signal.ToString());
    }

    private static async Task<int> Fail(TextWriter errors, int exitCode, params string[] lines)
    {
        foreach (var line in lines)
        {
            await errors.WriteLineAsync("Trader.Node: " + line).ConfigureAwait(false);
        }

        return exitCode;
    }
}
