using System.Collections.Immutable;
using Akka.Actor;

namespace Akka.Persistence.Journal;

/// <summary>Base of journals that write.</summary>
public abstract class WriteJournalBase : ActorBase
{
    /// <summary>The atomic writes of a batch as they are stored: without senders, which mean nothing later.</summary>
    protected IEnumerable<AtomicWrite> PreparePersistentBatch(IEnumerable<IPersistentEnvelope> resequenceables) =>
        resequenceables.OfType<AtomicWrite>().Select(write => new AtomicWrite(write.Events
            .Select(p => p.Update(p.SequenceNr, p.PersistenceId, p.IsDeleted, ActorRefs.NoSender, p.WriterGuid))
            .ToImmutableList()));
}
