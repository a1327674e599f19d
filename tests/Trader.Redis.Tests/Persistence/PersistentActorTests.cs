using Akka.Actor;
using Akka.Pattern;
using Akka.Persistence;
using Akka.TestKit.Xunit2;
using Xunit;

namespace Trader.Redis.Tests.Persistence;

/// <summary>A persistent actor on a real server, over the lives of its system and of Redis.</summary>
public sealed class PersistentActorTests : TestKit, IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly PersistenceFixture redis = new();
    private readonly List<ActorSystem> lives = [];

    public Task InitializeAsync() => redis.InitializeAsync();

    public async Task DisposeAsync()
    {
        foreach (var life in lives)
        {
            await life.Terminate();
        }

        await redis.DisposeAsync();
    }

    [Fact]
    [Trait("rule", "S12")]
    public async Task Its_state_survives_the_end_of_its_system()
    {
        var account = Begin();
        Assert.Equal(new Balance(0.10m, 1), await Deposit(account, 0.10m));
        Assert.Equal(new Balance(0.30m, 2), await Deposit(account, 0.20m));

        await lives[^1].Terminate();

        Assert.Equal(new Balance(0.30m, 2), await Ask(Begin()));
    }

    [Fact]
    [Trait("rule", "S12")]
    public async Task A_snapshot_and_the_events_after_it_are_recovered()
    {
        var account = Begin();
        await Deposit(account, 1m);
        account.Tell(new Account.Snap(), TestActor);
        await ExpectMsgAsync<SaveSnapshotSuccess>(Patience);
        await Deposit(account, 2m);
        await lives[^1].Terminate();
        await redis.Console.Text("ZREMRANGEBYSCORE", PersistenceFixture.Key("account"), "1", "1");

        // The first event is gone: only with the snapshot can the balance be right.
        Assert.Equal(new Balance(3m, 2), await Ask(Begin()));
    }

    [Fact]
    [Trait("rule", "S2")]
    public async Task Redis_stopped_a_command_is_answered_and_the_actor_ends()
    {
        var account = Begin();
        await Deposit(account, 1m);
        Watch(account);
        await redis.Server.Stop();

        account.Tell(new Account.Deposit(2m), TestActor);

        await ExpectMsgAsync<Account.NotStored>(Patience);
        await ExpectTerminatedAsync(account, Patience);
    }

    [Fact]
    [Trait("rule", "S12")]
    public async Task Redis_killed_and_back_the_supervisor_brings_the_actor_back_with_what_was_stored()
    {
        var durable = new PersistenceFixture(durable: true);
        await durable.InitializeAsync();
        var system = Life(durable);
        var account = system.ActorOf(BackoffSupervisor.Props(
            Backoff.OnStop(Account.Props(), "state", TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(200), 0.0)
                .WithReplyWhileStopped(new Account.NotStored())));
        await Deposit(account, 1m);
        await durable.Server.Kill();
        account.Tell(new Account.Deposit(2m), TestActor);
        await ExpectMsgAsync<Account.NotStored>(Patience);

        await durable.Server.Restart();

        await Support.Until.True(async () =>
        {
            try
            {
                return await account.Ask<object>(new Account.Get(), TimeSpan.FromSeconds(1)) is Balance { Amount: 1m };
            }
            catch (AskTimeoutException)
            {
                return false;
            }
        });
        Assert.Equal(new Balance(6m, 2), await Deposit(account, 5m));
        await durable.DisposeAsync();
    }

    [Fact]
    public async Task After_FLUSHALL_the_live_actor_ends_at_its_next_event_and_the_next_one_begins_as_new()
    {
        var account = Begin();
        await Deposit(account, 1m);
        await redis.Console.Text("FLUSHALL");
        Watch(account);
        account.Tell(new Account.Deposit(2m), TestActor);
        await ExpectMsgAsync<Account.NotStored>(Patience);
        await ExpectTerminatedAsync(account, Patience);

        Assert.Equal(new Balance(0m, 0), await Ask(Begin()));
    }

    [Theory]
    [Trait("rule", "S1")]
    [InlineData("{\"seq\":2,\"ticks\":1,\"writer\":\"w\",\"manifest\":\"test.unknown.v9\",\"event\":{}}", "nobody registered the stored type test.unknown.v9")]
    [InlineData("{\"seq\":2,\"ticks\":1,\"writer\":\"w\",\"manifest\":\"test.deposited.v1\",\"event\":{\"amount\":\"1\",\"by\":\"x\"}}", "cannot be read")]
    [InlineData("corrupt", "cannot be read")]
    public async Task An_event_that_cannot_be_read_fails_the_recovery_and_no_command_is_handled(string text, string why)
    {
        await Deposit(Begin(), 1m);
        await lives[^1].Terminate();
        await redis.Console.Text("ZADD", PersistenceFixture.Key("account"), "2", text);
        await redis.Console.Text("SET", PersistenceFixture.Key("account") + ":highestSequenceNr", "2");

        var account = Life(redis).ActorOf(Account.Props(TestActor));
        Watch(account);
        account.Tell(new Account.Get(), TestActor);

        Assert.Contains(why, (await ExpectMsgAsync<Account.NotRecovered>(Patience)).Why, StringComparison.Ordinal);
        await ExpectTerminatedAsync(account, Patience);
        await ExpectNoMsgAsync(TimeSpan.Zero);
    }

    [Fact]
    public async Task Two_live_actors_with_one_id_cannot_both_go_on()
    {
        var (one, other) = (Begin(), Begin());
        await Ask(one);
        await Ask(other);
        await Deposit(one, 1m);
        Watch(other);
        other.Tell(new Account.Deposit(2m), TestActor);

        await ExpectMsgAsync<Account.NotStored>(Patience);
        await ExpectTerminatedAsync(other, Patience);
        Assert.Equal(new Balance(1m, 1), await Ask(Begin()));
    }

    [Fact]
    public async Task An_event_that_has_no_stored_form_is_refused_and_the_actor_goes_on()
    {
        var account = Begin();
        account.Tell(new Account.Persisting(new Measured(0.1)), TestActor);
        await ExpectMsgAsync<Account.Rejected>(Patience);
        account.Tell(new Account.Persisting(new object()), TestActor);
        await ExpectMsgAsync<Account.Rejected>(Patience);

        Assert.Equal(new Balance(1m, 1), await Deposit(account, 1m));
        await lives[^1].Terminate();
        Assert.Equal(new Balance(1m, 1), await Ask(Begin()));
    }

    private ActorSystem Life(PersistenceFixture where)
    {
        lives.Add(ActorSystem.Create("life", where.Setup("akka.loglevel = OFF")));
        return lives[^1];
    }

    private IActorRef Begin() => Life(redis).ActorOf(Account.Props());

    private static Task<Balance> Deposit(IActorRef account, decimal amount) =>
        account.Ask<Balance>(new Account.Deposit(amount), Patience);

    private static Task<Balance> Ask(IActorRef account) => account.Ask<Balance>(new Account.Get(), Patience);
}

/// <summary>Adds up deposits.</summary>
public sealed class Account : ReceivePersistentActor
{
    public sealed record Deposit(decimal Amount);

    public sealed record Get;

    public sealed record Snap;

    public sealed record Persisting(object Event);

    public sealed record NotStored;

    public sealed record Rejected(string Why);

    public sealed record NotRecovered(string Why);

    private readonly IActorRef? listener;
    private IActorRef asker = ActorRefs.Nobody;
    private Balance balance = new(0m, 0);

    public Account(IActorRef? listener)
    {
        this.listener = listener;
        Recover<SnapshotOffer>(offer => balance = (Balance)offer.Snapshot);
        Recover<Deposited>(Apply);
        Command<Deposit>(m => Persist(new Deposited(m.Amount, "test"), e =>
        {
            Apply(e);
            Sender.Tell(balance);
        }));
        Command<Persisting>(m => Persist(m.Event, _ => Sender.Tell(balance)));
        Command<Get>(_ => Sender.Tell(balance));
        Command<Snap>(_ =>
        {
            asker = Sender;
            SaveSnapshot(balance);
        });
        Command<SaveSnapshotSuccess>(m => asker.Tell(m));
    }

    public override string PersistenceId => "account";

    public static Props Props(IActorRef? listener = null) => Akka.Actor.Props.Create(() => new Account(listener));

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        Sender.Tell(new NotStored());
        base.OnPersistFailure(cause, @event, sequenceNr);
    }

    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr) => Sender.Tell(new Rejected(cause.Message));

    protected override void OnRecoveryFailure(Exception reason, object? message = null) => listener?.Tell(new NotRecovered(reason.Message));

    private void Apply(Deposited deposited) => balance = new Balance(balance.Amount + deposited.Amount, balance.Deposits + 1);
}
