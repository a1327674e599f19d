namespace Trader.Simulation.Gate;

/// <summary>Everything one seed of the gate's world plays on.</summary>
internal sealed class GateStage : Scene
{
    public GateStage(int seed, int traceLimit)
        : base(seed, traceLimit)
    {
        Schedule = GateSchedule.Draw(World.Random);
        Checks = new GateChecks(this);
        Ledgers = new LedgerChecks(this);
        Keys = new KeySpace(this);
        Redis = new GateRedis(this);
        Exchange = new GateExchange(this);
        Brain = new ScriptedBrain(this);
        Gates = [new GateNode(this, GateSchedule.Gate1, GateRole.Gate), new GateNode(this, GateSchedule.Gate2, GateRole.Gate)];
        PositionState = new GateNode(this, GateSchedule.PositionState, GateRole.PositionState);
        Nodes =
        [
            .. Schedule.SecondGate ? Gates : Gates.Take(1),
            .. Schedule.RealPositionState ? [PositionState] : Array.Empty<GateNode>(),
        ];
    }

    public GateSchedule Schedule { get; }

    public GateChecks Checks { get; }

    public LedgerChecks Ledgers { get; }

    public KeySpace Keys { get; }

    public GateRedis Redis { get; }

    public GateExchange Exchange { get; }

    public ScriptedBrain Brain { get; }

    public IReadOnlyList<GateNode> Gates { get; }

    public GateNode PositionState { get; }

    /// <summary>The processes that this seed has.</summary>
    public IReadOnlyList<GateNode> Nodes { get; }

    /// <summary>A plan has just been taken by this node.</summary>
    public Action<GateNode> Took { get; set; } = _ => { };

    public GateNode? Find(string name) => Nodes.FirstOrDefault(node => node.Name == name);
}
