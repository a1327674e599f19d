using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace Trader.Exchange.Tests;

/// <summary>One request as it would have gone over the wire.</summary>
internal sealed record SentRequest(string Method, string Path, string Query, string Body, string? ApiKey)
{
    /// <summary>The signed text: query and body with nothing between, without the signature.</summary>
    public string Signed => (Query + Body)[..(Query + Body).LastIndexOf("&signature=", StringComparison.Ordinal)];

    public string Signature => (Query + Body)[((Query + Body).LastIndexOf('=') + 1)..];

    public IReadOnlyDictionary<string, string> Parameters => (Query + Body).Split('&', StringSplitOptions.RemoveEmptyEntries)
        .Select(p => p.Split('=', 2))
        .ToDictionary(p => p[0], p => Uri.UnescapeDataString(p[1]), StringComparer.Ordinal);
}

/// <summary>Stands in for the network: records what is asked and answers from a function.</summary>
internal sealed class CannedHandler(Func<SentRequest, HttpResponseMessage> answer) : HttpMessageHandler
{
    public ConcurrentQueue<SentRequest> Sent { get; } = new();

    public static CannedHandler Always(int status, string body) => new(_ => Answer(status, body));

    public static HttpResponseMessage Answer(int status, string body, params (string Name, string Value)[] headers)
    {
        var response = new HttpResponseMessage((HttpStatusCode)status)
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)),
        };
        foreach (var (name, value) in headers)
        {
            response.Headers.TryAddWithoutValidation(name, value);
        }

        return response;
    }

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        var key = request.Headers.NonValidated.TryGetValues("X-MBX-APIKEY", out var values) ? values.ToString() : null;
        var uri = request.RequestUri!;
        var sent = new SentRequest(request.Method.Method, uri.AbsolutePath, uri.Query.TrimStart('?'), body, key);
        Sent.Enqueue(sent);
        return answer(sent);
    }
}
