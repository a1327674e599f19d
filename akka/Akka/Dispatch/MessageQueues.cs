using Akka.Actor;
using Akka.Configuration;

namespace Akka.Dispatch.MessageQueues
{
    /// <summary>Holds the user messages of one actor. Many threads enqueue, one at a time dequeues.</summary>
    public interface IMessageQueue
    {
        /// <summary>True when there is something to dequeue.</summary>
        bool HasMessages { get; }

        /// <summary>How many messages are waiting.</summary>
        int Count { get; }

        /// <summary>Adds a message.</summary>
        void Enqueue(IActorRef receiver, Envelope envelope);

        /// <summary>Takes the next message.</summary>
        bool TryDequeue(out Envelope envelope);

        /// <summary>Empties the queue into dead letters when the actor has stopped.</summary>
        void CleanUp(IActorRef owner, IMessageQueue deadletters);
    }

    /// <summary>First in, first out, without limit.</summary>
    public class UnboundedMessageQueue : IMessageQueue
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<Envelope> _queue = new();

        /// <inheritdoc />
        public bool HasMessages => !_queue.IsEmpty;

        /// <inheritdoc />
        public int Count => _queue.Count;

        /// <inheritdoc />
        public virtual void Enqueue(IActorRef receiver, Envelope envelope) => _queue.Enqueue(envelope);

        /// <inheritdoc />
        public bool TryDequeue(out Envelope envelope) => _queue.TryDequeue(out envelope);

        /// <inheritdoc />
        public void CleanUp(IActorRef owner, IMessageQueue deadletters)
        {
            while (TryDequeue(out var envelope))
            {
                deadletters.Enqueue(owner, envelope);
            }
        }
    }

    /// <summary>By priority, lowest number first; equals in order of arrival.</summary>
    public class UnboundedPriorityMessageQueue : IMessageQueue
    {
        private readonly Lock _gate = new();
        private readonly Func<object, int> _priority;
        private readonly PriorityQueue<Envelope, (int Priority, long Order)> _queue = new();
        private long _order;

        /// <summary>Makes the queue.</summary>
        public UnboundedPriorityMessageQueue(Func<object, int> priorityGenerator, int initialCapacity)
        {
            _priority = priorityGenerator;
            _queue.EnsureCapacity(initialCapacity);
        }

        /// <inheritdoc />
        public bool HasMessages => Count > 0;

        /// <inheritdoc />
        public int Count
        {
            get
            {
                lock (_gate)
                {
                    return _queue.Count;
                }
            }
        }

        /// <inheritdoc />
        public void Enqueue(IActorRef receiver, Envelope envelope)
        {
            var priority = _priority(envelope.Message);
            lock (_gate)
            {
                _queue.Enqueue(envelope, (priority, _order++));
            }
        }

        /// <inheritdoc />
        public bool TryDequeue(out Envelope envelope)
        {
            lock (_gate)
            {
                return _queue.TryDequeue(out envelope, out _);
            }
        }

        /// <inheritdoc />
        public void CleanUp(IActorRef owner, IMessageQueue deadletters)
        {
            while (TryDequeue(out var envelope))
            {
                deadletters.Enqueue(owner, envelope);
            }
        }
    }

    /// <summary>First in, first out; what does not fit goes to dead letters.</summary>
    public sealed class BoundedMessageQueue(int capacity) : UnboundedMessageQueue
    {
        /// <inheritdoc />
        public override void Enqueue(IActorRef receiver, Envelope envelope)
        {
            if (Count < capacity)
            {
                base.Enqueue(receiver, envelope);
            }
            else
            {
                ((IInternalActorRef)receiver).Provider.DeadLetters.Tell(
                    new Event.DeadLetter(envelope.Message, envelope.Sender, receiver), envelope.Sender);
            }
        }
    }
}

namespace Akka.Dispatch
{
    using Akka.Dispatch.MessageQueues;

    /// <summary>Makes the message queues of one kind of mailbox.</summary>
    public abstract class MailboxType
    {
        /// <summary>Keeps the settings.</summary>
        protected MailboxType(Settings settings, Config config) => (Settings, Config) = (settings, config);

        /// <summary>The settings of the system.</summary>
        protected Settings Settings { get; }

        /// <summary>The settings of the mailbox.</summary>
        protected Config Config { get; }

        /// <summary>Makes a queue for an actor.</summary>
        public abstract IMessageQueue Create(IActorRef owner, ActorSystem system);
    }

    /// <summary>The default mailbox, by name.</summary>
    public class UnboundedMailbox(Settings settings, Config config) : MailboxType(settings, config)
    {
        /// <inheritdoc />
        public override IMessageQueue Create(IActorRef owner, ActorSystem system) => new UnboundedMessageQueue();
    }

    /// <summary>For actors with a stash; every mailbox of this engine can take messages back in front.</summary>
    public class UnboundedDequeBasedMailbox(Settings settings, Config config) : UnboundedMailbox(settings, config);

    /// <summary>A mailbox with <c>mailbox-capacity</c>.</summary>
    public class BoundedMailbox(Settings settings, Config config) : MailboxType(settings, config)
    {
        /// <inheritdoc />
        public override IMessageQueue Create(IActorRef owner, ActorSystem system) =>
            new BoundedMessageQueue(Config.GetInt("mailbox-capacity", 1000));
    }

    /// <summary>A mailbox ordered by priority.</summary>
    public abstract class UnboundedPriorityMailbox : MailboxType
    {
        /// <summary>The initial capacity.</summary>
        public const int DefaultCapacity = 11;

        /// <summary>Keeps the settings.</summary>
        protected UnboundedPriorityMailbox(Settings settings, Config config)
            : base(settings, config)
        {
        }

        /// <summary>The initial capacity.</summary>
        public int InitialCapacity { get; } = DefaultCapacity;

        /// <inheritdoc />
        public sealed override IMessageQueue Create(IActorRef owner, ActorSystem system) =>
            new UnboundedPriorityMessageQueue(PriorityGenerator, InitialCapacity);

        /// <summary>The priority of a message; lower comes first.</summary>
        protected abstract int PriorityGenerator(object message);
    }
}
