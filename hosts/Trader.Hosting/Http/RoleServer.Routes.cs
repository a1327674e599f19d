using System.Net;
using Akka.Actor;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Trader.Hosting.Http;

/// <summary>Paths that belong to one role.</summary>
public sealed partial class RoleServer
{
    private async Task ServeRoute(HttpContext context, RoleEndpoint endpoint, IReadOnlyList<RoleRoute> onPath)
    {
        var method = HttpMethods.IsHead(context.Request.Method) ? HttpMethods.Get : context.Request.Method;
        if (onPath.FirstOrDefault(r => r.Method == method) is not { } route)
        {
            context.Response.Headers.Allow = string.Join(", ", onPath.Select(r => r.Method));
            await Answer(context, StatusCodes.Status405MethodNotAllowed, "use " + context.Response.Headers.Allow).ConfigureAwait(false);
            return;
        }

        var authorized = LinkToken.Matches(_token, context.Request.Headers.Authorization);
        var open = method == HttpMethods.Get && IsThisMachine(context.Connection.RemoteIpAddress);
        if (!authorized && !open)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            await Send(context, RoleReply.Error(StatusCodes.Status401Unauthorized, "a bearer token is needed")).ConfigureAwait(false);
            return;
        }

        await Send(context, await Reply(context, endpoint, route, authorized).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private static async Task<RoleReply> Reply(HttpContext context, RoleEndpoint endpoint, RoleRoute route, bool authorized)
    {
        if (endpoint.Actor(route.Actor) is not { } actor)
        {
            return RoleReply.Error(StatusCodes.Status503ServiceUnavailable, $"{route.Actor} is not running");
        }

        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = route.MaxBodyBytes;
        var body = new MemoryStream();
        try
        {
            await context.Request.Body.CopyToAsync(body, context.RequestAborted).ConfigureAwait(false);
        }
        catch (Microsoft.AspNetCore.Http.BadHttpRequestException e)
        {
            return RoleReply.Error(e.StatusCode,
                e.StatusCode == StatusCodes.Status413PayloadTooLarge ? $"at most {route.MaxBodyBytes} bytes" : e.Message);
        }

        var query = context.Request.Query.ToDictionary(q => q.Key, q => q.Value.LastOrDefault() ?? "", StringComparer.Ordinal);
        try
        {
            return await route.Serve(actor, new RoleRequest(
                route.Method, route.Path, query, body.GetBuffer().AsMemory(0, (int)body.Length), authorized)).ConfigureAwait(false);
        }
        catch (AskTimeoutException)
        {
            return RoleReply.Error(StatusCodes.Status503ServiceUnavailable, $"{route.Actor} did not answer in time; ask for its status");
        }
    }

    private static bool IsThisMachine(IPAddress? remote) =>
        remote is not null && IPAddress.IsLoopback(remote.IsIPv4MappedToIPv6 ? remote.MapToIPv4() : remote);

    private static async Task Send(HttpContext context, RoleReply reply)
    {
        context.Response.StatusCode = reply.Status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = reply.Json.Length;
        context.Response.Headers.CacheControl = "no-store";
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(reply.Json, context.RequestAborted).ConfigureAwait(false);
        }
    }
}
