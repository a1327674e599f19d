using Akka.Persistence.TCK.Journal;
using Akka.Persistence.TCK.Snapshot;
using Xunit;
using Xunit.Abstractions;

namespace Trader.Redis.Tests.Persistence;

/// <summary>What every journal must do.</summary>
public sealed class RedisJournalSpec : JournalSpec, IClassFixture<PersistenceFixture>
{
    public RedisJournalSpec(PersistenceFixture redis, ITestOutputHelper output)
        : base(redis.Setup(), "RedisJournalSpec", output) => Initialize();
}

/// <summary>What every snapshot store must do.</summary>
public sealed class RedisSnapshotStoreSpec : SnapshotStoreSpec, IClassFixture<PersistenceFixture>
{
    public RedisSnapshotStoreSpec(PersistenceFixture redis, ITestOutputHelper output)
        : base(redis.Setup(), "RedisSnapshotStoreSpec", output) => Initialize();
}
