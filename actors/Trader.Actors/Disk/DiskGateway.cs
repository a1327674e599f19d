using Akka.Actor;
using Trader.Messages;

namespace Trader.Actors.Disk;

/// <summary>
/// The only actor that touches the node's disk: journal (S12) and halt latch (S4). Every command of <see
/// cref="DiskProtocol"/> gets exactly one reply, after the disk confirmed; no handler waits for the disk. Commands of
/// one sender take effect in their order.
/// </summary>
public sealed class DiskGateway : ReceiveActor
{
    private readonly DiskWriter _writer;

    public DiskGateway(string stateDir, string node, TimeProvider time)
    {
        _writer = new DiskWriter(stateDir, node, time);
        Receive<DiskProtocol.Append>(Post);
        Receive<DiskProtocol.Recover>(Post);
        Receive<DiskProtocol.SetLatch>(Post);
        Receive<DiskProtocol.ClearLatch>(Post);
    }

    /// <param name="stateDir">TRADER_STATE_DIR.</param>
    /// <param name="node">Names this node's own journal; 1 to 64 letters, digits, dots, dashes, underscores.</param>
    public static Props Props(string stateDir, string node, TimeProvider time) =>
        Akka.Actor.Props.Create(() => new DiskGateway(stateDir, node, time));

    protected override void PostStop() => _writer.Dispose();

    private void Post(object command)
    {
        var (sender, self) = (Sender, Self);
        _writer.Post(command, reply => sender.Tell(reply, self));
    }
}
