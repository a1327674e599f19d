namespace Trader.Redis;

/// <summary>One entry of a stream.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Fields">Field and value pairs in the order they were written; invalid UTF-8 is replaced by U+FFFD.
/// Empty when <paramref name="IsOversized"/>.</param>
/// <param name="Redelivered">True: somebody, this reader included, may have been given it before. False: it is handed
/// out for the first time.</param>
/// <param name="IsOversized">True: its fields exceed the reader's limit and were not taken over. It is still
/// delivered, so that it is refused by a decision and not by being missed.</param>
public sealed record StreamEntry(
    StreamId Id, IReadOnlyList<KeyValuePair<string, string>> Fields, bool Redelivered, bool IsOversized)
{
    /// <summary>The value of a field. Of a field written twice the last counts, as it does for the Python readers of
    /// these streams.</summary>
    public bool TryField(string name, out string value)
    {
        for (int i = Fields.Count - 1; i >= 0; i--)
        {
            if (string.Equals(Fields[i].Key, name, StringComparison.Ordinal))
            {
                value = Fields[i].Value;
                return true;
            }
        }

        value = "";
        return false;
    }
}
