using Akka.Actor;
using Trader.Messages;

namespace Trader.Actors.Disk;

/// <summary>
/// The only actor that touches the node's disk: journal (S12), halt latch (S4) and the emergency stop's latch. Every
/// command of <see cref="DiskProtocol"/> gets exactly one reply, after the disk confirmed; no handler waits for the
/// disk. Commands of one sender to the same directory take effect in their order.
/// </summary>
public sealed partial class DiskGateway : ReceiveActor
{
    private readonly DiskWriter _writer;

    public DiskGateway(string stateDir, string node, TimeProvider time, EssLatchSettings ess, EssWatchers watchers)
    {
        (_essSettings, _time, _watchers) = (ess, time, watchers);
        _writer = new DiskWriter(stateDir, node, time);
        Receive<DiskProtocol.Append>(Post);
        Receive<DiskProtocol.Recover>(Post);
        Receive<DiskProtocol.SetLatch>(Post);
        Receive<DiskProtocol.ClearLatch>(Post);
        ReceiveEss();
    }

    /// <param name="stateDir">TRADER_STATE_DIR.</param>
    /// <param name="node">Names this node's own journal; 1 to 64 letters, digits, dots, dashes, underscores.</param>
    /// <param name="ess">Where the emergency stop's latch is, and how it is watched.</param>
    public static Props Props(string stateDir, string node, TimeProvider time, EssLatchSettings ess)
    {
        var watchers = new EssWatchers();
        return Akka.Actor.Props.Create(() => new DiskGateway(stateDir, node, time, ess, watchers));
    }

    protected override void PostStop()
    {
        _writer.Dispose();
        _ess?.Dispose();
    }

    private void Post(object command)
    {
        var (sender, self) = (Sender, Self);
        _writer.Post(command, reply => sender.Tell(reply, self));
    }
}
