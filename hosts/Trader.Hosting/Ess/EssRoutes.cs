using Akka.Actor;
using Trader.Hosting.Http;
using Trader.Messages;

namespace Trader.Hosting.Ess;

/// <summary>
/// The three documented HTTP interfaces of the emergency stop (flatten contract 4d), all to the one stop there is. Reading is open on this
/// machine, changing needs the bearer token.
/// </summary>
internal static class EssRoutes
{
    /// <summary>Longer than the stop's own deadlines, so that their answer arrives.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    private const int DefaultHistory = 50;

    public static IReadOnlyList<RoleRoute> All { get; } =
    [
        new("GET", "/api/risk/ess/status", Roles.Ess, Status),
        new("GET", "/api/ess/status", Roles.Ess, Status),
        new("GET", "/api/emergency/status", Roles.Ess, Status),
        new("GET", "/api/emergency/history", Roles.Ess, History),
        new("POST", "/api/ess/trigger", Roles.Ess, Activate),
        new("POST", "/api/ess/activate", Roles.Ess, Activate),
        new("POST", "/api/emergency/trigger", Roles.Ess, Activate),
        new("POST", "/api/ess/reset", Roles.Ess, (ess, request) => Reset(ess, request, strict: false)),
        new("POST", "/api/risk/ess/reset", Roles.Ess, (ess, request) => Reset(ess, request, strict: false)),
        new("POST", "/api/emergency/reset", Roles.Ess, (ess, request) => Reset(ess, request, strict: true)),
        new("POST", "/api/risk/ess/override", Roles.Ess, Override),
    ];

    private static async Task<RoleReply> Status(IActorRef ess, RoleRequest request) =>
        EssJson.Status(await ess.Ask<EssProtocol.Status>(new EssProtocol.GetStatus(), Patience).ConfigureAwait(false));

    private static async Task<RoleReply> History(IActorRef ess, RoleRequest request)
    {
        var limit = int.TryParse(request.Query.GetValueOrDefault("limit"), out var asked) ? asked : DefaultHistory;
        return EssJson.History(await ess.Ask<EssProtocol.History>(new EssProtocol.GetHistory(limit), Patience).ConfigureAwait(false));
    }

    private static Task<RoleReply> Activate(IActorRef ess, RoleRequest request) =>
        EssBody.TryRead(request, out var body, out var why) ? Activate(ess, body) : Task.FromResult(RoleReply.Error(400, why));

    private static async Task<RoleReply> Activate(IActorRef ess, EssBody body) => EssJson.Activated(
        await ess.Ask<EssProtocol.Activated>(
            new EssProtocol.Activate(body.Via, body.By, body.Reason.Length > 0 ? body.Reason : "manual"), Patience).ConfigureAwait(false));

    /// <param name="strict">The documented 400 when there is nothing to reset; elsewhere that is no error.</param>
    private static async Task<RoleReply> Reset(IActorRef ess, RoleRequest request, bool strict)
    {
        if (!EssBody.TryRead(request, out var body, out var why))
        {
            return RoleReply.Error(400, why);
        }

        var answer = await ess.Ask<object>(
            new EssProtocol.Deactivate(body.Via, body.By, body.Reason.Length > 0 ? body.Reason : "manual reset"), Patience)
            .ConfigureAwait(false);
        return answer switch
        {
            EssProtocol.Deactivated done => EssJson.Reset(done.Status, wasActive: true, body.By),
            EssProtocol.NotActive still when !strict => EssJson.Reset(still.Status, wasActive: false, body.By),
            EssProtocol.NotActive => RoleReply.Error(400, "ESS is not active"),
            EssProtocol.NotDeactivated failed => RoleReply.Error(503, "ESS stays active: " + failed.Why),
            _ => throw new InvalidOperationException($"Not an answer of the emergency stop: {answer.GetType()}"),
        };
    }

    private static Task<RoleReply> Override(IActorRef ess, RoleRequest request)
    {
        if (!EssBody.TryRead(request, out var body, out var why))
        {
            return Task.FromResult(RoleReply.Error(400, why));
        }

        return body.NewState.ToUpperInvariant() switch
        {
            "CRITICAL" => Activate(ess, body),
            "NORMAL" => Reset(ess, request, strict: false),
            // There is one stop and it has two states; half a stop that nobody reads would be a promise.
            _ => Task.FromResult(RoleReply.Error(400, "Invalid state. Must be one of: NORMAL, CRITICAL")),
        };
    }
}
