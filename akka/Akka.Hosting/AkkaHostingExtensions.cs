using System.Globalization;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.DependencyInjection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Akka.Hosting;

/// <summary>Puts an actor system into a host.</summary>
public static class AkkaHostingExtensions
{
    /// <summary>
    /// Adds an actor system that starts and ends with the host. It, the registry and
    /// <see cref="IRequiredActor{TActor}"/> can be injected. When the system ends by itself the host is told to stop.
    /// </summary>
    public static IServiceCollection AddAkka(
        this IServiceCollection services, string actorSystemName, Action<AkkaConfigurationBuilder> builder) =>
        services.AddAkka(actorSystemName, (configuration, _) => builder(configuration));

    /// <inheritdoc cref="AddAkka(IServiceCollection, string, Action{AkkaConfigurationBuilder})"/>
    public static IServiceCollection AddAkka(
        this IServiceCollection services,
        string actorSystemName,
        Action<AkkaConfigurationBuilder, IServiceProvider> builder)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(builder);
        services.AddSingleton(provider =>
        {
            var configuration = new AkkaConfigurationBuilder(actorSystemName);
            builder(configuration, provider);
            return configuration;
        });
        services.AddSingleton(provider => provider.GetRequiredService<AkkaConfigurationBuilder>().Build(provider));
        services.AddSingleton(provider => ActorRegistry.For(provider.GetRequiredService<ActorSystem>()));
        services.AddSingleton<IActorRegistry>(provider => provider.GetRequiredService<ActorRegistry>());
        services.AddSingleton<IReadOnlyActorRegistry>(provider => provider.GetRequiredService<ActorRegistry>());
        services.AddSingleton(typeof(IRequiredActor<>), typeof(RequiredActor<>));
        services.AddSingleton<IHostedService, AkkaHostedService>();
        return services;
    }

    /// <summary>Adds a setup; it takes the place of an earlier one of its class.</summary>
    public static AkkaConfigurationBuilder AddSetup(this AkkaConfigurationBuilder builder, Setup setup)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(setup);
        builder.Setups.RemoveWhere(s => s.GetType() == setup.GetType());
        builder.Setups.Add(setup);
        return builder;
    }

    public static AkkaConfigurationBuilder AddHocon(
        this AkkaConfigurationBuilder builder, Config hocon, HoconAddMode addMode) => builder.Add(hocon, addMode);

    public static AkkaConfigurationBuilder AddHoconFile(
        this AkkaConfigurationBuilder builder, string hoconFilePath, HoconAddMode addMode) =>
        builder.Add(ConfigurationFactory.ParseString(File.ReadAllText(hoconFilePath)), addMode);

    /// <summary>For every Ask without its own timeout.</summary>
    public static AkkaConfigurationBuilder WithActorAskTimeout(this AkkaConfigurationBuilder builder, TimeSpan timeout)
    {
        var text = timeout == Timeout.InfiniteTimeSpan
            ? "infinite"
            : string.Create(CultureInfo.InvariantCulture, $"{timeout.TotalMilliseconds}ms");
        return builder.Add($"akka.actor.ask-timeout = {text}", HoconAddMode.Prepend);
    }

    public static AkkaConfigurationBuilder WithActors(
        this AkkaConfigurationBuilder builder, Action<ActorSystem, IActorRegistry> actorStarter) =>
        builder.StartActors(actorStarter);

    public static AkkaConfigurationBuilder WithActors(
        this AkkaConfigurationBuilder builder,
        Action<ActorSystem, IActorRegistry, IDependencyResolver> actorStarter) => builder.StartActors(actorStarter);

    public static AkkaConfigurationBuilder WithActors(
        this AkkaConfigurationBuilder builder, ActorStarterWithResolver actorStarter) =>
        builder.StartActors(actorStarter);

    public static AkkaConfigurationBuilder WithActors(
        this AkkaConfigurationBuilder builder, ActorStarter actorStarter) => builder.StartActors(actorStarter);
}
