using System.Globalization;
using System.Text;
using System.Text.Json;
using Trader.PaperExchange.Http;

namespace Trader.PaperExchange.Tests;

/// <summary>What came back: status, text, headers.</summary>
public sealed record FapiAnswer(int Status, string Text, IReadOnlyDictionary<string, string> Headers)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    /// <summary>The error code, or 0 for an answer without one.</summary>
    public int Code => Json.ValueKind == JsonValueKind.Object && Json.TryGetProperty("code", out var code)
        ? code.GetInt32() : 0;

    public string Member(string name) => Json.GetProperty(name).GetString() ?? "";
}

/// <summary>
/// A plain client that signs as the documentation says, written apart from the server's verification.
/// </summary>
public sealed class FapiClient : IDisposable
{
    private readonly PaperExchangeServer _server;
    private readonly HttpClient _http;

    public FapiClient(PaperExchangeServer server)
    {
        _server = server;
        _http = new HttpClient { BaseAddress = server.BaseAddress, Timeout = TimeSpan.FromSeconds(20) };
    }

    public void Dispose() => _http.Dispose();

    public Task<FapiAnswer> GetAsync(string path, string query = "") => SignedAsync("GET", path, query);

    public Task<FapiAnswer> PostAsync(string path, string query) => SignedAsync("POST", path, query);

    public Task<FapiAnswer> DeleteAsync(string path, string query) => SignedAsync("DELETE", path, query);

    public Task<FapiAnswer> OrderAsync(string query) => PostAsync("fapi/v1/order", query);

    public Task<FapiAnswer> MarketAsync(string symbol, string side, string quantity, string more = "reduceOnly=true") =>
        OrderAsync($"symbol={symbol}&side={side}&type=MARKET&quantity={quantity}&newOrderRespType=RESULT&{more}");

    public Task<FapiAnswer> BatchAsync(string json) =>
        PostAsync("fapi/v1/batchOrders", "batchOrders=" + Uri.EscapeDataString(json));

    public async Task<FapiAnswer> SignedAsync(string method, string path, string query)
    {
        var payload = query + (query.Length > 0 ? "&" : "") + Timestamp();
        return await SendAsync(method, $"{path}?{payload}&signature={Signature.Sign(_server.Secret, payload)}", null,
            _server.Key);
    }

    public string Timestamp(long offsetMs = 0) =>
        "timestamp=" + (_server.Clock.NowMs + offsetMs).ToString(CultureInfo.InvariantCulture);

    public async Task<FapiAnswer> SendAsync(string method, string target, string? form = null, string? key = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(target, UriKind.Relative));
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("X-MBX-APIKEY", key);
        }
        if (form is not null)
        {
            request.Content = new StringContent(form, Encoding.UTF8, "application/x-www-form-urlencoded");
        }
        using var response = await _http.SendAsync(request);
        return new FapiAnswer(
            (int)response.StatusCode,
            await response.Content.ReadAsStringAsync(),
            response.Headers.ToDictionary(
                header => header.Key, header => string.Join(',', header.Value), StringComparer.OrdinalIgnoreCase));
    }
}

/// <summary>Short ways to what most tests need.</summary>
public static class Setup
{
    public static PaperOptions Small { get; } = new() { Symbols = 20 };

    public static PaperOptions Hedge { get; } = Small with { Engine = new() { Hedge = true } };

    /// <summary>Waits for a condition; says what never came.</summary>
    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (!condition())
        {
            Assert.False(deadline.IsCancellationRequested, $"never came: {what}");
            await Task.Delay(5);
        }
    }
}
