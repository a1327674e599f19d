namespace Akka.Configuration.Hocon;

/// <summary>What the parser saw, before substitutions are known. Positions count from 1.</summary>
internal abstract record HoconNode(int Line, int Column);

/// <summary>A string, number, boolean or, with <paramref name="Text"/> null, the unquoted word <c>null</c>.</summary>
internal sealed record LiteralNode(string? Text, int Line, int Column) : HoconNode(Line, Column);

internal sealed record ArrayNode(IReadOnlyList<HoconNode> Items, int Line, int Column) : HoconNode(Line, Column);

internal sealed record SubstitutionNode(IReadOnlyList<string> Path, bool Optional, int Line, int Column)
    : HoconNode(Line, Column);

/// <summary>The value a field had before this assignment: what <c>+=</c> appends to.</summary>
internal sealed record PreviousNode(int Line, int Column) : HoconNode(Line, Column);

internal sealed record ConcatenationNode(IReadOnlyList<HoconNode> Parts, int Line, int Column)
    : HoconNode(Line, Column);

internal sealed record ObjectNode(int Line, int Column) : HoconNode(Line, Column)
{
    public Dictionary<string, HoconField> Fields { get; } = new(StringComparer.Ordinal);

    /// <summary>Assigns along a dotted path, making the objects between.</summary>
    public void Assign(IReadOnlyList<string> path, HoconNode value)
    {
        var target = this;
        for (var i = 0; i < path.Count - 1; i++)
        {
            var field = target.FieldOf(path[i]);
            if (field.Values.Count == 0 || field.Values[^1] is not ObjectNode)
            {
                field.Values.Add(new ObjectNode(value.Line, value.Column));
            }
            target = (ObjectNode)field.Values[^1];
        }
        target.FieldOf(path[^1]).Add(value);
    }

    private HoconField FieldOf(string key)
    {
        if (!Fields.TryGetValue(key, out var field))
        {
            Fields.Add(key, field = new HoconField(key));
        }
        return field;
    }

    internal void MergeFrom(ObjectNode later)
    {
        foreach (var (key, field) in later.Fields)
        {
            var target = FieldOf(key);
            foreach (var value in field.Values)
            {
                target.Add(value);
            }
        }
    }
}

/// <summary>
/// A key with every value assigned to it, oldest first: a value that refers to its own key means the one before.
/// </summary>
internal sealed class HoconField(string key)
{
    public string Key { get; } = key;

    public List<HoconNode> Values { get; } = [];

    /// <summary>How many of the values a resolution in progress has folded; -1 when none is in progress.</summary>
    public int Resolving { get; set; } = -1;

    public bool IsResolved { get; set; }

    public HoconValue? Resolved { get; set; }

    public void Add(HoconNode value)
    {
        if (value is ObjectNode later && Values.Count > 0 && Values[^1] is ObjectNode earlier)
        {
            earlier.MergeFrom(later);
        }
        else
        {
            Values.Add(value);
        }
    }
}
