using System.Text;

namespace Akka.Configuration.Hocon;

/// <summary>
/// Turns parsed nodes into values. A substitution sees the document's final value of its path, except inside the
/// value of that very path, where it sees the value before; anything else that depends on itself is a cycle.
/// </summary>
internal sealed class HoconResolver(ObjectNode root)
{
    /// <summary>Substitutions may lead to substitutions; more than this many deep is taken for a mistake.</summary>
    private const int DepthLimit = 200;

    private int _depth;

    public static HoconValue Resolve(ObjectNode root) => new HoconResolver(root).ResolveObject(root);

    private HoconValue ResolveObject(ObjectNode node)
    {
        var items = new Dictionary<string, HoconValue>(StringComparer.Ordinal);
        foreach (var (key, field) in node.Fields)
        {
            if (ResolveField(field) is { } value)
            {
                items.Add(key, value);
            }
        }
        return HoconValue.FromObject(new HoconObject(items), node.Line);
    }

    private HoconValue? ResolveField(HoconField field)
    {
        if (field.IsResolved)
        {
            return field.Resolved;
        }
        field.Resolved = Fold(field, field.Values.Count);
        field.IsResolved = true;
        return field.Resolved;
    }

    private HoconValue? Fold(HoconField field, int count)
    {
        HoconValue? folded = null;
        var outer = field.Resolving;
        for (var i = 0; i < count; i++)
        {
            field.Resolving = i;
            folded = HoconValue.Merge(folded, ResolveNode(field.Values[i], field));
        }
        field.Resolving = outer;
        return folded;
    }

    private HoconValue? ResolveNode(HoconNode node, HoconField? owner)
    {
        if (++_depth > DepthLimit)
        {
            throw new HoconParserException("values are nested too deep", node.Line, node.Column);
        }
        var value = node switch
        {
            LiteralNode literal => HoconValue.FromText(literal.Text, literal.Line),
            ArrayNode array => ResolveArray(array, owner),
            ObjectNode obj => ResolveObject(obj),
            ConcatenationNode concatenation => ResolveConcatenation(concatenation, owner),
            PreviousNode => owner is null ? null : Fold(owner, owner.Resolving),
            SubstitutionNode substitution => ResolveSubstitution(substitution),
            _ => throw new InvalidOperationException($"unknown node {node.GetType().Name}"),
        };
        _depth--;
        return value;
    }

    private HoconValue ResolveArray(ArrayNode array, HoconField? owner)
    {
        var items = new List<HoconValue>(array.Items.Count);
        foreach (var item in array.Items)
        {
            if (ResolveNode(item, owner) is { } value)
            {
                items.Add(value);
            }
        }
        return HoconValue.FromArray(items, array.Line);
    }

    private HoconValue? ResolveSubstitution(SubstitutionNode node)
    {
        var found = Find(node);
        if (found is null && !node.Optional)
        {
            throw new HoconParserException(
                $"unresolved substitution ${{{HoconPath.Join(node.Path)}}}", node.Line, node.Column);
        }
        return found;
    }

    private HoconValue? Find(SubstitutionNode node)
    {
        var scope = root;
        for (var i = 0; i < node.Path.Count; i++)
        {
            if (!scope.Fields.TryGetValue(node.Path[i], out var field))
            {
                return null;
            }
            var last = i == node.Path.Count - 1;
            if (last)
            {
                return Current(field, node);
            }
            if (field.Values is [ObjectNode only])
            {
                scope = only;
                continue;
            }
            return ValueAt(Current(field, node), node.Path, i + 1);
        }
        return null;
    }

    private HoconValue? Current(HoconField field, SubstitutionNode node)
    {
        if (field.Resolving < 0)
        {
            return ResolveField(field);
        }
        // In the middle of this very field: look back. With nothing before, a required reference is a cycle.
        if (field.Resolving == 0 && !node.Optional)
        {
            throw new HoconParserException(
                $"cycle in substitution ${{{HoconPath.Join(node.Path)}}}", node.Line, node.Column);
        }
        return Fold(field, field.Resolving);
    }

    private static HoconValue? ValueAt(HoconValue? value, IReadOnlyList<string> path, int from)
    {
        for (var i = from; i < path.Count && value is not null; i++)
        {
            value = value.GetChildObject(path[i]);
        }
        return value;
    }

    private HoconValue? ResolveConcatenation(ConcatenationNode node, HoconField? owner)
    {
        HoconValue? whole = null;
        var text = new StringBuilder();
        var hasText = false;
        foreach (var part in node.Parts)
        {
            var value = ResolveNode(part, owner);
            if (value is null)
            {
                continue;
            }
            if (value.IsObject() || value.IsArray())
            {
                whole = text.ToString().Trim().Length == 0 ? Combine(whole, value, part) : throw Mixed(part);
            }
            else
            {
                var word = value.GetString() ?? "null";
                text.Append(whole is null || word.Trim().Length == 0 ? word : throw Mixed(part));
                hasText = true;
            }
        }
        return whole ?? (hasText ? HoconValue.FromText(text.ToString(), node.Line) : null);
    }

    private static HoconValue Combine(HoconValue? whole, HoconValue value, HoconNode at)
    {
        if (whole is null)
        {
            return value;
        }
        if (whole.IsArray() && value.IsArray())
        {
            return HoconValue.FromArray([.. whole.GetArray(), .. value.GetArray()], whole.Line);
        }
        return whole.IsObject() && value.IsObject() ? HoconValue.Merge(whole, value)! : throw Mixed(at);
    }

    private static HoconParserException Mixed(HoconNode at) =>
        new("an object or a list cannot be joined with a value of another kind", at.Line, at.Column);
}
