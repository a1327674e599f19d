using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Trader.PaperExchange.Engine;
using Trader.PaperExchange.Faults;

namespace Trader.PaperExchange.Http;

/// <summary>
/// One request from its bytes to its answer: route, latency, ban and weight, key, timestamp, signature, fault,
/// execution, answer. The order of checks is not published; this is a sensible reading.
/// </summary>
internal sealed class FapiPipeline(Venue venue, TimeProvider time, CancellationToken stopping)
{
    private const long DefaultRecvWindowMs = 5000;
    private const long MaxAheadMs = 1000;

    private readonly Dictionary<(string Method, string Path), Route> _routes = Routes.Create(venue);

    private PaperEngine Engine => venue.Engine;

    public async Task HandleAsync(HttpContext http)
    {
        var started = time.GetTimestamp();
        var receivedUs = Engine.Clock.ToMicroseconds(started);
        var receivedMs = Engine.Clock.TrueNowMs;
        var latencyMs = venue.LatencyMs;
        var address = http.Connection.RemoteIpAddress?.ToString() ?? "";
        var request = await RawRequest.ReadAsync(http).ConfigureAwait(false);
        await UntilAsync(started, latencyMs / 2).ConfigureAwait(false);

        Reply? reply;
        FaultRule? fault = null;
        if (request is null)
        {
            reply = Reply.Of(ApiError.Of(-1013));
        }
        else if (!_routes.TryGetValue((http.Request.Method, request.Path), out var route))
        {
            reply = Reply.Of(ApiError.NoSuchPath(http.Request.Method, request.Path));
        }
        else
        {
            var parameters = new Parameters().AddForm(request.Query).AddForm(request.BodyText);
            var call = new FapiCall
            {
                Endpoint = route.Endpoint,
                Parameters = parameters,
                Receipt = OrderHandlers.ToReceipt(route.Endpoint, parameters, receivedMs, receivedUs),
            };
            if (CheckAdmission(route, call, request, address) is { } refusal)
            {
                RecordStopped(route, call, LedgerOutcome.Refused, refusal);
                reply = Reply.Of(refusal);
            }
            else
            {
                fault = venue.Faults.Take(route.Endpoint, parameters["symbol"], batchElement: false,
                    IsReducing(route, parameters));
                reply = await ExecuteAsync(route, WithFault(call, route, fault), address).ConfigureAwait(false);
            }
            AddHeaders(http, route, address);
        }
        var slowMs = fault?.Kind.Transport == FaultTransport.Slow ? fault.DelayMs : 0;
        await UntilAsync(started, latencyMs + slowMs).ConfigureAwait(false);
        await AnswerAsync(http, fault?.Kind.Transport ?? FaultTransport.Normal, reply).ConfigureAwait(false);
    }

    private ApiError? CheckAdmission(Route route, FapiCall call, RawRequest request, string address) =>
        venue.Limiter.CountWeight(address, route.Weight(call.Parameters))
        ?? (route.Signed ? CheckAuthority(call.Parameters, request, address) : null);

    private ApiError? CheckAuthority(Parameters parameters, RawRequest request, string address)
    {
        if (string.IsNullOrEmpty(request.Key))
        {
            return ApiError.Of(-2014);
        }
        if (request.Key != venue.Key)
        {
            return ApiError.UnknownKey(address);
        }
        if (parameters.NonEmpty("signature") is null)
        {
            return ApiError.Missing("signature");
        }
        if (parameters.Long("timestamp") is not { } timestamp)
        {
            return ApiError.Missing("timestamp");
        }
        if (RecvWindow(parameters) is not { } window)
        {
            return ApiError.Invalid("recvWindow");
        }
        var now = Engine.Clock.NowMs;
        if (timestamp >= now + MaxAheadMs)
        {
            return ApiError.AheadOfServer();
        }
        if (now - timestamp > window)
        {
            return ApiError.Of(-1021);
        }
        return Signature.Verify(venue.Secret, request.Query, request.Body) == true ? null : ApiError.Of(-1022);
    }

    private static long? RecvWindow(Parameters parameters) => parameters["recvWindow"] is null
        ? DefaultRecvWindowMs
        : parameters.Long("recvWindow") is { } window and > 0 ? window : null;

    private static bool IsReducing(Route route, Parameters parameters) =>
        route.Records == LedgerKind.Cancel
        || (OrderParser.Parse(parameters).Order is { } order
            && OrderRules.IsReducingForm(order.Side, order.PositionSide, order.ReduceOnly));

    private static FapiCall WithFault(FapiCall call, Route route, FaultRule? fault)
    {
        var untold = fault?.Kind.Transport is FaultTransport.Reset or FaultTransport.Hang;
        var deadline = route.Records == LedgerKind.Order
            ? call.Parameters.Long("timestamp") + RecvWindow(call.Parameters)
            : null;
        return call with
        {
            Fault = fault,
            EngineDeadlineMs = deadline,
            Receipt = call.Receipt with
            {
                Fault = fault?.Spec.Text,
                // Status 0: the client never saw an answer.
                Answer = untold ? new ApiError(0, 0, "") : fault?.Kind.Answer,
            },
        };
    }

    private async Task<Reply> ExecuteAsync(Route route, FapiCall call, string address)
    {
        if (call.Fault is not { } fault)
        {
            return route.Handle(call);
        }
        if (fault.Kind.DelaysExecution)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(fault.DelayMs), time, stopping)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        switch (fault.Kind.Execution)
        {
            case FaultExecution.Now:
                var truth = route.Handle(call);
                return fault.Kind.Answer is { } lie ? Reply.Of(lie) : truth;
            case FaultExecution.Late:
                // Not awaited on purpose: the client is answered long before.
                _ = ExecuteLateAsync(route, call, fault.DelayMs);
                return Reply.Of(call.Receipt.Answer ?? ApiError.UnknownExecution);
            case FaultExecution.Never:
                var told = fault.Kind.Name == "418" ? venue.Limiter.Ban(address, fault.DelayMs) : call.Receipt.Answer;
                RecordStopped(route, call, LedgerOutcome.NotExecuted, told);
                return Reply.Of(told ?? ApiError.UnknownExecution);
            default:
                throw new UnreachableException();
        }
    }

    private async Task ExecuteLateAsync(Route route, FapiCall call, int delayMs)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(delayMs), time, stopping)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!stopping.IsCancellationRequested)
        {
            route.Handle(call);
        }
    }

    private void RecordStopped(Route route, FapiCall call, LedgerOutcome outcome, ApiError? told)
    {
        if (route.Records is not { } kind)
        {
            return;
        }
        foreach (var receipt in route.Endpoint == "batch" ? BatchHandlers.Receipts(call) : [call.Receipt])
        {
            Engine.Ledger.AddStopped(kind, outcome, receipt, told);
        }
    }

    private void AddHeaders(HttpContext http, Route route, string address)
    {
        var (weight, orders10Seconds, ordersMinute) = venue.Limiter.Used(address);
        var headers = http.Response.Headers;
        headers["X-MBX-USED-WEIGHT-1M"] = weight.ToString(CultureInfo.InvariantCulture);
        if (route.Records == LedgerKind.Order)
        {
            headers["X-MBX-ORDER-COUNT-10S"] = orders10Seconds.ToString(CultureInfo.InvariantCulture);
            headers["X-MBX-ORDER-COUNT-1M"] = ordersMinute.ToString(CultureInfo.InvariantCulture);
        }
    }

    private async Task AnswerAsync(HttpContext http, FaultTransport transport, Reply reply)
    {
        switch (transport)
        {
            case FaultTransport.Hang:
                using (var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping, http.RequestAborted))
                {
                    await Task.Delay(Timeout.Infinite, ended.Token)
                        .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
                http.Abort();
                return;
            case FaultTransport.Reset:
                // Linger 0 makes closing send RST, as a broken peer would; without it the client sees an orderly end.
                if (http.Features.Get<IConnectionSocketFeature>()?.Socket is { } socket)
                {
                    socket.LingerState = new System.Net.Sockets.LingerOption(true, 0);
                    socket.Close();
                }
                http.Abort();
                return;
            case FaultTransport.BrokenJson:
                await reply.Broken().SendAsync(http).ConfigureAwait(false);
                return;
            case FaultTransport.Html:
                var title = reply.Status == 403 ? "403 Forbidden" : "502 Bad Gateway";
                await Reply.Html(reply.Status, title).SendAsync(http).ConfigureAwait(false);
                return;
            case FaultTransport.Normal or FaultTransport.Slow:
                await reply.SendAsync(http).ConfigureAwait(false);
                return;
            default:
                throw new UnreachableException();
        }
    }

    // Measured from arrival, so that waiting twice and working in between still adds up to the latency asked for.
    private async Task UntilAsync(long started, double afterMs)
    {
        var remaining = Math.Round(afterMs - time.GetElapsedTime(started).TotalMilliseconds);
        if (remaining >= 1)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(remaining), time, stopping)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
