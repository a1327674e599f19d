using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Event;
using Akka.Hosting;
using Akka.TestKit.TestActors;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Akka.Tests.Hosting;

public class HostingSpec
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Starters_run_in_order_and_their_actors_can_be_injected()
    {
        var order = new ConcurrentQueue<string>();
        using var host = Build(builder => builder
            .AddStartup((system, registry) => order.Enqueue($"startup {registry.TryGet<SimpleEchoActor>(out _)}"))
            .WithActors((system, registry) =>
            {
                order.Enqueue("first");
                registry.Register<SimpleEchoActor>(system.ActorOf(SimpleEchoActor.Props(), "echo"));
            })
            .WithActors(async (_, registry) =>
            {
                await Task.Yield();
                order.Enqueue($"second {registry.Get<SimpleEchoActor>().Path.Name}");
            })
            .WithActors((system, registry, resolver) =>
                registry.Register<NeedsService>(system.ActorOf(resolver.Props<NeedsService>("given")))));
        await host.StartAsync().WaitAsync(Limit);
        Assert.Equal(["first", "second echo", "startup True"], order);
        var required = host.Services.GetRequiredService<IRequiredActor<SimpleEchoActor>>();
        Assert.Equal("hi", await required.ActorRef.Ask<string>("hi", Limit));
        Assert.Equal(required.ActorRef, await required.GetAsync());
        var needs = await host.Services.GetRequiredService<IRequiredActor<NeedsService>>().GetAsync();
        Assert.Equal("given and injected", await needs.Ask<string>("?", Limit));
        var system = host.Services.GetRequiredService<ActorSystem>();
        Assert.Equal("hosted", system.Name);
        await host.StopAsync().WaitAsync(Limit);
        Assert.True(system.WhenTerminated.IsCompletedSuccessfully);
        Assert.IsType<CoordinatedShutdown.ClrExitReason>(CoordinatedShutdown.Get(system).ShutdownReason);
    }

    [Fact]
    public async Task When_the_system_ends_by_itself_the_host_stops()
    {
        using var host = Build(_ => { });
        await host.StartAsync().WaitAsync(Limit);
        var stopping = new TaskCompletionSource();
        host.Services.GetRequiredService<IHostApplicationLifetime>()
            .ApplicationStopping.Register(() => stopping.TrySetResult());
        await host.Services.GetRequiredService<ActorSystem>().Terminate().WaitAsync(Limit);
        await stopping.Task.WaitAsync(Limit);
    }

    [Fact]
    public async Task A_failing_starter_ends_the_system_and_the_host_does_not_start()
    {
        ActorSystem? made = null;
        using var host = Build(builder => builder.WithActors((system, _) =>
        {
            made = system;
            throw new InvalidOperationException("no start");
        }));
        await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync().WaitAsync(Limit));
        await made!.WhenTerminated.WaitAsync(Limit);
    }

    [Fact]
    public async Task Settings_are_added_before_after_or_instead()
    {
        using var host = Build(builder => builder
            .AddHocon("x { a = 1, b = 1 }", HoconAddMode.Append)
            .AddHocon("x { a = 2, c = 2 }", HoconAddMode.Append)
            .AddHocon("x { b = 3 }", HoconAddMode.Prepend)
            .WithActorAskTimeout(TimeSpan.FromMilliseconds(1500))
            .WithExtension<CountingExtension>());
        await host.StartAsync().WaitAsync(Limit);
        var system = host.Services.GetRequiredService<ActorSystem>();
        var config = system.Settings.Config;
        Assert.Equal((1, 3, 2), (config.GetInt("x.a"), config.GetInt("x.b"), config.GetInt("x.c")));
        Assert.Equal(TimeSpan.FromMilliseconds(1500), config.GetTimeSpan("akka.actor.ask-timeout"));
        Assert.True(system.HasExtension<Counting>());
        await host.StopAsync().WaitAsync(Limit);
    }

    [Fact]
    public async Task The_log_goes_to_the_hosts_logger()
    {
        var lines = new CapturingProvider();
        using var host = Build(
            builder => builder.ConfigureLoggers(loggers =>
            {
                loggers.LogLevel = Akka.Event.LogLevel.WarningLevel;
                loggers.ClearLoggers().AddLoggerFactory();
            }),
            services => services.AddLogging(logging => logging.ClearProviders().AddProvider(lines)));
        await host.StartAsync().WaitAsync(Limit);
        var log = host.Services.GetRequiredService<ActorSystem>().Log;
        log.Info("below the level");
        log.Warning("a {0} line", "logged");
        Assert.Contains("a logged line", await lines.First.Task.WaitAsync(Limit), StringComparison.Ordinal);
        await host.StopAsync().WaitAsync(Limit);
    }

    private static IHost Build(
        Action<AkkaConfigurationBuilder> configure, Action<IServiceCollection>? services = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(new Service("injected"));
        services?.Invoke(builder.Services);
        builder.Services.AddAkka("hosted", akka =>
        {
            akka.AddHocon("akka.stdout-loglevel = OFF", HoconAddMode.Append);
            configure(akka);
        });
        return builder.Build();
    }

    private sealed record Service(string Name);

    private sealed class NeedsService : ReceiveActor
    {
        public NeedsService(string given, Service service) =>
            ReceiveAny(_ => Sender.Tell($"{given} and {service.Name}"));
    }

    private sealed class Counting : IExtension
    {
    }

    private sealed class CountingExtension : ExtensionIdProvider<Counting>
    {
        public override Counting CreateExtension(ExtendedActorSystem system) => new();
    }

    private sealed class CapturingProvider : ILoggerProvider, ILogger
    {
        public TaskCompletionSource<string> First { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(Microsoft.Extensions.Logging.LogLevel logLevel) => true;

        public void Log<TState>(
            Microsoft.Extensions.Logging.LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            var line = formatter(state, exception);
            if (line.Contains("line", StringComparison.Ordinal))
            {
                First.TrySetResult(line);
            }
        }

        public void Dispose()
        {
        }
    }
}

public class ActorRegistrySpec : Akka.TestKit.Xunit2.TestKit
{
    [Fact]
    public void A_key_has_one_actor_unless_overwritten()
    {
        var registry = ActorRegistry.For(Sys);
        Assert.Same(registry, ActorRegistry.For(Sys));
        Assert.Throws<MissingActorRegistryEntryException>(() => registry.Get<string>());
        Assert.False(registry.TryGet<string>(out var nobody));
        Assert.True(nobody.IsNobody());
        registry.Register<string>(TestActor);
        Assert.Equal(TestActor, registry.Get<string>());
        var probe = CreateTestProbe();
        Assert.False(registry.TryRegister<string>(probe.Ref));
        Assert.Throws<DuplicateActorRegistryException>(() => registry.Register<string>(probe.Ref));
        registry.Register<string>(probe.Ref, overwrite: true);
        Assert.Equal(probe.Ref, registry.Get<string>());
        Assert.Single(registry);
    }

    [Fact]
    public async Task GetAsync_waits_for_the_registration()
    {
        var registry = ActorRegistry.For(Sys);
        var waiting = registry.GetAsync<int>();
        using var source = new CancellationTokenSource();
        var givenUp = registry.GetAsync<int>(source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => givenUp);
        Assert.False(waiting.IsCompleted);
        registry.Register<int>(TestActor);
        Assert.Equal(TestActor, await waiting.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(TestActor, await registry.GetAsync<int>());
    }
}
