using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Persistence.TCK.Journal;
using Akka.Persistence.TCK.Snapshot;

namespace Akka.Tests.Persisting;

public sealed class MemoryJournalSpec : JournalSpec
{
    public MemoryJournalSpec()
        : base(MemoryPlugins.Setup) => Initialize();

    protected override bool SupportsRejectingNonSerializableObjects => false;
}

public sealed class MemorySnapshotStoreSpec : SnapshotStoreSpec
{
    public MemorySnapshotStoreSpec()
        : base(MemoryPlugins.Setup) => Initialize();
}

internal static class MemoryPlugins
{
    public static ActorSystemSetup Setup => ActorSystemSetup.Create(BootstrapSetup.Create().WithConfig("""
        akka.persistence {
          publish-plugin-commands = on
          journal.plugin = "akka.persistence.journal.inmem"
          snapshot-store.plugin = "akka.persistence.snapshot-store.inmem"
        }
        """));
}
