using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Trader.Hosting.Configuration;
using Trader.Messages;

namespace Trader.Hosting.Link;

/// <param name="Reached">Workers that would take a panic now.</param>
/// <param name="Refusing">Host and port of the workers that refuse the token.</param>
public sealed record WorkerCheck(int Reached, IReadOnlyList<string> Refusing);

/// <summary>
/// Hands a panic to every worker at once over connections that are kept warm. One acknowledgement is enough: the same
/// event id runs once (E42). It never tries twice; the watchdog does that.
/// </summary>
public sealed class PanicPoster : IDisposable
{
    private readonly LinkSettings _settings;
    private readonly AuthenticationHeaderValue _token;
    private readonly HttpClient _http;

    public PanicPoster(LinkSettings settings, Secret token)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(token);
        _settings = settings;
        _token = new AuthenticationHeaderValue("Bearer", token.Reveal());
        var sockets = new SocketsHttpHandler
        {
            // A redirect would carry the token elsewhere, a proxy of the environment too.
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            ConnectTimeout = settings.PanicDeadline,
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
            PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
        };
        _http = new HttpClient(sockets) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Null when a worker has the trigger in its mailbox, else why none has.</summary>
    public async Task<string?> Send(PanicTrigger trigger)
    {
        ArgumentNullException.ThrowIfNull(trigger);
        var body = JsonSerializer.SerializeToUtf8Bytes(
            PanicWire.Write(trigger).ToDictionary(f => f.Key, f => f.Value, StringComparer.Ordinal));
        var refusals = new List<string>();
        // Tasks, not awaits in turn: a worker that hangs must not hold back the one that lives.
        await foreach (var ended in Task.WhenEach(_settings.PanicClose.Select(worker => Post(worker, body))))
        {
            if (await ended.ConfigureAwait(false) is not { } why)
            {
                return null;
            }

            refusals.Add(why);
        }

        return string.Join("; ", refusals);
    }

    /// <summary>
    /// Opens, or keeps open, one connection per worker, so that a panic leaves without a handshake, and asks on it whether a panic with our
    /// token would be let in: the first panic is too late to learn that it would not.
    /// </summary>
    public async Task<WorkerCheck> Warm()
    {
        var answers = await Task.WhenAll(_settings.PanicClose.Select(async worker =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(worker, "/panic-close/check"));
            request.Headers.Authorization = _token;
            return (Worker: worker.Authority, Answer: await Ask(request, worker, _settings.AnswerDeadline).ConfigureAwait(false));
        })).ConfigureAwait(false);
        return new WorkerCheck(
            answers.Count(a => a.Answer.Why is null),
            [.. answers.Where(a => a.Answer.Status == HttpStatusCode.Unauthorized).Select(a => a.Worker).Order(StringComparer.Ordinal)]);
    }

    public void Dispose() => _http.Dispose();

    private async Task<string?> Post(Uri worker, byte[] body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(worker, "/panic-close"));
        request.Headers.Authorization = _token;
        request.Content = new ByteArrayContent(body);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return (await Ask(request, worker, _settings.PanicDeadline).ConfigureAwait(false)).Why;
    }

    /// <returns>No reason when the worker said yes; no status when it said nothing.</returns>
    private async Task<(string? Why, HttpStatusCode? Status)> Ask(HttpRequestMessage request, Uri worker, TimeSpan within)
    {
        using var deadline = new CancellationTokenSource(within);
        try
        {
            using var answer = await _http.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, deadline.Token).ConfigureAwait(false);
            var status = (int)answer.StatusCode;
            if (status is 200 or 202)
            {
                // The connection goes back to the pool only when its answer has been read.
                await answer.Content.CopyToAsync(Stream.Null, deadline.Token).ConfigureAwait(false);
                return (null, answer.StatusCode);
            }

            return ($"{worker.Authority} answered {status.ToString(CultureInfo.InvariantCulture)}", answer.StatusCode);
        }
        catch (OperationCanceledException)
        {
            return ($"{worker.Authority} did not answer in time", null);
        }
        catch (HttpRequestException e)
        {
            return ($"{worker.Authority}: {e.HttpRequestError}", null);
        }
    }
}
