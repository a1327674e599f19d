namespace Akka.TestKit;

/// <summary>Marks a test class whose messages have no sender unless one is given.</summary>
public interface INoImplicitSender
{
}
