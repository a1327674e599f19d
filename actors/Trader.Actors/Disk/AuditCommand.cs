namespace Trader.Actors.Disk;

/// <summary>
/// What <c>./trader audit</c> does. Records go to the output; what is bad goes to the error output, and is in the exit
/// code.
/// </summary>
public static class AuditCommand
{
    /// <summary>Everything read is whole.</summary>
    public const int Whole = 0;

    /// <summary>At least one bad place.</summary>
    public const int Damaged = 1;

    /// <summary>There is no journal, or it cannot be read.</summary>
    public const int Unreadable = 2;

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    /// <summary>Prints the journals of all nodes, merged by time.</summary>
    /// <param name="follow">Goes on until cancelled, which is its normal end.</param>
    /// <param name="verify">Checks every record first and prints a line per node; without <paramref name="follow"/>
    /// nothing else.</param>
    /// <param name="json">One JSON object per line.</param>
    public static async Task<int> RunAsync(
        string stateDir, bool follow, bool verify, bool json, TextWriter output, TextWriter error,
        CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        var code = Whole;
        try
        {
            if (!follow && AuditReader.Nodes(stateDir).Count == 0)
            {
                var root = JournalPaths.Root(stateDir);
                var why = $"no journal under {root}: set TRADER_STATE_DIR to where the nodes keep theirs";
                await error.WriteLineAsync(why).ConfigureAwait(false);
                return Unreadable;
            }

            if (verify)
            {
                code = await VerifyAsync(stateDir, json, output, error, cancel).ConfigureAwait(false);
            }

            return follow || !verify
                ? Math.Max(code, await PrintAsync(stateDir, follow, json, output, error, cancel).ConfigureAwait(false))
                : code;
        }
        catch (IOException e)
        {
            await error.WriteLineAsync($"cannot read the journal: {e.Message}").ConfigureAwait(false);
            return Unreadable;
        }
        catch (UnauthorizedAccessException e)
        {
            await error.WriteLineAsync($"cannot read the journal: {e.Message}").ConfigureAwait(false);
            return Unreadable;
        }
    }

    private static async Task<int> VerifyAsync(
        string stateDir, bool json, TextWriter output, TextWriter error, CancellationToken cancel)
    {
        var code = Whole;
        var nodes = await AuditVerifier.VerifyAsync(stateDir, TimeProvider.System, cancel).ConfigureAwait(false);
        foreach (var node in nodes)
        {
            await output.WriteLineAsync(json ? AuditFormat.Json(node) : AuditFormat.Line(node)).ConfigureAwait(false);
            foreach (var bad in node.Bad)
            {
                code = Damaged;
                await error.WriteLineAsync(json ? AuditFormat.Json(bad) : AuditFormat.Line(bad)).ConfigureAwait(false);
            }
        }

        return code;
    }

    private static async Task<int> PrintAsync(
        string stateDir, bool follow, bool json, TextWriter output, TextWriter error, CancellationToken cancel)
    {
        var code = Whole;
        using var reader = new AuditReader(stateDir);
        if (!follow)
        {
            foreach (var item in reader.Read())
            {
                cancel.ThrowIfCancellationRequested();
                await PrintAsync(item).ConfigureAwait(false);
            }

            return code;
        }

        try
        {
            await foreach (var item in reader.FollowAsync(TimeProvider.System, Poll, cancel).ConfigureAwait(false))
            {
                await PrintAsync(item).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // Ctrl-C is how a follower is told to stop.
        }

        return code;

        async Task PrintAsync(AuditItem item)
        {
            var bad = item is AuditItem.Bad;
            code = bad ? Damaged : code;
            var line = json ? AuditFormat.Json(item) : AuditFormat.Line(item);
            await (bad ? error : output).WriteLineAsync(line).ConfigureAwait(false);
        }
    }
}
