using Akka.Dispatch.SysMsg;
using Akka.Event;

namespace Akka.Actor;

public sealed partial class ActorCell
{
    // Who failed: this actor, a child whose failure is being escalated, or nobody.
    private IActorRef? _perpetrator;

    // What was being handled when this actor failed, for PreRestart.
    private object? _failedMessage;
    private IActorRef? _failedSender;

    private bool IsFailed => _perpetrator is not null;

    private void CreateActor()
    {
        try
        {
            NewInstance().AroundPreStart();
            RestartReceiveTimeout();
        }
        catch (Exception e)
        {
            _actor = null;
            throw e is ActorInitializationException known
                ? known
                : new ActorInitializationException(_self, "Exception during creation", e);
        }
    }

    private ActorBase NewInstance()
    {
        _actor = null;
        _incarnation++;
        var instance = _props.NewActor() ?? throw new ActorInitializationException(_self, "Props.NewActor gave null");
        if (!ReferenceEquals(instance, _actor))
        {
            throw new ActorInitializationException(_self, "An actor instance can be used for one incarnation only");
        }

        instance.OnConstructed();
        instance.SetStrategy(_props.SupervisorStrategy);
        if (instance is IActorStash withStash)
        {
            withStash.Stash = _stash = new StashOfCell(this, isBounded: instance is not IWithUnboundedStash);
        }

        return instance;
    }

    private void HandleInvokeFailure(Exception cause, IInternalActorRef[]? suspendedAlready = null)
    {
        if (IsFailed)
        {
            return;
        }

        _mailbox.Suspend();
        var escalated = _currentMessage as Failed;
        var failing = escalated?.Child ?? _self;
        _perpetrator = failing;
        if (escalated is null)
        {
            _failedMessage = _currentMessage;
            _failedSender = _sender;
        }

        foreach (var child in _children?.Refs() ?? [])
        {
            if (!child.Equals(failing) && (suspendedAlready is null || !suspendedAlready.Contains(child)))
            {
                child.Suspend();
            }
        }

        _parent.SendSystemMessage(new Failed(_self, cause, _self.Path.Uid));
    }

    private void HandleFailed(Failed failed)
    {
        if (_children?.Find(failed.Child) is not { } stats)
        {
            return;
        }

        _currentMessage = failed;
        _sender = failed.Child;
        try
        {
            if (_actor is null || !_actor.StrategyOnce().HandleFailure(
                this, failed.Child, failed.Cause, stats, _children))
            {
                HandleInvokeFailure(failed.Cause);
            }
        }
        catch (Exception e)
        {
            HandleInvokeFailure(e);
        }
        finally
        {
            _currentMessage = null;
            _sender = null;
        }
    }

    private void FaultSuspend()
    {
        _mailbox.Suspend();
        foreach (var child in _children?.Refs() ?? [])
        {
            child.Suspend();
        }
    }

    private void FaultResume(Exception? causedByFailure)
    {
        if (_actor is null)
        {
            _system.EventStream.Publish(new Error(
                null, _self.Path.ToString(), typeof(ActorCell), "Changing Resume into Create after failure"));
            FaultCreate();
            return;
        }

        var perpetrator = _perpetrator;
        ForgetFailedMessage();
        _mailbox.Resume();
        if (causedByFailure is not null)
        {
            _perpetrator = null;
        }

        foreach (var child in _children?.Refs() ?? [])
        {
            child.Resume(child.Equals(perpetrator) ? causedByFailure : null);
        }
    }

    private void FaultCreate()
    {
        StopReceiveTimeout();
        StopChildren();
        if (!WaitForChildren(WaitReason.Creation))
        {
            FinishCreate();
        }
    }

    private void FinishCreate()
    {
        _mailbox.Resume();
        _perpetrator = null;
        try
        {
            CreateActor();
        }
        catch (Exception e)
        {
            HandleInvokeFailure(e);
        }
    }

    private void FaultRecreate(Exception cause)
    {
        if (IsTerminating)
        {
            // A restart that was decided before the end began: the end goes on.
            return;
        }

        if (_actor is not { } failed)
        {
            FaultCreate();
            return;
        }

        StopReceiveTimeout();
        var message = _failedMessage;
        try
        {
            _currentMessage = message;
            _sender = _failedSender;
            failed.AroundPreRestart(cause, message!);
        }
        catch (Exception e)
        {
            _system.EventStream.Publish(new Error(
                new PreRestartException(_self, e, cause, message), _self.Path.ToString(), failed.GetType(), e.Message));
        }
        finally
        {
            ForgetFailedMessage();
            _timers?.CancelAll();
            _stash?.UnstashAll();
            ClearInstance(failed);
        }

        if (!WaitForChildren(WaitReason.Recreation, cause))
        {
            FinishRecreate(cause);
        }
    }

    private void FinishRecreate(Exception cause)
    {
        var survivors = _children?.Refs() ?? [];
        _mailbox.Resume();
        _perpetrator = null;
        try
        {
            var fresh = NewInstance();
            fresh.AroundPostRestart(cause, null!);
            RestartReceiveTimeout();
            foreach (var child in survivors)
            {
                child.Restart(cause);
            }
        }
        catch (Exception e)
        {
            if (_actor is { } broken)
            {
                ClearInstance(broken);
            }

            HandleInvokeFailure(new PostRestartException(_self, e, cause), survivors);
        }
    }
}
