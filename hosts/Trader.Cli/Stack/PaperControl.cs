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

/// <summary>The paper exchange's control surface.</summary>
internal sealed class PaperControl(Uri address) : IDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false })
    {
        BaseAddress = address,
        Timeout = TimeSpan.FromSeconds(5),
    };

    /// <exception cref="Refusal">It does not answer.</exception>
    public async Task<PaperSummary> SummaryAsync(CancellationToken cancel)
    {
        try
        {
            return await _http.GetFromJsonAsync<PaperSummary>("paper/summary", Json, cancel)
                ?? throw new Refusal(ExitCode.Bad, $"the paper exchange at {address} gave an empty summary");
        }
        catch (Exception e) when (e is HttpRequestException or JsonException
            || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            throw new Refusal(ExitCode.Bad, $"the paper exchange at {address} does not answer: {e.Message}", e);
        }
    }

    public void Dispose() => _http.Dispose();
}
