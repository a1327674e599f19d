using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Trader.Messages;

namespace Trader.Gate;

/// <summary>
/// The gate of another process. What it answers is what the gate said, or what is certain without it: a connection that could not be made
/// is <see cref="GateVerdict.NotSubmitted"/>; once the request may have left, anything but a verdict is <see cref="GateVerdict.Pending"/>.
/// </summary>
public sealed class HttpOrderGate : IOrderGate, IDisposable
{
    /// <summary>Beyond the gate's own patience, which is five seconds above the wait; an answer that is later is none.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    /// <summary>Bytes; a verdict has at most some steps of a few hundred.</summary>
    private const int MaxAnswer = 256 * 1024;

    private readonly HandedIn handedIn = new();
    private readonly HttpClient http;
    private readonly Uri submit;
    private readonly Uri intents;
    private readonly string query;

    /// <param name="address">Of the apply-layer role, e.g. <c>http://127.0.0.1:8000</c>.</param>
    /// <param name="token">See <see cref="GateToken.Find"/>. It is sent to this address only, and follows no redirect.</param>
    /// <param name="wait">How long a call waits for a result, zero to ten seconds; null: three seconds.</param>
    /// <exception cref="ArgumentException">The address is none, or would carry the token over plain HTTP to another machine.</exception>
    public HttpOrderGate(Uri address, string token, TimeSpan? wait = null)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (!IsSafe(address))
        {
            throw new ArgumentException("write http://127.0.0.1:PORT, or https:// for a gate on another machine", nameof(address));
        }

        var ms = (wait ?? TimeSpan.FromSeconds(3)).TotalMilliseconds;
        ArgumentOutOfRangeException.ThrowIfNegative(ms, nameof(wait));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ms, IntentProtocol.MaxWait.TotalMilliseconds, nameof(wait));
        query = string.Create(CultureInfo.InvariantCulture, $"wait_ms={(int)ms}");
        intents = new Uri(address, LinkAccess.IntentsPath);
        submit = new Uri(intents, "?" + query);
        http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false })
        {
            Timeout = TimeSpan.FromMilliseconds(ms) + Patience,
            MaxResponseContentBufferSize = MaxAnswer,
        };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>The gate that <c>TRADER_GATE_URL</c> names, with the token that <see cref="GateToken.Find"/> finds.</summary>
    /// <param name="environment">The process environment.</param>
    /// <exception cref="InvalidDataException">One of them is missing or cannot be used; one line, without the token.</exception>
    public static HttpOrderGate Open(IReadOnlyDictionary<string, string> environment, TimeSpan? wait = null)
    {
        ArgumentNullException.ThrowIfNull(environment);
        var text = environment.GetValueOrDefault(LinkAccess.GateVariable);
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || !IsSafe(address))
        {
            throw new InvalidDataException(
                $"{LinkAccess.GateVariable} is no address of a gate: write http://127.0.0.1:PORT, or https:// for one on another machine");
        }

        return new HttpOrderGate(address, GateToken.Find(environment), wait);
    }

    public async ValueTask<GateVerdict> SubmitAsync(OrderIntent intent, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(intent);
        cancel.ThrowIfCancellationRequested();
        return handedIn.Judge(intent, await Post(intent, cancel).ConfigureAwait(false));
    }

    public async ValueTask<GateVerdict> VerdictAsync(PlanId plan, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        cancel.ThrowIfCancellationRequested();
        try
        {
            using var answer = await http.GetAsync(new Uri(intents, $"?plan_id={plan.Value}&{query}"), cancel).ConfigureAwait(false);
            var body = await answer.Content.ReadAsByteArrayAsync(cancel).ConfigureAwait(false);
            return Verdict(plan, body)
                ?? new GateVerdict.Pending(plan, $"the gate answered {(int)answer.StatusCode} without a verdict: {Refusal(body)}");
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
        {
            return new GateVerdict.Pending(plan, NoAnswer(e));
        }
    }

    public void Dispose() => http.Dispose();

    private async Task<GateVerdict> Post(OrderIntent intent, CancellationToken cancel)
    {
        var plan = intent.Id.Plan;
        using var content = new ByteArrayContent(OrderIntentJson.Write(intent));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        try
        {
            using var answer = await http.PostAsync(submit, content, cancel).ConfigureAwait(false);
            var body = await answer.Content.ReadAsByteArrayAsync(cancel).ConfigureAwait(false);
            return Verdict(plan, body) ?? answer.StatusCode switch
            {
                // Said before anything of the request was looked at, or because it is no intent: no plan was made of it.
                HttpStatusCode.Unauthorized => NotSubmitted(plan, NotSubmittedReason.Unauthorized, "the gate does not know this token"),
                HttpStatusCode.BadRequest or HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed or HttpStatusCode.RequestEntityTooLarge =>
                    NotSubmitted(plan, NotSubmittedReason.RequestRefused, Refusal(body)),
                _ => new GateVerdict.Pending(plan, $"the gate answered {(int)answer.StatusCode} without a verdict: {Refusal(body)}"),
            };
        }
        catch (HttpRequestException e) when (e.HttpRequestError
            is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError)
        {
            return NotSubmitted(plan, NotSubmittedReason.GateUnreachable, e.Message);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
        {
            return new GateVerdict.Pending(plan, NoAnswer(e));
        }
    }

    /// <summary>The token never travels bare.</summary>
    private static bool IsSafe(Uri address) => address.IsAbsoluteUri
        && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback));

    /// <summary>Null for what is no verdict, or another plan's.</summary>
    private static GateVerdict? Verdict(PlanId plan, byte[] body) => GateVerdictJson.Read(body) is { } verdict && verdict.Plan == plan
        ? verdict
        : null;

    private static GateVerdict.NotSubmitted NotSubmitted(PlanId plan, NotSubmittedReason reason, string detail) => new(plan, reason, detail);

    private static string NoAnswer(Exception e) => e is OperationCanceledException
        ? "no answer of the gate was waited for any longer"
        : $"the connection to the gate ended: {e.Message}";

    private static string Refusal(byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("error", out var error)
                && error.ValueKind == JsonValueKind.String ? error.GetString() ?? "" : "no reason given";
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return "no reason given";
        }
    }
}
