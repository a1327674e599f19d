using Akka.Actor.Internal;
using Akka.Dispatch;
using Akka.Dispatch.SysMsg;
using Akka.Event;

namespace Akka.Actor;

/// <summary>What stands behind a local reference: the current instance of the actor, its behaviours, its children
/// and its watches. Everything here runs on the mailbox's consumer unless it says otherwise.</summary>
public sealed partial class ActorCell : IUntypedActorContext
{
    [ThreadStatic]
    private static ActorCell? _current;

    private readonly ActorSystemImpl _system;
    private readonly LocalActorRef _self;
    private readonly Props _props;
    private readonly IInternalActorRef _parent;
    private readonly Mailbox _mailbox;

    private ActorBase? _actor;
    private Receive? _behavior;
    private Stack<Receive>? _behaviorsBelow;
    private object? _currentMessage;
    private IActorRef? _sender;
    private ReceiveTimeoutState? _receiveTimeout;
    private int _tasksRunning;
    private int _incarnation;

    internal ActorCell(
        ActorSystemImpl system,
        LocalActorRef self,
        Props props,
        MessageDispatcher dispatcher,
        MailboxType? mailboxType,
        IInternalActorRef parent)
    {
        _system = system;
        _self = self;
        _props = props;
        _parent = parent;
        _mailbox = new Mailbox(this, dispatcher, mailboxType?.Create(self, system));
    }

    /// <inheritdoc />
    public IActorRef Self => _self;

    /// <inheritdoc />
    public Props Props => _props;

    /// <inheritdoc />
    public IActorRef Sender => _sender ?? _system.DeadLetters;

    /// <inheritdoc />
    public ActorSystem System => _system;

    /// <inheritdoc />
    public IActorRef Parent => _parent;

    /// <inheritdoc />
    public MessageDispatcher Dispatcher => _mailbox.Dispatcher;

    /// <inheritdoc />
    public TimeSpan? ReceiveTimeout => _receiveTimeout?.Span;

    /// <summary>User messages waiting.</summary>
    public int NumberOfMessages => _mailbox.NumberOfMessages;

    /// <summary>True when a user message waits.</summary>
    public bool HasMessages => _mailbox.HasMessages;

    /// <summary>True once the actor has stopped.</summary>
    public bool IsTerminated => _mailbox.IsClosed;

    /// <summary>The message being handled.</summary>
    public object? CurrentMessage => _currentMessage;

    /// <summary>The mailbox.</summary>
    public Mailbox Mailbox => _mailbox;

    internal static ActorCell? Current
    {
        get => _current;
        set => _current = value;
    }

    /// <summary>The current instance; null before it is made and after it has stopped.</summary>
    internal ActorBase? Actor => _actor;

    internal ActorSystemImpl SystemImpl => _system;

    internal IInternalActorRef ParentRef => _parent;

    /// <summary>Changes with every message, so that a stash can tell two deliveries of one object apart.</summary>
    internal int CurrentEnvelopeId { get; private set; }

    /// <summary>The running actor, or no sender.</summary>
    public static IActorRef GetCurrentSelfOrNoSender() => _current is { } cell ? cell._self : ActorRefs.NoSender;

    /// <summary>The sender of the message the running actor is handling, or no sender.</summary>
    public static IActorRef GetCurrentSenderOrNoSender() => _current is { } cell ? cell.Sender : ActorRefs.NoSender;

    /// <inheritdoc />
    public void Become(Receive receive)
    {
        // The first behaviour stays below: Unbecome always finds its way back to it.
        if (_behaviorsBelow is { Count: > 0 })
        {
            _behavior = receive;
        }
        else
        {
            BecomeStacked(receive);
        }
    }

    /// <inheritdoc />
    public void BecomeStacked(Receive receive)
    {
        if (_behavior is { } below)
        {
            (_behaviorsBelow ??= new Stack<Receive>()).Push(below);
        }

        _behavior = receive;
    }

    /// <inheritdoc />
    public void UnbecomeStacked()
    {
        if (_behaviorsBelow is { Count: > 0 } below)
        {
            _behavior = below.Pop();
        }
    }

    void IUntypedActorContext.Become(UntypedReceive receive) => Become(Typed(receive));

    void IUntypedActorContext.BecomeStacked(UntypedReceive receive) => BecomeStacked(Typed(receive));

    /// <inheritdoc />
    public ActorSelection ActorSelection(string actorPath) =>
        ActorRefFactoryShared.ActorSelection(actorPath, _system, _self);

    /// <inheritdoc />
    public ActorSelection ActorSelection(ActorPath actorPath) =>
        ActorRefFactoryShared.ActorSelection(actorPath, _system);

    internal static ActorCell CurrentOrThrow() => _current ?? throw new NotSupportedException(
        "There is no active ActorContext, this is most likely due to use of async operations from within this actor.");

    internal void Start() => _mailbox.PostSystem(new Create());

    /// <summary>Called by the constructor of the instance being made.</summary>
    internal void Incarnate(ActorBase instance, Receive initial)
    {
        if (_actor is not null)
        {
            throw new ActorInitializationException(
                "Do not create actors using 'new', always create them using an ActorContext/System");
        }

        _actor = instance;
        _behavior = initial;
        _behaviorsBelow = null;
    }

    /// <summary>Gives the instance being made another first behaviour.</summary>
    internal void BeginWith(Receive initial) => _behavior = initial;

    internal void ToDeadLetters(object message, IActorRef? sender)
    {
        // A stopped subscriber of dead letters must not make a new one of each: that would never end.
        if (message is not AllDeadLetters)
        {
            _system.DeadLetters.Tell(new DeadLetter(message, sender, _self), sender!);
        }
    }

    /// <summary>Answers a system message that came after the end. Any thread.</summary>
    internal void SystemMessageToDead(SystemMessage message)
    {
        switch (message)
        {
            case Watch watch when !watch.Watcher.Equals(_self):
                watch.Watcher.SendSystemMessage(new DeathWatchNotification(_self, false, false));
                break;
            case ContinueTask continuation:
                // Its finally blocks still have to run, though no actor is there any more.
                _mailbox.Dispatcher.Schedule(continuation.Scheduler.Detached(continuation.Task));
                break;
            case CompleteTask { Failure: { } failure }:
                _system.EventStream.Publish(
                    new Warning(failure, _self.Path.ToString(), typeof(ActorTaskScheduler), "A task failed after its actor had stopped"));
                break;
            default:
                break;
        }
    }

    private static Receive Typed(UntypedReceive receive) => message =>
    {
        receive(message);
        return true;
    };
}
