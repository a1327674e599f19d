using System.Text.RegularExpressions;

namespace Trader.Tidy;

/// <summary>A method, constructor or accessor list with a block body.</summary>
/// <param name="Start">Offset where its declaration begins, attributes included.</param>
/// <param name="Open">Offset of the body's opening brace.</param>
/// <param name="End">Offset of its closing brace.</param>
/// <param name="Head">The declaration.</param>
internal sealed record Member(int Start, int Open, int End, string Head)
{
    public string Name => Regex.Match(Regex.Replace(Head, @"^(\s*\[[^\]]*\])+", ""), @"(\w+)\s*(?:<[^()]*>)?\s*\(").Groups[1].Value;

    public bool IsMethod => Head.Contains('(', StringComparison.Ordinal);

    /// <summary>Finds the members of every type in code whose comments and literals are blanked out.</summary>
    public static IReadOnlyList<Member> Find(string code)
    {
        var members = new List<Member>();
        // True: the braces of a namespace or type, whose children are members.
        var open = new Stack<(bool Holds, int Start, int Brace, string Head)>();
        var headStart = 0;
        for (var i = 0; i < code.Length; i++)
        {
            if (code[i] == '{')
            {
                var head = code[headStart..i];
                var inType = open.Count == 0 || open.Peek().Holds;
                var holds = inType && Regex.IsMatch(head, @"\b(namespace|class|struct|record|interface|enum|extension)\b")
                    && !head.Contains("=>", StringComparison.Ordinal);
                open.Push((holds, headStart + Lead(head), i, head.Trim()));
                headStart = i + 1;
            }
            else if (code[i] == '}' && open.Count > 0)
            {
                var (holds, start, brace, head) = open.Pop();
                if (!holds && (open.Count == 0 || open.Peek().Holds))
                {
                    members.Add(new Member(start, brace, i, head));
                }

                headStart = i + 1;
            }
            else if (code[i] == ';')
            {
                headStart = i + 1;
            }
        }

        return members;
    }

    private static int Lead(string head) => head.Length - head.TrimStart().Length;
}
