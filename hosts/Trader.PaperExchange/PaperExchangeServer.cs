using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Trader.PaperExchange.Control;
using Trader.PaperExchange.Engine;
using Trader.PaperExchange.Faults;
using Trader.PaperExchange.Http;
using Trader.PaperExchange.Limits;

namespace Trader.PaperExchange;

/// <summary>
/// A running paper exchange: Binance's USD-M REST surface over real HTTP on loopback, with a control surface under
/// <c>/paper/</c>. Disposing it stops it, hung requests included.
/// </summary>
/// <example>
/// <code>
/// await using var px = await PaperExchangeServer.StartAsync(new PaperOptions { Symbols = 20, Positions = 3 });
/// px.Faults.Add("order:BTCUSDT:-1007-executed:count=1");
/// using var client = new HttpClient { BaseAddress = px.BaseAddress };
/// </code>
/// </example>
public sealed class PaperExchangeServer : IAsyncDisposable
{
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(2);

    private readonly WebApplication _app;
    private readonly CancellationTokenSource _stopping;
    private readonly Venue _venue;
    private int _disposed;

    private PaperExchangeServer(WebApplication app, CancellationTokenSource stopping, Venue venue, Uri baseAddress)
    {
        _app = app;
        _stopping = stopping;
        _venue = venue;
        BaseAddress = baseAddress;
    }

    /// <summary>Such as <c>http://127.0.0.1:9100/</c>.</summary>
    public Uri BaseAddress { get; }

    public PaperEngine Engine => _venue.Engine;
    public Ledger Ledger => _venue.Engine.Ledger;
    public FaultBoard Faults => _venue.Faults;
    public RateLimiter Limiter => _venue.Limiter;
    public ServerClock Clock => _venue.Engine.Clock;
    public string Key => _venue.Key;
    public string Secret => _venue.Secret;

    /// <summary>From receiving a request to answering it, ms.</summary>
    public double LatencyMs
    {
        get => _venue.LatencyMs;
        set => _venue.LatencyMs = value;
    }

    /// <summary>Starts an exchange.</summary>
    /// <exception cref="IOException">The port is in use.</exception>
    /// <exception cref="FormatException">A fault spec is bad.</exception>
    public static async Task<PaperExchangeServer> StartAsync(
        PaperOptions? options = null, CancellationToken cancel = default)
    {
        options ??= new PaperOptions();
        var venue = CreateVenue(options);
        var stopping = new CancellationTokenSource();
        var app = CreateApp(options, venue, stopping.Token);
        try
        {
            await app.StartAsync(cancel).ConfigureAwait(false);
            if (options.WarmUp)
            {
                await Control.WarmUp.RunAsync(cancel).ConfigureAwait(false);
            }
        }
        catch
        {
            await app.DisposeAsync().ConfigureAwait(false);
            stopping.Dispose();
            throw;
        }
        var addresses = app.Services.GetRequiredService<IServer>()
            .Features.GetRequiredFeature<IServerAddressesFeature>();
        return new PaperExchangeServer(app, stopping, venue, new Uri(addresses.Addresses.First()));
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }
        await _stopping.CancelAsync().ConfigureAwait(false);
        using var deadline = new CancellationTokenSource(ShutdownTimeout);
        await _app.StopAsync(deadline.Token).ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private static Venue CreateVenue(PaperOptions options)
    {
        var clock = new ServerClock(options.TimeProvider);
        clock.Set(options.ClockSkewMs, 0);
        var engine = new PaperEngine(Universe.Create(options.Symbols, options.Seed), options.Engine, clock);
        OpeningPositions.Open(engine, options.Positions, options.OversizedPositions, options.Seed);
        var faults = new FaultBoard();
        foreach (var spec in options.Faults)
        {
            faults.Add(spec);
        }
        return new Venue(engine, new RateLimiter(options.Limits, clock), faults, options.Key, options.Secret)
        {
            LatencyMs = options.LatencyMs,
        };
    }

    private static WebApplication CreateApp(PaperOptions options, Venue venue, CancellationToken stopping)
    {
        // The empty builder reads no settings files and no environment: nothing but the options decides what this is.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = RawRequest.MaxBodyBytes;
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromHours(1);
            kestrel.Listen(IPAddress.Loopback, options.Port);
        });
        builder.Services.AddSingleton<IHostLifetime, SilentLifetime>();
        var app = builder.Build();
        var fapi = new FapiPipeline(venue, options.TimeProvider, stopping);
        var control = new ControlPipeline(venue);
        app.Run(http => http.Request.Path.StartsWithSegments("/paper", StringComparison.Ordinal)
            ? control.HandleAsync(http)
            : fapi.HandleAsync(http));
        return app;
    }

    /// <summary>
    /// Leaves signals to the program: the host's default would take SIGTERM away from whatever embeds the exchange.
    /// </summary>
    private sealed class SilentLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
