using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Trader.Cli.CommandLine;

namespace Trader.Cli.Stack;

/// <summary>What the paper exchange itself says happened: the independent witness of a drill.</summary>
/// <param name="OpenPositions">Legs with an amount.</param>
/// <param name="OrderRequests">Orders that arrived.</param>
/// <param name="OrdersRefused">Of those, refused.</param>
/// <param name="FirstOrderReceivedMs">Unix ms; 0 when none came.</param>
/// <param name="LastFillMs">Unix ms; 0 when nothing was filled.</param>
/// <param name="IncreasingFills">Fills that made a position bigger: must be none (S5).</param>
/// <param name="Flips">Fills that turned a position round: must be none (S5).</param>
internal sealed record PaperSummary(
    int OpenPositions, int OrderRequests, int OrdersRefused, long FirstOrderReceivedMs, long LastFillMs, int IncreasingFills, int Flips);

/// <summary>One order as the exchange received it.</summary>
/// <param name="Id">Client order id.</param>
/// <param name="ReceivedUs">Microseconds on this machine's monotonic clock.</param>
/// <param name="Accepted">It was carried out, whatever its sender was told.</param>
internal sealed record PaperOrder(string Id, long ReceivedUs, bool Accepted);

/// <summary>The paper exchange's control surface.</summary>
internal sealed class PaperControl(Uri address) : IDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private const int LedgerPage = 5000;

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false })
    {
        BaseAddress = address,
        Timeout = TimeSpan.FromSeconds(5),
    };

    private readonly List<PaperOrder> _orders = [];
    private long _read;

    /// <exception cref="Refusal">It does not answer.</exception>
    public Task<PaperSummary> SummaryAsync(CancellationToken cancel) => GetAsync<PaperSummary>("paper/summary", cancel);

    /// <summary>Legs with an amount, signed.</summary>
    /// <exception cref="Refusal">It does not answer.</exception>
    public async Task<IReadOnlyList<(string Symbol, decimal Amount)>> PositionsAsync(CancellationToken cancel) =>
    [
        .. (await GetAsync<JsonElement[]>("paper/positions", cancel)).Select(row => (
            row.GetProperty("symbol").GetString()!,
            decimal.Parse(row.GetProperty("amount").GetString()!, NumberStyles.Number, CultureInfo.InvariantCulture))),
    ];

    /// <summary>Makes a one-way position what it says.</summary>
    /// <exception cref="Refusal">It was not done.</exception>
    public async Task HoldAsync(string symbol, decimal amount, CancellationToken cancel)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"paper/positions?symbol={symbol}&amount={amount}");
        using var answer = await _http.PostAsync(new Uri(path, UriKind.Relative), null, cancel);
        if (!answer.IsSuccessStatusCode)
        {
            throw new Refusal(ExitCode.Bad, $"the paper exchange refuses {path}: {await answer.Content.ReadAsStringAsync(cancel)}");
        }
    }

    /// <summary>Every order that has arrived so far, in the order of arrival; only new ones are asked for.</summary>
    /// <exception cref="Refusal">It does not answer.</exception>
    public async Task<IReadOnlyList<PaperOrder>> OrdersAsync(CancellationToken cancel)
    {
        while (true)
        {
            var page = await GetAsync<JsonElement[]>(
                string.Create(CultureInfo.InvariantCulture, $"paper/ledger?after={_read}&limit={LedgerPage}"), cancel);
            foreach (var entry in page)
            {
                _read = entry.GetProperty("sequence").GetInt64();
                if (entry.GetProperty("kind").GetString() == "order")
                {
                    _orders.Add(new PaperOrder(
                        entry.GetProperty("clientOrderId").GetString() ?? "", entry.GetProperty("receivedUs").GetInt64(),
                        entry.GetProperty("outcome").GetString() == "accepted"));
                }
            }

            if (page.Length < LedgerPage)
            {
                return _orders;
            }
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<T> GetAsync<T>(string path, CancellationToken cancel)
    {
        try
        {
            return await _http.GetFromJsonAsync<T>(path, Json, cancel)
                ?? throw new Refusal(ExitCode.Bad, $"the paper exchange at {address} gave an empty answer");
        }
        catch (Exception e) when (e is HttpRequestException or JsonException
            || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            throw new Refusal(ExitCode.Bad, $"the paper exchange at {address} does not answer: {e.Message}", e);
        }
    }
}
