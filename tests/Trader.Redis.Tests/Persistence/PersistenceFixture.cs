using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Trader.Actors.Ports;
using Trader.Redis.Persistence;
using Trader.Testing;
using Xunit;

namespace Trader.Redis.Tests.Persistence;

/// <summary>A real server, and actor systems that persist there with the settings of <c>akka.hocon</c>.</summary>
public sealed class PersistenceFixture : IAsyncLifetime
{
    public const string Prefix = "trader:persistence:";

    public static readonly TimeSpan CommandDeadline = TimeSpan.FromSeconds(1);

    private static readonly PersistedTypes Types = new(
    [
        PersistedType.Of<string>("test.text.v1"),
        PersistedType.Of<Deposited>("test.deposited.v1"),
        PersistedType.Of<Measured>("test.measured.v1"),
        PersistedType.Of<Balance>("test.balance.v1"),
    ]);

    private readonly bool durable;

    public PersistenceFixture()
        : this(durable: false)
    {
    }

    internal PersistenceFixture(bool durable) => this.durable = durable;

    public RedisServer Server { get; private set; } = null!;

    public RedisConsole Console { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Server = await RedisServer.Start(new RedisServerOptions { Durable = durable });
        Console = RedisConsole.Open(Server.Url);
    }

    public async Task DisposeAsync()
    {
        await Console.DisposeAsync();
        await Server.DisposeAsync();
    }

    public ActorSystemSetup Setup(string config = "", PersistedTypes? types = null) => ActorSystemSetup.Create(
        BootstrapSetup.Create().WithConfig(ConfigurationFactory.ParseString(config)
            .WithFallback("""
                akka { loggers = ["Akka.Event.DefaultLogger"], loglevel = WARNING, persistence.publish-plugin-commands = on }
                """)
            .WithFallback(ConfigurationFactory.ParseString(
                File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "akka.hocon"))))),
        new RedisPersistenceSetup(
            new RedisTarget(RedisEndpoint.Parse(Server.Url), new RedisOptions(), TimeProvider.System), CommandDeadline, types ?? Types));

    /// <summary>The key of an id's events.</summary>
    public static string Key(string id) => Prefix + "journal:persisted:" + id;
}

public sealed record Deposited(decimal Amount, string By);

/// <summary>Registered, and yet it has no stored form.</summary>
public sealed record Measured(double Value);

public sealed record Balance(decimal Amount, int Deposits);
