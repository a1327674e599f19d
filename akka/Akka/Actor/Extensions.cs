namespace Akka.Actor;

/// <summary>One instance per system.</summary>
public interface IExtension;

/// <summary>Identifies and makes an extension.</summary>
public interface IExtensionId
{
    /// <summary>The type of the extension.</summary>
    Type ExtensionType { get; }

    /// <summary>Makes it if it is missing and gives it.</summary>
    object Apply(ActorSystem system);

    /// <summary>Gives it, made if it is missing.</summary>
    object Get(ActorSystem system);

    /// <summary>Makes it.</summary>
    object CreateExtension(ExtendedActorSystem system);
}

/// <summary>Identifies and makes an extension.</summary>
public interface IExtensionId<out T> : IExtensionId
    where T : IExtension
{
    /// <summary>Makes it if it is missing and gives it.</summary>
    new T Apply(ActorSystem system);

    /// <summary>Gives it, made if it is missing.</summary>
    new T Get(ActorSystem system);

    /// <summary>Makes it.</summary>
    new T CreateExtension(ExtendedActorSystem system);
}

/// <summary>Base of extension ids.</summary>
public abstract class ExtensionIdProvider<T> : IExtensionId<T>
    where T : IExtension
{
    Type IExtensionId.ExtensionType => typeof(T);

    /// <inheritdoc />
    public T Apply(ActorSystem system) => (T)system.RegisterExtension(this);

    /// <inheritdoc />
    public T Get(ActorSystem system) => (T)system.GetExtension(this)!;

    /// <inheritdoc />
    public abstract T CreateExtension(ExtendedActorSystem system);

    object IExtensionId.Apply(ActorSystem system) => Apply(system);

    object IExtensionId.Get(ActorSystem system) => Get(system);

    object IExtensionId.CreateExtension(ExtendedActorSystem system) => CreateExtension(system);

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is T;

    /// <inheritdoc />
    public override int GetHashCode() => typeof(T).GetHashCode();
}

/// <summary>Extensions by type.</summary>
public static class ActorSystemWithExtensions
{
    /// <summary>The extension, made by its id type when it is missing.</summary>
    public static T WithExtension<T>(this ActorSystem system, Type extensionId)
        where T : class, IExtension =>
        (T)system.RegisterExtension((IExtensionId)Activator.CreateInstance(extensionId)!);

    /// <summary>The extension, made by its id type when it is missing.</summary>
    public static T WithExtension<T, TI>(this ActorSystem system)
        where T : class, IExtension
        where TI : IExtensionId => (T)system.RegisterExtension(Activator.CreateInstance<TI>());

    /// <summary>The extension, made by its own parameterless constructor when it is missing.</summary>
    public static T WithExtension<T>(this ActorSystem system)
        where T : class, IExtension, new() => (T)system.RegisterExtension(new OwnId<T>());

    private sealed class OwnId<T> : ExtensionIdProvider<T>
        where T : class, IExtension, new()
    {
        public override T CreateExtension(ExtendedActorSystem system) => new();
    }
}
