namespace Trader.Messages;

/// <summary>What a read of one Redis string (or one field of a hash) gave. Nothing there and something unreadable are two things (S1).</summary>
public readonly record struct StoredText
{
    private readonly string? text;

    private StoredText(string? text, bool readable)
    {
        this.text = text;
        Readable = readable;
    }

    /// <summary>Nothing stands there.</summary>
    public static StoredText Absent { get; } = new(null, true);

    /// <summary>Something stands there that is no text: a value of another type.</summary>
    public static StoredText Unreadable { get; } = new(null, false);

    /// <summary>False for a value of another type, and for what was never read.</summary>
    public bool Readable { get; }

    /// <summary>Something stands there, readable or not.</summary>
    public bool IsPresent => !Readable || text is not null;

    /// <summary>Empty when there is none.</summary>
    public string Text => text ?? "";

    public static StoredText Of(string value) => new(value, true);

    /// <summary>As a script compares it: whether the same stands there now.</summary>
    public string Proof => !Readable ? "e" : text is null ? "n" : "v" + text;

    /// <summary>A strict number, null when it is none.</summary>
    public decimal? Number => PlanWire.TryNumber(text, out var number) ? number : null;
}
