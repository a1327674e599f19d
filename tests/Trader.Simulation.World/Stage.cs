namespace Trader.Simulation;

/// <summary>Everything one seed of the panic world plays on: the outside that survives any node, the nodes, the checks.</summary>
internal sealed class Stage : Scene
{
    public Stage(int seed, int traceLimit)
        : base(seed, traceLimit)
    {
        Plan = Plan.Draw(World.Random);
        Checks = new Checks(this);
        Redis = new SimRedis(this);
        Exchange = new SimExchange(this);
        Links = new SimLinks(this);
        Nodes = new Nodes(this);
    }

    public Plan Plan { get; }

    public Checks Checks { get; }

    public SimRedis Redis { get; }

    public SimExchange Exchange { get; }

    public SimLinks Links { get; }

    public Nodes Nodes { get; }
}
