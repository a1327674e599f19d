using Akka.Actor;

namespace Akka.TestKit.Internal;

/// <summary>
/// Makes the test actor the sender of what a test tells. Bound to the test's flow of execution, so it is there after an
/// await too, on whatever thread, and gone from a thread that has left the test for another.
/// </summary>
internal static class ImplicitSender
{
    private static readonly AsyncLocal<ActorCell?> Cell = new(OnChange);

    /// <summary>The actor that was running on this thread when the test's flow came onto it.</summary>
    [ThreadStatic]
    private static ActorCell? _outer;

    public static void Set(ActorCell? cell)
    {
        Cell.Value = cell;
        ActorCell.Current = cell;
    }

    private static void OnChange(AsyncLocalValueChangedArgs<ActorCell?> change)
    {
        if (!change.ThreadContextChanged)
        {
            return;
        }
        if (change.PreviousValue is null)
        {
            _outer = ActorCell.Current;
        }
        ActorCell.Current = change.CurrentValue ?? _outer;
        if (change.CurrentValue is null)
        {
            _outer = null;
        }
    }
}
