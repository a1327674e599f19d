using Akka.Actor;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Akka.Hosting;

/// <summary>
/// Starts the actor system with the host, ends it with the host, and stops the host when the system ends first.
/// </summary>
public class AkkaHostedService(
    AkkaConfigurationBuilder configurationBuilder,
    IServiceProvider serviceProvider,
    ILogger<AkkaHostedService> logger,
    IHostApplicationLifetime? applicationLifetime = null) : IHostedService
{
    private ActorSystem? _system;

    /// <summary>
    /// Makes the system and runs the starters, in order; if one fails the system ends and the host does not start.
    /// </summary>
    public virtual async Task StartAsync(CancellationToken cancellationToken)
    {
        _system = serviceProvider.GetRequiredService<ActorSystem>();
        try
        {
            await configurationBuilder.StartAsync(_system).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // The host's own boundary: whatever it was, nothing may stay half-started.
            logger.LogCritical(e, "The actor system {Name} could not start", _system.Name);
            await StopAsync(cancellationToken).ConfigureAwait(false);
            throw;
        }
        _ = StopHostAfter(_system);
    }

    /// <summary>Runs the coordinated shutdown; the token is the host's limit for that.</summary>
    public virtual async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_system is not null)
        {
            await CoordinatedShutdown.Get(_system).Run(CoordinatedShutdown.ClrExitReason.Instance)
                .WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task StopHostAfter(ActorSystem system)
    {
        var shutdown = CoordinatedShutdown.Get(system);
        await system.WhenTerminated.ConfigureAwait(false);
        if (shutdown.ShutdownReason
            is CoordinatedShutdown.ClusterDowningReason or CoordinatedShutdown.ClusterLeavingReason)
        {
            Environment.ExitCode = -1;
        }
        applicationLifetime?.StopApplication();
    }
}
