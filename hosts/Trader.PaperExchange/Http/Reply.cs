using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Trader.PaperExchange.Engine;

namespace Trader.PaperExchange.Http;

/// <summary>A finished answer.</summary>
public sealed record Reply(int Status, ReadOnlyMemory<byte> Body, string ContentType = Reply.Json)
{
    private const string Json = "application/json";

    // Like the exchange, text that is not ASCII goes out as UTF-8, not as escapes.
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Reply Of(ApiError error) => Write(json => json.WriteError(error), error.HttpStatus);

    public static Reply Html(int status, string title) => new(
        status,
        Encoding.ASCII.GetBytes($"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"),
        "text/html");

    public static Reply Write(Action<Utf8JsonWriter> write, int status = 200)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            write(json);
        }
        return new Reply(status, buffer.WrittenMemory);
    }

    /// <summary>The same answer cut off in the middle: no parser takes it.</summary>
    public Reply Broken() => this with { Body = Body[..Math.Max(1, Body.Length / 2)] };
}
