using System.Globalization;
using Akka.Util.Internal;

namespace Akka.TestKit.Internal;

/// <summary>The last few messages that expectations took, for the text of a failure.</summary>
internal sealed class ReceivedHistory
{
    private const int Kept = 5;
    private const int LongestText = 300;

    private readonly Queue<MessageEnvelope> _taken = new();

    public void Add(MessageEnvelope envelope)
    {
        _taken.Enqueue(envelope);
        if (_taken.Count > Kept)
        {
            _taken.Dequeue();
        }
    }

    /// <summary>What was taken before and what still waits, as the end of a sentence.</summary>
    public string Describe(WaitQueue<MessageEnvelope> queue)
    {
        var waiting = queue.Snapshot();
        var before = _taken.Count == 0 ? "" : $"\nTaken before: {string.Join(", ", _taken.Select(Text))}";
        var after = waiting.Count == 0
            ? ""
            : string.Create(CultureInfo.InvariantCulture,
                $"\nStill waiting ({waiting.Count}): {string.Join(", ", waiting.Take(Kept).Select(Text))}");
        return before + after;
    }

    public static string Text(MessageEnvelope envelope)
    {
        var text = $"{envelope.Message?.GetType().Name} {envelope}";
        return text.Length <= LongestText ? text : $"{text[..LongestText]}…";
    }
}
