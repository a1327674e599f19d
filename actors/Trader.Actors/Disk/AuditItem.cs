using Trader.Messages;

namespace Trader.Actors.Disk;

/// <summary>What an audit finds at one place of a node's journal.</summary>
/// <param name="Node">Name of the node whose journal it is.</param>
/// <param name="File">Name of the segment.</param>
/// <param name="Offset">Bytes from its start.</param>
public abstract record AuditItem(string Node, string File, long Offset)
{
    /// <param name="Seq">The record's number in its node's journal.</param>
    public sealed record Entry(string Node, string File, long Offset, long Seq, JournalRecord Record)
        : AuditItem(Node, File, Offset);

    /// <summary>No record, or one that does not belong where it stands.</summary>
    /// <param name="Why">One line for a person.</param>
    public sealed record Bad(string Node, string File, long Offset, RecordFault Fault, string Why)
        : AuditItem(Node, File, Offset);
}

/// <summary>What a verification found out about one node's journal.</summary>
/// <param name="Records">Records that are whole and in their place.</param>
/// <param name="Segments">Files they stand in.</param>
/// <param name="LastSeq">Number of the newest; more than <paramref name="Records"/> when older segments were
/// archived.</param>
/// <param name="Chain">Its hash. Written down elsewhere, it proves later that nothing was cut off behind it.</param>
/// <param name="Bad">The first <see cref="AuditVerifier.MaxBad"/> bad places.</param>
/// <param name="BadCount">How many there are.</param>
public sealed record NodeAudit(
    string Node, long Records, int Segments, long LastSeq, string Chain, IReadOnlyList<AuditItem.Bad> Bad,
    long BadCount);
