namespace Trader.PaperExchange.Faults;

/// <summary>An active fault and how often it met.</summary>
public sealed class FaultRule(int id, FaultSpec spec)
{
    private readonly Random _random = new(spec.Seed);
    private int _passed;

    public int Id => id;
    public FaultSpec Spec => spec;
    public FaultKind Kind => spec.Kind;
    public int Hits { get; private set; }
    public int DelayMs => spec.Ms ?? spec.Kind.DefaultMs;
    public decimal FillFraction => spec.Fraction ?? spec.Kind.FillFraction ?? 1;
    public bool IsSpent => spec.Count is { } count && Hits >= count;

    internal bool Meets(string endpoint, string? symbol, bool batchElement, bool reduces) =>
        !IsSpent
        && (spec.Endpoint is null || spec.Endpoint == endpoint)
        && (spec.Symbol is null || spec.Symbol == symbol || spec.Kind.Rows != Faults.RowDamage.None)
        && (!batchElement || spec.Kind.FitsBatchElement)
        && !(reduces && spec.Kind.SparesReducing);

    internal bool Draw()
    {
        if (_passed < spec.After)
        {
            _passed++;
            return false;
        }
        if (spec.Probability < 1 && _random.NextDouble() >= spec.Probability)
        {
            return false;
        }
        Hits++;
        return true;
    }
}

/// <summary>
/// The faults in force, oldest first. One request meets at most one: the first that matches and is drawn.
/// </summary>
public sealed class FaultBoard
{
    /// <summary>Most faults in force at once.</summary>
    public const int Capacity = 1000;

    private readonly Lock _gate = new();
    private readonly List<FaultRule> _rules = [];
    private int _nextId = 1;

    public IReadOnlyList<FaultRule> Rules
    {
        get
        {
            lock (_gate)
            {
                return _rules.ToArray();
            }
        }
    }

    /// <summary>Puts a fault in force; null when the board is full.</summary>
    public FaultRule? Add(FaultSpec spec)
    {
        lock (_gate)
        {
            _rules.RemoveAll(rule => rule.IsSpent && _rules.Count >= Capacity);
            if (_rules.Count >= Capacity)
            {
                return null;
            }
            var rule = new FaultRule(_nextId++, spec);
            _rules.Add(rule);
            return rule;
        }
    }

    /// <summary>Reads and puts a fault in force.</summary>
    /// <exception cref="FormatException">The spec is bad; the message says how.</exception>
    public FaultRule Add(string spec) =>
        Add(FaultSpec.Parse(spec, out var error) ?? throw new FormatException(error))
        ?? throw new FormatException($"more than {Capacity} faults");

    /// <summary>Removes one fault, or all of them; says how many went.</summary>
    public int Clear(int? id = null)
    {
        lock (_gate)
        {
            return _rules.RemoveAll(rule => id is null || rule.Id == id);
        }
    }

    /// <summary>The fault this request meets, counted; null for none.</summary>
    public FaultRule? Take(string endpoint, string? symbol, bool batchElement = false, bool reduces = false)
    {
        lock (_gate)
        {
            foreach (var rule in _rules)
            {
                if (rule.Meets(endpoint, symbol, batchElement, reduces) && rule.Draw())
                {
                    return rule;
                }
            }
            return null;
        }
    }
}
