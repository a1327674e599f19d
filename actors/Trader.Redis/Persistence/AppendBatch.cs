using System.Collections.Immutable;
using Akka.Persistence;

namespace Trader.Redis.Persistence;

/// <summary>Events that one run of the script stores: all of them or none.</summary>
internal sealed record AppendStep(string PersistenceId, long First, List<string> Events)
{
    public int Characters { get; set; }

    public bool IsFollowedBy(AtomicWrite write) =>
        write.PersistenceId == PersistenceId && write.LowestSequenceNr == First + Events.Count;
}

/// <summary>
/// Cuts a batch of writes into steps. A step is small, so that Redis is never blocked for long, but a write is never cut. Whatever cannot be
/// stored is rejected alone, and its numbers are marked as used.
/// </summary>
internal sealed class AppendBatch(PersistenceWire wire, DateTimeOffset now)
{
    /// <summary>Beyond it a Lua number is not exact.</summary>
    public const long HighestNumber = 1L << 53;

    private const int MostEventsPerStep = 500;
    private const int MostCharactersPerStep = 1024 * 1024;
    private const int MostCharactersPerWrite = 8 * 1024 * 1024;

    private readonly List<AppendStep> _steps = [];
    private readonly ImmutableList<Exception?>.Builder _results = ImmutableList.CreateBuilder<Exception?>();

    public IReadOnlyList<AppendStep> Steps => _steps;

    /// <summary>Null for each write that is to be stored, the reason for each that is rejected.</summary>
    public IImmutableList<Exception?> Results => _results.ToImmutable();

    /// <exception cref="RedisPersistenceException">The numbers of its events have a gap.</exception>
    public void Add(AtomicWrite write)
    {
        var events = (IImmutableList<IPersistentRepresentation>)write.Payload;
        if (events.Where((e, i) => e.SequenceNr != write.LowestSequenceNr + i).Any() || write.HighestSequenceNr >= HighestNumber)
        {
            throw new RedisPersistenceException($"the events of one write of {write.PersistenceId} are not numbered one after the other");
        }

        List<string> texts;
        try
        {
            texts = Texts(events);
            _results.Add(null);
        }
        catch (RedisPersistenceException rejection)
        {
            texts = [.. events.Select(e => PersistenceWire.WriteRejected(e.SequenceNr))];
            _results.Add(rejection);
        }

        var characters = texts.Sum(t => t.Length);
        if (_steps is not [.., var step] || !step.IsFollowedBy(write) || step.Events.Count + texts.Count > MostEventsPerStep
            || step.Characters + characters > MostCharactersPerStep)
        {
            step = new AppendStep(write.PersistenceId, write.LowestSequenceNr, []);
            _steps.Add(step);
        }

        step.Events.AddRange(texts);
        step.Characters += characters;
    }

    private List<string> Texts(IImmutableList<IPersistentRepresentation> events)
    {
        var (texts, characters) = (new List<string>(events.Count), 0);
        foreach (var persistent in events)
        {
            var text = wire.Write(persistent, now);
            texts.Add(text);
            characters += text.Length;
            if (characters > MostCharactersPerWrite)
            {
                throw new RedisPersistenceException($"a write of {events.Count} events takes more than {MostCharactersPerWrite} bytes");
            }
        }

        return texts;
    }
}
