using System.Globalization;
using Trader.Messages;

namespace Trader.Simulation;

/// <summary>What must hold when a completion is said: S3, S7.</summary>
internal sealed partial class Checks
{
    private readonly HashSet<(string, EventId)> reported = [];

    private void OnCompletion(SimNode node, PanicCompletion completion)
    {
        Watch.Ended(node, completion.EventId);
        var fields = PanicWire.Write(completion);
        if (completion.Closed + completion.Failed != completion.Total || fields.Count != 8)
        {
            stage.Break("S3", $"{completion.EventId}: {completion.Closed} closed + {completion.Failed} failed of {completion.Total}");
        }

        if (!reported.Add((node.Name, completion.EventId)))
        {
            return;
        }

        if (completion.VerifiedFlat)
        {
            CheckFlat(node, completion);
        }
        else
        {
            CheckAttempted(node, completion);
        }
    }

    /// <summary>S3: a read of this run that succeeded showed nothing, no later read says otherwise, and it was true.</summary>
    private void CheckFlat(SimNode node, PanicCompletion completion)
    {
        var last = Truth(node).Reads.LastOrDefault(read => read.Read is not null);
        var startedMs = completion.StartedMs - stage.Plan.ClockErrorMs[node.Name] - (stage.UnixMs - stage.NowMs);
        if (last.Read is not { Positions.Count: 0, Unreadable.Count: 0 } || last.AtMs < startedMs - 1)
        {
            stage.Break("S3", $"{node} reports {completion.EventId} flat without a read that shows it");
        }
        else if (!stage.Exchange.Account.WasFlatWithin(last.AtMs - 3_000 - stage.Plan.StaleMs, last.AtMs))
        {
            stage.Break("S3", $"{node} reports {completion.EventId} flat and the account never was");
        }
        else if (!Truth(node).Reads.Any(r => r.AtMs >= startedMs - 1 && r.Read is { Positions.Count: 0, Unreadable.Count: 0 }
            && Truth(node).Resting.GetValueOrDefault(r.Asker) is { Empty: true } books && r.AtMs >= books.AtMs))
        {
            stage.Break("S3", $"{node} reports {completion.EventId} flat without a read of positions after one that shows that no order rests");
        }
    }

    /// <summary>S7: whatever else failed, every position that was there all along has had its order.</summary>
    private void CheckAttempted(SimNode node, PanicCompletion completion)
    {
        var truth = Truth(node);
        var startedMs = completion.StartedMs - stage.Plan.ClockErrorMs[node.Name] - (stage.UnixMs - stage.NowMs);
        // A read that hung may be answered to a run that is over; the run that ends is the one that has read last, sent or not.
        var asker = truth.Reads.LastOrDefault().Asker;
        var first = truth.Reads.FirstOrDefault(r => (asker is null || r.Asker.Equals(asker)) && r.AtMs >= Math.Max(startedMs, node.StartedAtMs) && r.Read is not null);
        if (first.Read is null)
        {
            return;
        }

        foreach (var position in first.Read.Positions)
        {
            // Two workers may derive the same id; what this run found sent under its own id is the one attempt (S8).
            var tried = truth.Sent.Any(s => s.Order.Key == position.Key && s.AtMs >= first.AtMs)
                || (truth.Plans.TryGetValue($"{position.Key.Side}:{position.Key.Symbol}", out var ids)
                    && truth.Found.Any(id => ids.Contains(id, StringComparison.Ordinal)));
            if (!tried && stage.Exchange.Account.OpenSince(position.Key, first.AtMs))
            {
                stage.Break("S7", string.Create(CultureInfo.InvariantCulture,
                    $"{node} ends {completion.EventId} and never tried to close {position.Key} {position.Amount}"));
            }
        }
    }
}
