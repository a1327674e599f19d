namespace Akka.Util;

/// <summary>A random source that every thread may use.</summary>
public static class ThreadLocalRandom
{
    [ThreadStatic]
    private static Random? _seeded;

    /// <summary>The shared source, or on a thread that runs a simulation that simulation's seeded one.</summary>
    public static Random Current => _seeded ?? Random.Shared;

    /// <summary>Makes this thread's draws repeatable; null ends that.</summary>
    internal static void Seed(Random? seeded) => _seeded = seeded;
}
