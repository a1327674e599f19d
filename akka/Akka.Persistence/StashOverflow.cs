using Akka.Actor;
using Akka.Configuration;

namespace Akka.Persistence;

/// <summary>What happens to a command that no longer fits the stash of a persistent actor.</summary>
public interface IStashOverflowStrategy;

/// <summary>It becomes a dead letter.</summary>
public class DiscardToDeadLetterStrategy : IStashOverflowStrategy
{
    private DiscardToDeadLetterStrategy()
    {
    }

    /// <summary>The one instance.</summary>
    public static DiscardToDeadLetterStrategy Instance { get; } = new();
}

/// <summary>It fails the actor.</summary>
public class ThrowOverflowExceptionStrategy : IStashOverflowStrategy
{
    private ThrowOverflowExceptionStrategy()
    {
    }

    /// <summary>The one instance.</summary>
    public static ThrowOverflowExceptionStrategy Instance { get; } = new();
}

/// <summary>Its sender is told a refusal.</summary>
public sealed class ReplyToStrategy(object response) : IStashOverflowStrategy
{
    /// <summary>The refusal.</summary>
    public object Response { get; } = response;
}

/// <summary>Makes the strategy that <c>akka.persistence.internal-stash-overflow-strategy</c> names.</summary>
public interface IStashOverflowStrategyConfigurator
{
    /// <summary>Makes it.</summary>
    IStashOverflowStrategy Create(Config config);
}

/// <summary>Makes <see cref="ThrowOverflowExceptionStrategy"/>.</summary>
public sealed class ThrowExceptionConfigurator : IStashOverflowStrategyConfigurator
{
    /// <inheritdoc />
    public IStashOverflowStrategy Create(Config config) => ThrowOverflowExceptionStrategy.Instance;
}

/// <summary>Makes <see cref="DiscardToDeadLetterStrategy"/>.</summary>
public sealed class DiscardConfigurator : IStashOverflowStrategyConfigurator
{
    /// <inheritdoc />
    public IStashOverflowStrategy Create(Config config) => DiscardToDeadLetterStrategy.Instance;
}

/// <summary>An actor that stashes while it recovers and persists.</summary>
public interface IPersistenceStash : IWithUnboundedStash
{
    /// <summary>What happens to a command that no longer fits.</summary>
    IStashOverflowStrategy InternalStashOverflowStrategy { get; }
}
