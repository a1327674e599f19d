using System.Globalization;
using Akka.Actor;
using Trader.Hosting.Http;
using Trader.Messages;

namespace Trader.Hosting.Intents;

/// <summary>
/// The order gate over HTTP: <c>POST /gate/intents</c> hands in, <c>GET /gate/intents?plan_id=</c> asks again; both wait <c>wait_ms</c> for
/// a result. 200 with the gate's verdict, 202 while there is none, 409 for an id that names another intent, 503 when the plan is certainly not
/// in the stream, 404 for a plan that nobody remembers.
/// </summary>
internal static class IntentRoutes
{
    /// <summary>Beyond the wait: what the desk itself needs of Redis before it can answer. After it the answer is "pending", which is true.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly string[] SubmitQuery = ["wait_ms"];

    private static readonly string[] VerdictQuery = ["plan_id", "wait_ms"];

    public static IReadOnlyList<RoleRoute> All { get; } =
    [
        new("POST", LinkAccess.IntentsPath, Roles.IntentDesk, Submit) { MaxBodyBytes = OrderIntentJson.MaxBytes },
        new("GET", LinkAccess.IntentsPath, Roles.IntentDesk, Verdict),
    ];

    private static async Task<RoleReply> Submit(IActorRef desk, RoleRequest request)
    {
        if (!TryWait(request, SubmitQuery, out var wait, out var why) || !OrderIntentJson.TryRead(request.Body, out var intent, out why))
        {
            return RoleReply.Error(400, why);
        }

        return await Ask(desk, new IntentProtocol.Submit(intent, wait), intent.Id.Plan, wait).ConfigureAwait(false);
    }

    private static async Task<RoleReply> Verdict(IActorRef desk, RoleRequest request)
    {
        if (!TryWait(request, VerdictQuery, out var wait, out var why))
        {
            return RoleReply.Error(400, why);
        }

        return PlanId.TryParse(request.Query.GetValueOrDefault("plan_id"), out var plan)
            ? await Ask(desk, new IntentProtocol.GetVerdict(plan, wait), plan, wait).ConfigureAwait(false)
            : RoleReply.Error(400, "plan_id must be the id that a verdict carried");
    }

    private static async Task<RoleReply> Ask(IActorRef desk, object question, PlanId plan, TimeSpan wait)
    {
        GateVerdict verdict;
        try
        {
            verdict = await desk.Ask<GateVerdict>(question, wait + Patience).ConfigureAwait(false);
        }
        catch (AskTimeoutException)
        {
            verdict = new GateVerdict.Pending(plan, "the intent desk did not answer in time");
        }

        return new RoleReply(Status(verdict), GateVerdictJson.Write(verdict));
    }

    private static int Status(GateVerdict verdict) => verdict switch
    {
        GateVerdict.Decided => 200,
        GateVerdict.Pending => 202,
        GateVerdict.ContentChanged => 409,
        GateVerdict.NotSubmitted => 503,
        GateVerdict.NotKnown => 404,
        _ => throw new InvalidOperationException($"Not a verdict: {verdict.GetType()}"),
    };

    private static bool TryWait(RoleRequest request, string[] known, out TimeSpan wait, out string why)
    {
        wait = TimeSpan.Zero;
        var most = (int)IntentProtocol.MaxWait.TotalMilliseconds;
        if (request.Query.Keys.FirstOrDefault(name => !known.Contains(name)) is not null)
        {
            why = $"the query knows {string.Join(" and ", known)} only";
            return false;
        }

        why = $"wait_ms must be a whole number from 0 to {most.ToString(CultureInfo.InvariantCulture)}";
        if (!request.Query.TryGetValue("wait_ms", out var text))
        {
            return true;
        }

        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var ms) || ms > most)
        {
            return false;
        }

        wait = TimeSpan.FromMilliseconds(ms);
        return true;
    }
}
