using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Trader.PaperExchange.Http;

namespace Trader.PaperExchange.Control;

/// <summary>
/// The control surface under <c>/paper/</c>: no part of the real exchange, used by tests and the demo. Arguments are
/// members of a JSON object in the body, or query parameters, so that a bare <c>curl -X POST</c> will do. Bad arguments
/// answer 400 with
/// <c>{"error":"..."}</c>; no latency, no limits, no signature.
/// </summary>
internal sealed class ControlPipeline(Venue venue)
{
    private readonly Dictionary<(string Method, string Path), Func<Parameters, Reply>> _routes =
        ControlRoutes.Create(venue);

    public async Task HandleAsync(HttpContext http)
    {
        var request = await RawRequest.ReadAsync(http).ConfigureAwait(false);
        await Answer(http.Request.Method, request).SendAsync(http).ConfigureAwait(false);
    }

    /// <summary>The answer to a bad argument.</summary>
    public static Reply Refuse(string error, int status = 400) => Reply.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("error", error);
        json.WriteEndObject();
    }, status);

    private Reply Answer(string method, RawRequest? request)
    {
        if (request is null)
        {
            return Refuse("the body is too large");
        }
        if (!_routes.TryGetValue((method, request.Path), out var handle))
        {
            var known = string.Join(", ", _routes.Keys.Select(key => key.Method + " " + key.Path));
            return Refuse($"no such control call; one of: {known}", 404);
        }
        var arguments = new Parameters().AddForm(request.Query);
        if (request.BodyText.Length > 0)
        {
            try
            {
                using var json = JsonDocument.Parse(request.BodyText);
                arguments.AddJson(json.RootElement);
            }
            catch (Exception failure) when (failure is JsonException or InvalidOperationException)
            {
                return Refuse("the body must be a JSON object");
            }
        }
        return handle(arguments);
    }
}
