using System.Collections.Concurrent;

namespace Akka.Event;

/// <summary>
/// Delivers events to subscribers by classifier, where classifiers form a hierarchy. Publishing takes no lock: the
/// subscribers of each event class are worked out once and remembered until a subscription changes.
/// </summary>
public abstract class EventBus<TEvent, TClassifier, TSubscriber>
    where TClassifier : notnull
    where TSubscriber : notnull
{
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<TSubscriber, List<Subscription>> _subscriptions = new();
    private volatile ConcurrentDictionary<TClassifier, TSubscriber[]> _cache = new();

    /// <summary>False when the subscriber already gets everything of that class.</summary>
    public virtual bool Subscribe(TSubscriber subscriber, TClassifier classifier)
    {
        lock (_lock)
        {
            var own = _subscriptions.GetOrAdd(subscriber, static _ => []);
            if (own.Exists(s => Covers(s, classifier)))
            {
                return false;
            }
            own.RemoveAll(s => EqualityComparer<TClassifier>.Default.Equals(s.Classifier, classifier));
            own.Add(new Subscription(classifier));
            _cache = new();
            return true;
        }
    }

    /// <summary>Ends every subscription of the subscriber; false when it had none. Cheap in that case.</summary>
    public virtual bool Unsubscribe(TSubscriber subscriber)
    {
        if (!_subscriptions.ContainsKey(subscriber))
        {
            return false;
        }
        lock (_lock)
        {
            var had = _subscriptions.TryRemove(subscriber, out var own) && own.Count > 0;
            _cache = new();
            return had;
        }
    }

    /// <summary>Ends that subscription, or takes a subclass out of a wider one; false when neither was there.</summary>
    public virtual bool Unsubscribe(TSubscriber subscriber, TClassifier classifier)
    {
        lock (_lock)
        {
            if (!_subscriptions.TryGetValue(subscriber, out var own))
            {
                return false;
            }
            var removed = own.RemoveAll(
                s => EqualityComparer<TClassifier>.Default.Equals(s.Classifier, classifier)) > 0;
            if (!removed)
            {
                foreach (var subscription in own.Where(s => Covers(s, classifier)))
                {
                    subscription.Excluded.Add(classifier);
                    removed = true;
                }
            }
            if (own.Count == 0)
            {
                _subscriptions.TryRemove(subscriber, out _);
            }
            _cache = new();
            return removed;
        }
    }

    public virtual void Publish(TEvent @event)
    {
        var classifier = GetClassifier(@event);
        if (!_cache.TryGetValue(classifier, out var subscribers))
        {
            subscribers = Remember(@event, classifier);
        }
        foreach (var subscriber in subscribers)
        {
            Publish(@event, subscriber);
        }
    }

    /// <summary>Whether <paramref name="child"/> is <paramref name="parent"/> or below it.</summary>
    protected abstract bool IsSubClassification(TClassifier parent, TClassifier child);

    protected abstract void Publish(TEvent @event, TSubscriber subscriber);

    protected abstract bool Classify(TEvent @event, TClassifier classifier);

    protected abstract TClassifier GetClassifier(TEvent @event);

    private bool Covers(Subscription subscription, TClassifier classifier) =>
        IsSubClassification(subscription.Classifier, classifier)
        && !subscription.Excluded.Exists(e => IsSubClassification(e, classifier));

    private TSubscriber[] Remember(TEvent @event, TClassifier classifier)
    {
        lock (_lock)
        {
            TSubscriber[] subscribers =
            [
                .. from entry in _subscriptions
                   where entry.Value.Exists(s => Classify(@event, s.Classifier) && Covers(s, classifier))
                   select entry.Key,
            ];
            _cache[classifier] = subscribers;
            return subscribers;
        }
    }

    private sealed class Subscription(TClassifier classifier)
    {
        public TClassifier Classifier { get; } = classifier;

        public List<TClassifier> Excluded { get; } = [];
    }
}
