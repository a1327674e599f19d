using System.Collections.Immutable;
using Akka.Configuration;
using Akka.Util;

namespace Akka.Actor.Setup
{
    /// <summary>One kind of setting made in code rather than in configuration.</summary>
    public abstract class Setup
    {
        /// <summary>This and another; the other wins over one of its kind.</summary>
        public ActorSystemSetup And(Setup other) => ActorSystemSetup.Create(this, other);
    }

    /// <summary>All setups of a system, one per kind.</summary>
    public sealed class ActorSystemSetup
    {
        /// <summary>None.</summary>
        public static readonly ActorSystemSetup Empty = new(ImmutableDictionary<Type, Setup>.Empty);

        private readonly ImmutableDictionary<Type, Setup> _setups;

        private ActorSystemSetup(ImmutableDictionary<Type, Setup> setups) => _setups = setups;

        /// <summary>Collects setups.</summary>
        public static ActorSystemSetup Create(params Setup[] setup) =>
            setup.Aggregate(Empty, (all, next) => all.And(next));

        /// <summary>The setup of a kind, if there is one.</summary>
        public Option<T> Get<T>()
            where T : Setup => _setups.TryGetValue(typeof(T), out var setup) ? (T)setup : Option<T>.None;

        /// <summary>With another setup, replacing one of its kind.</summary>
        public ActorSystemSetup WithSetup<T>(T setup)
            where T : Setup => new(_setups.SetItem(setup.GetType(), setup));

        /// <summary>With another setup, replacing one of its kind.</summary>
        public ActorSystemSetup And<T>(T setup)
            where T : Setup => WithSetup(setup);
    }
}

namespace Akka.Actor
{
    /// <summary>The configuration a system starts with.</summary>
    public sealed class BootstrapSetup : Setup.Setup
    {
        internal BootstrapSetup(Config? config = null, bool withFallback = true)
        {
            Config = config;
            ConfigFallback = withFallback;
        }

        /// <summary>The configuration, if given.</summary>
        public Config? Config { get; }

        internal bool ConfigFallback { get; }

        /// <summary>Starts from nothing.</summary>
        public static BootstrapSetup Create() => new();

        /// <summary>With a configuration instead of the default one; the reference fills what it does not say.</summary>
        public BootstrapSetup WithConfig(Config config) => new(config);

        /// <summary>With a configuration over the default one.</summary>
        public BootstrapSetup WithConfigFallback(Config config) => new(Config.SafeWithFallback(config));
    }
}
