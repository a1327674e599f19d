using Microsoft.AspNetCore.Http;
using Trader.PaperExchange.Engine;
using Trader.PaperExchange.Http;

namespace Trader.PaperExchange.Control;

internal sealed class ControlPipeline(Venue venue)
{
    public Task HandleAsync(HttpContext http) => Reply.Of(ApiError.NoSuchPath(http.Request.Method, http.Request.Path)).SendAsync(http).ContinueWith(_ => venue);
}
