using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Trader.Messages;

namespace Trader.Exchange.Binance;

/// <param name="Status">HTTP status.</param>
/// <param name="Body">The whole body, decompressed.</param>
/// <param name="Counts">The account's order counts as the answer's headers name them.</param>
internal sealed record BinanceAnswer(int Status, ReadOnlyMemory<byte> Body, OrderCounts Counts);

/// <summary>Orders counted by the exchange in its running windows; null where an answer does not say.</summary>
public readonly record struct OrderCounts(int? TenSeconds, int? Minute);

/// <summary>
/// One request to one answer, with a deadline and a size limit, and every way in which that can fail turned into a
/// fault. The question that matters is whether an order may have left: see <see cref="FormBody"/>.
/// </summary>
internal sealed class BinanceTransport : IDisposable
{
    private const long LongestBanMs = 3L * 24 * 3600 * 1000;

    private readonly HttpMessageInvoker _http;
    private readonly BinanceOptions _options;
    private readonly BinanceCredentials _credentials;
    private readonly TimeProvider _time;
    private readonly WeightBudget _weight;
    private readonly BinanceClock _clock;
    private readonly string _base;

    public BinanceTransport(
        BinanceOptions options, BinanceCredentials credentials, TimeProvider time, HttpMessageHandler? handler,
        WeightBudget weight, BinanceClock clock)
    {
        _options = options;
        _credentials = credentials;
        _time = time;
        _weight = weight;
        _clock = clock;
        _base = options.Environment.BaseAddress.GetLeftPart(UriPartial.Authority);
        _http = new HttpMessageInvoker(handler ?? CreateHandler(options), disposeHandler: handler is null);
    }

    /// <summary>Sends and reads to the last byte. Any HTTP status is an answer; only "no whole answer" is a
    /// fault.</summary>
    /// <param name="method">HTTP method.</param>
    /// <param name="pathAndQuery">Percent-encoded; used as it is.</param>
    /// <param name="body">For POST.</param>
    /// <param name="withKey">Send the API key.</param>
    /// <param name="deadline">From now to the last byte.</param>
    public async Task<Result<BinanceAnswer>> SendAsync(
        HttpMethod method, string pathAndQuery, FormBody? body, bool withKey, TimeSpan deadline)
    {
        // Canonicalisation would unescape what we signed escaped.
        var uri = new Uri(
            _base + pathAndQuery, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(method, uri) { Content = body, Version = HttpVersion.Version11 };
        if (withKey)
        {
            request.Headers.TryAddWithoutValidation("X-MBX-APIKEY", _credentials.Key);
        }

        using var timeout = new CancellationTokenSource(deadline, _time);
        try
        {
            using var response = await _http.SendAsync(request, timeout.Token).ConfigureAwait(false);
            var content = await ReadAsync(response.Content, timeout.Token).ConfigureAwait(false);
            if (content is null)
            {
                return new ExchangeFault(
                    FaultKind.Unreadable, 0, $"the answer is longer than {_options.MaxResponseBytes} bytes");
            }

            var answer = new BinanceAnswer((int)response.StatusCode, content.Value, Counts(response));
            ObserveWeight(response, answer);
            return answer;
        }
        catch (OperationCanceledException)
        {
            // Not our deadline: the handler's own connect timeout, before which nothing is ever sent.
            return timeout.IsCancellationRequested
                ? NoAnswer(body, null, Text($"no answer within {deadline.TotalSeconds} s"))
                : NoAnswer(body, HttpRequestError.ConnectionError, "no connection in time");
        }
        catch (HttpRequestException e)
        {
            return NoAnswer(body, e.HttpRequestError, e.Message);
        }
        catch (IOException e)
        {
            return NoAnswer(body, null, e.Message);
        }
        catch (InvalidDataException)
        {
            // The answer's compression is broken: it came, so the request arrived.
            return new ExchangeFault(FaultKind.Unreadable, 0, "the answer cannot be decompressed");
        }
    }

    public void Dispose() => _http.Dispose();

    private static SocketsHttpHandler CreateHandler(BinanceOptions options) => new()
    {
        MaxConnectionsPerServer = options.MaxConnections,
        // Longer than the keep-warm interval by far, so that only the exchange ever closes a warm connection...
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(10),
        // ...but short enough that a change of the exchange's DNS is followed within the hour.
        PooledConnectionLifetime = TimeSpan.FromMinutes(50),
        ConnectTimeout = TimeSpan.FromSeconds(2),
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.GZip | DecompressionMethods.Deflate,
        // A whole burst shares the sockets; the default of waiting for more response data after errors only costs time
        // here.
        MaxResponseDrainSize = 64 * 1024,
        EnableMultipleHttp2Connections = false,
    };

    /// <summary>
    /// Unreachable only where the exchange cannot have seen the request: no connection was made, or the bytes that
    /// carry the order were never handed to one.
    /// </summary>
    private static ExchangeFault NoAnswer(FormBody? body, HttpRequestError? error, string words)
    {
        var neverSent = body is null
            ? error is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError
                or HttpRequestError.SecureConnectionError
            : !body.Started;
        return new ExchangeFault(
            neverSent ? body is { Late: true } ? FaultKind.TooLate : FaultKind.Unreachable : FaultKind.UnknownOutcome, 0,
            BinanceErrors.Clean(words));
    }

    private async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(HttpContent content, CancellationToken cancellation)
    {
        if (content.Headers.ContentLength > _options.MaxResponseBytes)
        {
            return null;
        }

        var stream = await content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        var buffer = new byte[(int)(content.Headers.ContentLength ?? 1024) + 1];
        var length = 0;
        while (true)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length), cancellation).ConfigureAwait(false);
            length += read;
            if (read == 0)
            {
                return buffer.AsMemory(0, length);
            }

            if (length > _options.MaxResponseBytes)
            {
                return null;
            }

            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, buffer.Length * 2);
            }
        }
    }

    private void ObserveWeight(HttpResponseMessage response, BinanceAnswer answer)
    {
        if (Header(response, "X-MBX-USED-WEIGHT-1M") is { } used)
        {
            _weight.Observe(used);
        }

        // Too many orders is the account's affair, not this IP's: it must not silence reads.
        if (answer.Status is not (418 or 429)
            || (BinanceErrors.TryReadError(answer.Body.Span, out var code, out var message)
                && code == BinanceErrors.TooManyOrders))
        {
            return;
        }

        var retryAfter = Header(response, "Retry-After");
        _weight.Limited(
            retryAfter is null ? null : TimeSpan.FromSeconds(retryAfter.Value),
            BinanceErrors.BannedUntilMs(message ?? "") is { } until
                ? TimeSpan.FromMilliseconds(Math.Clamp(until - _clock.NowMs, 0, LongestBanMs))
                : null);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static OrderCounts Counts(HttpResponseMessage response) =>
        new(Header(response, "X-MBX-ORDER-COUNT-10S"), Header(response, "X-MBX-ORDER-COUNT-1M"));

    private static int? Header(HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out var values)
        && int.TryParse(values.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    /// <summary>
    /// The form that carries an order, in the body on purpose. The framework silently repeats a request whose pooled
    /// connection turns out dead, but never once it has begun to write a body: an order in the query string could be
    /// sent twice (S8). And the moment of that first write is the exact line between "cannot have executed" and "may
    /// have".
    /// </summary>
    internal sealed class FormBody : HttpContent
    {
        private static readonly MediaTypeHeaderValue Form = new("application/x-www-form-urlencoded");

        private readonly ReadOnlyMemory<byte> _bytes;
        private readonly Func<bool>? _isTooLate;
        private volatile bool _started;
        private volatile bool _late;

        /// <param name="bytes">The form.</param>
        /// <param name="isTooLate">Asked right before the first byte; true keeps it from leaving.</param>
        public FormBody(ReadOnlyMemory<byte> bytes, Func<bool>? isTooLate = null)
        {
            (_bytes, _isTooLate) = (bytes, isTooLate);
            Headers.ContentType = Form;
        }

        public bool Started => _started;

        /// <summary>It was kept back, and nothing of it was written.</summary>
        public bool Late => _late;

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(
            Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            if (_isTooLate?.Invoke() == true)
            {
                _late = true;
                throw new IOException("kept back: its time has passed");
            }

            _started = true;
            await stream.WriteAsync(_bytes, cancellationToken).ConfigureAwait(false);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _bytes.Length;
            return true;
        }
    }
}
