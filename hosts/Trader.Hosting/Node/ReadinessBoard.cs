using Trader.Hosting.Configuration;
using Trader.Hosting.Http;

namespace Trader.Hosting.Node;

/// <summary>
/// What is known of each role's readiness and since when; the answer of <c>/health/ready</c>. Silence is failure
/// (S11): old knowledge counts for nothing. Safe from any thread.
/// </summary>
public sealed class ReadinessBoard(TimeProvider time)
{
    /// <summary>Roles beat every second; three beats missing is no coincidence.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(3);

    private readonly Lock _lock = new();
    private readonly Dictionary<Role, (IReadOnlyList<string> NotReady, long At)> _answers = [];
    private readonly Dictionary<Role, string[]> _fixed = [];
    private string? _common;
    private bool _stopping;

    /// <summary>Reasons that hold until the process is started anew, such as missing credentials.</summary>
    public void Fix(Role role, IEnumerable<string> reasons)
    {
        lock (_lock)
        {
            _fixed[role] = [.. reasons];
        }
    }

    /// <summary>A reason that holds for every role here until it is taken back with null.</summary>
    public void Common(string? reason)
    {
        lock (_lock)
        {
            _common = reason;
        }
    }

    public void Heard(Role role, IReadOnlyList<string> notReady)
    {
        lock (_lock)
        {
            _answers[role] = (notReady, time.GetTimestamp());
        }
    }

    public void Stopping()
    {
        lock (_lock)
        {
            _stopping = true;
        }
    }

    public Readiness Of(Role role)
    {
        lock (_lock)
        {
            var reasons = new List<string>(_fixed.GetValueOrDefault(role, []));
            if (_common is not null)
            {
                reasons.Add(_common);
            }

            if (_stopping)
            {
                reasons.Add("stopping");
            }

            if (!_answers.TryGetValue(role, out var answer))
            {
                reasons.Add("starting: the role has not beaten yet");
            }
            else if (time.GetElapsedTime(answer.At) is var age && age > MaxAge)
            {
                reasons.Add(FormattableString.Invariant($"the role has not beaten for {age.TotalSeconds:0.0} s"));
            }
            else
            {
                reasons.AddRange(answer.NotReady);
            }

            return new Readiness(reasons);
        }
    }
}
