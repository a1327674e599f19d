using Akka.Dispatch.SysMsg;

namespace Akka.Actor;

/// <summary>What happens to one message, of the user or of the system.</summary>
public sealed partial class ActorCell
{
    /// <summary>Handles one user message.</summary>
    internal void Invoke(object message, IActorRef sender)
    {
        _currentMessage = message;
        _sender = sender;
        CurrentEnvelopeId++;
        try
        {
            if (message is IAutoReceivedMessage)
            {
                AutoReceive(message);
            }
            else if (_receiveTimeout is null)
            {
                _actor!.AroundReceive(_behavior!, message);
            }
            else
            {
                ReceiveUnderTimeout(message);
            }
        }
        catch (Exception e)
        {
            HandleInvokeFailure(e);
        }

        _currentMessage = null;
        _sender = null;
    }

    /// <summary>Handles one system message.</summary>
    internal void SystemInvoke(SystemMessage message)
    {
        if (MustWait(message))
        {
            (_deferred ??= new Queue<SystemMessage>()).Enqueue(message);
            return;
        }

        try
        {
            Handle(message);
        }
        catch (Exception e)
        {
            HandleInvokeFailure(e);
        }

        if (_deferred is { Count: > 0 })
        {
            RunDeferred();
        }
    }

    /// <summary>A decision about this actor waits for children that are stopping; a child's failure waits until this
    /// actor's own is decided.</summary>
    private bool MustWait(SystemMessage message) => message switch
    {
        Recreate or Suspend or Resume => IsWaitingForChildren,
        Failed => IsWaitingForChildren || _mailbox.Suspensions > _tasksRunning,
        _ => false,
    };

    private void Handle(SystemMessage message)
    {
        switch (message)
        {
            case Create:
                CreateActor();
                break;
            case DeathWatchNotification dead:
                WatchedActorTerminated(dead);
                break;
            case Watch watch:
                AddWatcher(watch);
                break;
            case Unwatch unwatch:
                RemoveWatcher(unwatch);
                break;
            case Failed failed:
                HandleFailed(failed);
                break;
            case Recreate recreate:
                FaultRecreate(recreate.Cause);
                break;
            case Suspend:
                FaultSuspend();
                break;
            case Resume resume:
                FaultResume(resume.CausedByFailure);
                break;
            case Dispatch.SysMsg.Terminate:
                Terminate();
                break;
            case ContinueTask continuation:
                ContinueTask(continuation);
                break;
            case CompleteTask complete:
                CompleteTask(complete);
                break;
            default:
                throw new NotSupportedException($"Unknown system message {message.GetType().Name}");
        }
    }

    private void ReceiveMessage(object message)
    {
        _currentMessage = message;
        if (_receiveTimeout is null)
        {
            _actor!.AroundReceive(_behavior!, message);
        }
        else
        {
            ReceiveUnderTimeout(message);
        }
    }

    private void ReceiveUnderTimeout(object message)
    {
        var influences = message is not INotInfluenceReceiveTimeout;
        if (influences)
        {
            _receiveTimeout!.Stop();
        }

        _actor!.AroundReceive(_behavior!, message);
        if (influences && _tasksRunning == 0)
        {
            _receiveTimeout?.Start(this);
        }
    }

    private void AutoReceive(object message)
    {
        switch (message)
        {
            case TimerScheduler.TimerMessage tick:
                if (_timers?.Intercept(tick) is { } due)
                {
                    _currentMessage = due;
                    if (due is IAutoReceivedMessage)
                    {
                        AutoReceive(due);
                    }
                    else
                    {
                        ReceiveMessage(due);
                    }
                }

                break;
            case Terminated terminated:
                ReceivedTerminated(terminated);
                break;
            case PoisonPill:
                _self.Stop();
                break;
            case Kill:
                throw new ActorKilledException("Kill");
            case Identify identify:
                Sender.Tell(new ActorIdentity(identify.MessageId, _self), _self);
                break;
            default:
                ReceiveMessage(message);
                break;
        }
    }
}
