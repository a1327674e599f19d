using System.Text.RegularExpressions;

namespace Trader.Tidy;

/// <summary>What can be told of an actor from its text.</summary>
internal static class Actors
{
    private const string Late = @"(?<![\w.])(Sender|Self|Context)\b(?!\s*:)";

    public static bool IsActorFile(string text) =>
        Regex.IsMatch(text, @":\s*(ReceiveActor|UntypedActor|ActorBase|ReceivePersistentActor|UntypedPersistentActor)\b");

    /// <summary>
    /// Offsets at which Sender, Self or Context is used after an await of the same member, or inside a lambda that runs on another thread.
    /// By then the actor may be handling another message. Arguments such as <c>PipeTo(Self, Sender)</c> are evaluated at once and are fine.
    /// </summary>
    public static IEnumerable<int> LateSenders(string code) => AfterAwait(code).Concat(InContinuation(code)).Distinct();

    private static IEnumerable<int> AfterAwait(string code)
    {
        foreach (var member in Member.Find(code))
        {
            var body = code[member.Open..member.End];
            if (Regex.Match(body, @"\bawait\b") is { Success: true } awaited)
            {
                foreach (Match use in Regex.Matches(body[awaited.Index..], Late))
                {
                    yield return member.Open + awaited.Index + use.Index;
                }
            }
        }
    }

    private static IEnumerable<int> InContinuation(string code)
    {
        foreach (Match call in Regex.Matches(code, @"\b(ContinueWith|PipeTo|Run|StartNew)\s*\("))
        {
            var open = call.Index + call.Length - 1;
            var arguments = code[open..Close(code, open)];
            foreach (Match lambda in Regex.Matches(arguments, "=>"))
            {
                var end = LambdaEnd(arguments, lambda.Index + 2);
                foreach (Match use in Regex.Matches(arguments[lambda.Index..end], Late))
                {
                    yield return open + lambda.Index + use.Index;
                }
            }
        }
    }

    /// <summary>Offset of the bracket that closes the one at <paramref name="open"/>.</summary>
    private static int Close(string code, int open)
    {
        var depth = 0;
        for (var i = open; i < code.Length; i++)
        {
            depth += code[i] switch { '(' or '{' or '[' => 1, ')' or '}' or ']' => -1, _ => 0 };
            if (depth == 0)
            {
                return i;
            }
        }

        return code.Length;
    }

    private static int LambdaEnd(string arguments, int from)
    {
        var depth = 0;
        for (var i = from; i < arguments.Length; i++)
        {
            depth += arguments[i] switch { '(' or '{' or '[' => 1, ')' or '}' or ']' => -1, _ => 0 };
            if (depth < 0 || (depth == 0 && arguments[i] == ','))
            {
                return i;
            }
        }

        return arguments.Length;
    }
}
