using Akka.Actor;

namespace Akka.Event;

/// <summary>
/// Logs dead letters: all, or the first <c>akka.log-dead-letters</c> and then none until
/// <c>akka.log-dead-letters-suspend-duration</c> has passed, so a storm of them does not become a storm of lines.
/// </summary>
public class DeadLetterListener : UntypedActor
{
    private readonly EventStream _eventStream = Context.System.EventStream;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly int _limit;
    private readonly TimeSpan _suspend;
    private readonly bool _duringShutdown;
    private long _count;
    private long _silentSince = -1;
    private long _unlogged;
    private bool _resets;

    public DeadLetterListener()
    {
        var config = Context.System.Settings.Config;
        _limit = LimitOf(config.GetString("akka.log-dead-letters", "10"));
        _suspend = config.GetTimeSpan("akka.log-dead-letters-suspend-duration", TimeSpan.FromMinutes(5));
        _duringShutdown = config.GetBoolean("akka.log-dead-letters-during-shutdown", true);
    }

    /// <summary>Whether the setting wants dead letters logged at all.</summary>
    internal static bool IsWanted(string setting) => LimitOf(setting) > 0;

    protected override void OnReceive(object message)
    {
        // Suppressed ones are on the stream for who asks, not for the log.
        // Nor a logger's own mail: a line about it would be the next.
        if (message is AllDeadLetters { Message: not LogEvent } letter and not SuppressedDeadLetter
            && (_duringShutdown || !IsShuttingDown()))
        {
            _count++;
            if (IsSilent())
            {
                _unlogged++;
            }
            else
            {
                Write(letter);
            }

            if (_resets)
            {
                // The first line after the silence has told the whole count.
                (_resets, _count) = (false, 0);
            }
        }
    }

    private static int LimitOf(string setting) => setting switch
    {
        "on" or "true" or "yes" => int.MaxValue,
        "off" or "false" or "no" => 0,
        _ => Configuration.Hocon.HoconScalar.Number<int>(setting),
    };

    private static bool IsShuttingDown() => CoordinatedShutdown.Get(Context.System).ShutdownReason is not null;

    private bool IsSilent()
    {
        if (_silentSince < 0)
        {
            return false;
        }
        if (_suspend == Timeout.InfiniteTimeSpan || Clock.GetElapsedTime(_silentSince) < _suspend)
        {
            return true;
        }
        _silentSince = -1;
        _resets = true;
        return false;
    }

    private TimeProvider Clock => _eventStream.TimeProvider;

    private void Write(AllDeadLetters letter)
    {
        var why = letter switch
        {
            Dropped dropped => $"dropped. {dropped.Reason}",
            UnhandledMessage => "unhandled",
            _ => "not delivered",
        };
        var last = !_resets && _count >= _limit && _limit != int.MaxValue;
        _log.Info(
            "Message [{0}]{1}{2} was {3}. [{4}] dead letters encountered{5}.",
            letter.Message.GetType().Name,
            letter.Sender is null or DeadLetterActorRef ? "" : $" from {letter.Sender}",
            letter.Recipient is null ? "" : $" to {letter.Recipient}",
            why,
            _count,
            Remark(last));
        if (last)
        {
            _silentSince = Clock.GetTimestamp();
        }
    }

    private string Remark(bool last)
    {
        var before = _unlogged > 0 ? $", of which {_unlogged} were not logged" : "";
        _unlogged = 0;
        return last
            ? $"{before}, no more dead letters will be logged in next [{_suspend}] (akka.log-dead-letters = {_limit})"
            : before;
    }
}
