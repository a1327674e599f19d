using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Trader.PaperExchange.Http;

/// <summary>
/// A request's bytes before any decoding, one character per byte, since the signature is over exactly these.
/// </summary>
/// <param name="Path">Without query.</param>
/// <param name="Query">Without its question mark, still percent-encoded.</param>
/// <param name="Body">One character per byte.</param>
/// <param name="BodyText">The body as UTF-8, for reading parameters.</param>
/// <param name="Key">The X-MBX-APIKEY header; empty when absent.</param>
internal sealed record RawRequest(string Path, string Query, string Body, string BodyText, string Key)
{
    /// <summary>Largest body taken; the largest honest one, a batch of five, is under 3 KB.</summary>
    public const int MaxBodyBytes = 64 * 1024;

    /// <summary>Reads the request; null when its body is too large.</summary>
    public static async Task<RawRequest?> ReadAsync(HttpContext http)
    {
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var mark = target.IndexOf('?', StringComparison.Ordinal);
        var path = mark < 0 ? target : target[..mark];
        var query = mark < 0 ? "" : target[(mark + 1)..];
        var key = http.Request.Headers["X-MBX-APIKEY"].ToString();
        if (http.Request.ContentLength is null or 0 && !http.Request.Headers.ContainsKey("Transfer-Encoding"))
        {
            return new RawRequest(path, query, "", "", key);
        }
        if (http.Request.ContentLength > MaxBodyBytes)
        {
            return null;
        }
        using var bytes = new MemoryStream();
        try
        {
            await http.Request.Body.CopyToAsync(bytes).ConfigureAwait(false);
        }
        catch (BadHttpRequestException)
        {
            return null;
        }
        var body = bytes.ToArray();
        return new RawRequest(path, query, Encoding.Latin1.GetString(body), Encoding.UTF8.GetString(body), key);
    }
}

internal static class ReplySending
{
    public static async Task SendAsync(this Reply reply, HttpContext http)
    {
        http.Response.StatusCode = reply.Status;
        http.Response.ContentType = reply.ContentType;
        http.Response.ContentLength = reply.Body.Length;
        await http.Response.Body.WriteAsync(reply.Body).ConfigureAwait(false);
    }
}
