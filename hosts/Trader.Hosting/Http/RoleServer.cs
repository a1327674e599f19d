using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Trader.Hosting.Configuration;
using Trader.Hosting.Metrics;

namespace Trader.Hosting.Http;

/// <summary>
/// Every role's HTTP on its own port: <c>/metrics</c>, <c>/health/live</c>, <c>/health/ready</c>, the role's event
/// stream, on the panic-close role <c>POST /panic-close</c>, and the role's own routes. Plain paths and one switch: a router would cost
/// start-up time and add nothing.
/// </summary>
public sealed partial class RoleServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly MetricRegistry _metrics;
    private readonly Secret _token;
    private readonly Dictionary<int, RoleEndpoint> _byPort = [];
    private readonly CancellationTokenSource _stopping = new();

    private RoleServer(WebApplication app, MetricRegistry metrics, Secret token)
    {
        (_app, _metrics, _token) = (app, metrics, token);
        _app.Run(Serve);
    }

    /// <summary>The ports that are served, by role; differs from the settings only where they said 0.</summary>
    public IReadOnlyDictionary<Role, int> Ports => _byPort.ToDictionary(p => p.Value.Role, p => p.Key);

    /// <summary>Binds every port or none.</summary>
    /// <exception cref="PortTakenException">A port is in use or may not be used.</exception>
    public static async Task<RoleServer> StartAsync(
        IReadOnlyList<RoleEndpoint> endpoints, HttpSettings settings, MetricRegistry metrics, Secret token,
        ILoggerProvider? logs)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(settings);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        if (logs is not null)
        {
            builder.Logging.AddProvider(logs).SetMinimumLevel(LogLevel.Warning);
        }

        builder.Services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = settings.MaxConnections;
            kestrel.Limits.MaxRequestBodySize = PanicRequest.MaxBytes;
            kestrel.Limits.MaxRequestHeadersTotalSize = 8 * 1024;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
            // A reader that takes nothing is dropped by its queue, not by a rate that a quiet stream would break.
            kestrel.Limits.MinResponseDataRate = null;
            foreach (var endpoint in endpoints)
            {
                kestrel.Listen(settings.Bind, endpoint.Port);
            }
        });
        var server = new RoleServer(builder.Build(), metrics, token);
        try
        {
            await server._app.StartAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw new PortTakenException(Describe(e, endpoints, settings.Bind), e);
        }

        var addresses = server._app.Services.GetRequiredService<IServer>().Features
            .GetRequiredFeature<IServerAddressesFeature>();
        foreach (var (address, endpoint) in addresses.Addresses.Zip(endpoints))
        {
            server._byPort.Add(new Uri(address).Port, endpoint);
        }

        return server;
    }

    /// <summary>Ends the event streams after what is queued, then the server.</summary>
    public async Task StopAsync(TimeSpan within)
    {
        foreach (var endpoint in _byPort.Values)
        {
            endpoint.Hub.Close();
        }

        using var deadline = new CancellationTokenSource(within);
        await _app.StopAsync(deadline.Token).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private static string Describe(Exception e, IReadOnlyList<RoleEndpoint> endpoints, IPAddress bind)
    {
        var named = endpoints.FirstOrDefault(x => e.Message.Contains(":" + x.Port, StringComparison.Ordinal));
        var what = e is AddressInUseException || e.InnerException is AddressInUseException
            ? "is in use"
            : "cannot be used: " + e.Message;
        return named is null
            ? $"a port on {bind} {what}"
            : $"port {named.Port} on {bind} (role {named.Role.Name()}) {what}; "
                + "stop what uses it or choose --port-offset";
    }

    private Task Serve(HttpContext context)
    {
        if (!_byPort.TryGetValue(context.Connection.LocalPort, out var endpoint))
        {
            // Between binding and the end of StartAsync; a client tries again.
            return Answer(context, StatusCodes.Status503ServiceUnavailable, "starting");
        }

        var path = context.Request.Path.Value ?? "";
        if (path == "/panic-close" && endpoint.Panic is not null)
        {
            return context.Request.Method == HttpMethods.Post
                ? TakePanic(context, endpoint)
                : Answer(context, StatusCodes.Status405MethodNotAllowed, "use POST");
        }

        if (endpoint.Routes.Where(r => r.Path == path).ToList() is { Count: > 0 } onPath)
        {
            return ServeRoute(context, endpoint, onPath);
        }

        if (path == "/panic-close/check" && endpoint.Panic is not null && context.Request.Method == HttpMethods.Get)
        {
            return CheckToken(context);
        }

        if (context.Request.Method is not ("GET" or "HEAD"))
        {
            return Answer(context, StatusCodes.Status405MethodNotAllowed, "use GET");
        }

        return path switch
        {
            "/metrics" => Metrics(context),
            "/health/live" =>
                Json(context, StatusCodes.Status200OK, json => json.WriteString("role", endpoint.Role.Name())),
            "/health/ready" => Ready(context, endpoint),
            _ when path == endpoint.Role.HeartbeatsPath() => Events(context, endpoint),
            _ => Answer(context, StatusCodes.Status404NotFound, $"no such path on the port of {endpoint.Role.Name()}"),
        };
    }

    private Task Metrics(HttpContext context)
    {
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        return context.Response.WriteAsync(_metrics.Text(), context.RequestAborted);
    }

    private static Task Ready(HttpContext context, RoleEndpoint endpoint)
    {
        var readiness = endpoint.Readiness();
        var status = readiness.Ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return Json(context, status, json =>
        {
            json.WriteString("role", endpoint.Role.Name());
            json.WriteBoolean("ready", readiness.Ready);
            json.WriteStartArray("reasons");
            foreach (var reason in readiness.Reasons)
            {
                json.WriteStringValue(reason);
            }

            json.WriteEndArray();
        });
    }

    /// <summary>Streams until the reader leaves, lags behind, or the role stops. Each event leaves in its own
    /// packet.</summary>
    private static async Task Events(HttpContext context, RoleEndpoint endpoint)
    {
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        using var reader = endpoint.Hub.Open();
        using var dropped = reader.Dropped.Register(context.Abort);
        try
        {
            await context.Response.Body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
            await foreach (var bytes in reader.Events.ReadAllAsync(context.RequestAborted).ConfigureAwait(false))
            {
                await context.Response.Body.WriteAsync(bytes, context.RequestAborted).ConfigureAwait(false);
                await context.Response.Body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The reader left or was dropped: the normal ends of a stream.
        }
        finally
        {
            endpoint.Hub.Leave(reader);
        }
    }

    /// <summary>Whether a panic with this token would be let in; a mismatch between hosts must not wait for the first panic.</summary>
    private Task CheckToken(HttpContext context)
    {
        if (LinkToken.Matches(_token, context.Request.Headers.Authorization))
        {
            return Json(context, StatusCodes.Status200OK, json => json.WriteBoolean("accepted", true));
        }

        context.Response.Headers.WWWAuthenticate = "Bearer";
        return Answer(context, StatusCodes.Status401Unauthorized, "a bearer token is needed");
    }

    private async Task TakePanic(HttpContext context, RoleEndpoint endpoint)
    {
        var status = StatusCodes.Status401Unauthorized;
        var text = "a bearer token is needed";
        if (LinkToken.Matches(_token, context.Request.Headers.Authorization))
        {
            (status, text) = await ReadPanic(context, endpoint).ConfigureAwait(false);
        }

        _metrics.Count("trader_panic_posts_total", 1, ("status", status.ToString(CultureInfo.InvariantCulture)));
        if (status == StatusCodes.Status202Accepted)
        {
            await Json(context, status, json => json.WriteBoolean("accepted", true)).ConfigureAwait(false);
            return;
        }

        if (status == StatusCodes.Status401Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
        }

        await Answer(context, status, text).ConfigureAwait(false);
    }

    private static async Task<(int Status, string Text)> ReadPanic(HttpContext context, RoleEndpoint endpoint)
    {
        if (!IsJson(context.Request.ContentType))
        {
            return (StatusCodes.Status415UnsupportedMediaType, "send application/json");
        }

        var body = new MemoryStream();
        try
        {
            await context.Request.Body.CopyToAsync(body, context.RequestAborted).ConfigureAwait(false);
        }
        catch (Microsoft.AspNetCore.Http.BadHttpRequestException e)
        {
            return (
                e.StatusCode,
                e.StatusCode == StatusCodes.Status413PayloadTooLarge
                    ? $"at most {PanicRequest.MaxBytes} bytes"
                    : e.Message);
        }

        if (!PanicRequest.TryRead(body.GetBuffer().AsMemory(0, (int)body.Length), out var entry, out var why))
        {
            return (StatusCodes.Status400BadRequest, why);
        }

        return endpoint.Panic!(entry)
            ? (StatusCodes.Status202Accepted, "")
            : (StatusCodes.Status503ServiceUnavailable, "the worker is not running");
    }

    private static bool IsJson(string? contentType) =>
        contentType?.Split(';', 2)[0].Trim().Equals("application/json", StringComparison.OrdinalIgnoreCase) == true;

    private static Task Answer(HttpContext context, int status, string text) =>
        Json(context, status, json => json.WriteString("error", text));

    private static async Task Json(HttpContext context, int status, Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(
                bytes.GetBuffer().AsMemory(0, (int)bytes.Length), context.RequestAborted).ConfigureAwait(false);
        }
    }
}

/// <summary>A role's port cannot be had. The message is one line for the operator.</summary>
public sealed class PortTakenException(string message, Exception cause) : Exception(message, cause);
