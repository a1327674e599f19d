using Akka.Dispatch.SysMsg;
using Akka.Event;

namespace Akka.Actor;

/// <summary>The end of an actor: its children first, then itself, then who waits for it.</summary>
public sealed partial class ActorCell
{
    private void Terminate()
    {
        SetReceiveTimeout(null);
        UnwatchAll();
        StopChildren();
        var wasTerminating = IsTerminating;
        if (WaitForChildren(WaitReason.Termination))
        {
            if (!wasTerminating)
            {
                _mailbox.Suspend();
                _perpetrator = _self;
            }
        }
        else
        {
            FinishTerminate();
        }
    }

    private void FinishTerminate()
    {
        _reason = WaitReason.Termination;
        var actor = _actor;
        try
        {
            actor?.AroundPostStop();
        }
        catch (Exception e)
        {
            _system.EventStream.Publish(new Error(e, _self.Path.ToString(), actor!.GetType(), e.Message));
        }
        finally
        {
            _timers?.CancelAll();
            _stash?.UnstashAll();
            _mailbox.Close();
            _system.EventStream.OnStopped(_self);
            _parent.SendSystemMessage(new DeathWatchNotification(_self, true, false));
            TellWatchersOfEnd();
            UnwatchAll();
            if (actor is not null)
            {
                ClearInstance(actor);
            }

            _stash = null;
            _timers = null;
            _deferred = null;
        }
    }

    private void ForgetFailedMessage()
    {
        _failedMessage = _currentMessage = null;
        _failedSender = _sender = null;
    }

    private void ClearInstance(ActorBase actor)
    {
        actor.Clear(_self);
        _props.Release(actor);
        _actor = null;
        _behavior = null;
        _behaviorsBelow = null;
        while (_tasksRunning > 0)
        {
            // Its tasks go on without it; their continuations find a newer incarnation and leave the actor alone.
            _tasksRunning--;
            _mailbox.Resume();
        }

        _incarnation++;
    }
}
