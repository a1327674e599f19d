using System.Collections;

namespace Akka.Actor;

public sealed partial class ActorCell
{
    /// <summary>The children by name. Guardians are used from any thread, hence the lock. As a collection it is a
    /// snapshot taken when somebody enumerates it: a strategy that does not ask costs nothing per child.</summary>
    private sealed class ChildrenOf : IReadOnlyCollection<ChildRestartStats>
    {
        private readonly Lock _gate = new();
        private readonly Dictionary<string, ChildRestartStats> _byName = [];
        private HashSet<IActorRef>? _dying;
        private long _names;
        private bool _refuseNew;

        internal IInternalActorRef Add(string? name, Func<string, IInternalActorRef> make, TimeProvider time)
        {
            lock (_gate)
            {
                if (_refuseNew)
                {
                    throw new InvalidOperationException("Cannot create child while terminating or terminated");
                }

                name ??= NameGenerator.Generate(_names++);
                if (_byName.ContainsKey(name))
                {
                    throw new InvalidActorNameException($"Actor name \"{name}\" is not unique!");
                }

                var child = make(name);
                _byName.Add(name, new ChildRestartStats(child, time));
                return child;
            }
        }

        internal ChildRestartStats? Find(string name)
        {
            lock (_gate)
            {
                return _byName.GetValueOrDefault(name);
            }
        }

        internal ChildRestartStats? Find(IActorRef child)
        {
            var stats = Find(child.Path.Name);
            return stats is not null && stats.Child.Equals(child) ? stats : null;
        }

        internal IInternalActorRef[] Refs()
        {
            lock (_gate)
            {
                var refs = new IInternalActorRef[_byName.Count];
                var i = 0;
                foreach (var stats in _byName.Values)
                {
                    refs[i++] = stats.Child;
                }

                return refs;
            }
        }

        public int Count
        {
            get
            {
                lock (_gate)
                {
                    return _byName.Count;
                }
            }
        }

        public IEnumerator<ChildRestartStats> GetEnumerator()
        {
            ChildRestartStats[] snapshot;
            lock (_gate)
            {
                snapshot = [.. _byName.Values];
            }

            return snapshot.AsEnumerable().GetEnumerator();
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        internal void MarkDying(IActorRef child)
        {
            lock (_gate)
            {
                if (_byName.TryGetValue(child.Path.Name, out var stats) && stats.Child.Equals(child))
                {
                    (_dying ??= []).Add(child);
                }
            }
        }

        internal bool HasDying(bool refuseNew)
        {
            lock (_gate)
            {
                _refuseNew |= refuseNew;
                return _dying is { Count: > 0 };
            }
        }

        /// <summary>Forgets a child; true when none is left that is stopping.</summary>
        internal bool Remove(IActorRef child)
        {
            lock (_gate)
            {
                if (_byName.TryGetValue(child.Path.Name, out var stats) && stats.Child.Equals(child))
                {
                    _byName.Remove(child.Path.Name);
                }

                _dying?.Remove(child);
                return _dying is null or { Count: 0 };
            }
        }
    }
}
