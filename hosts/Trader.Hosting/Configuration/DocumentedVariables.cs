using System.Globalization;
using System.Text;
using static Trader.Hosting.Configuration.ExchangeChoice;

namespace Trader.Hosting.Configuration;

/// <summary>
/// The documented environment variables (DESIGN section 8), from the process and from the documented env files, laid
/// over the settings files. Env files come last, as the operator documents edit them and restart; a file that
/// contradicts the process says so.
/// </summary>
internal sealed partial class DocumentedVariables
{
    public const string Key = "BINANCE_API_KEY";
    public const string SecretKey = "BINANCE_API_SECRET";

    private static readonly string[] TestnetNames = ["BINANCE_TESTNET", "TESTNET"];
    private static readonly string[] EnvFiles = ["governor.env", "apply-layer.env"];
    private static readonly string[] FromFiles =
    [
        "REDIS_URL", "QUANTUM_REDIS_HOST", "QUANTUM_REDIS_PORT", "QUANTUM_REDIS_DB",
        "REDIS_HOST", "REDIS_PORT", "REDIS_DB",
        "BINANCE_BASE_URL", "BINANCE_TESTNET", "TESTNET", Key, SecretKey, "TRADER_STATE_DIR", "TRADER_PORT_OFFSET",
        "QUANTUM_RUN_DIR",
        .. GovernorNames,
        .. PositionStateNames,
        .. GateNames,
    ];

    private readonly Dictionary<string, (string Value, string Where)> _values = new(StringComparer.Ordinal);
    private readonly SettingsReader _reader;
    private readonly IReadOnlyDictionary<string, string> _process;
    private readonly List<(string File, IReadOnlyDictionary<string, EnvFile.Entry> Entries)> _files = [];

    public DocumentedVariables(IReadOnlyDictionary<string, string> process, SettingsReader reader)
    {
        _reader = reader;
        _process = process;
        foreach (var name in FromFiles)
        {
            // A variable set to nothing is how shells and unit files switch one off.
            if (process.TryGetValue(name, out var value) && value.Trim().Length > 0)
            {
                Take(name, value.Trim(), "environment");
            }
        }

        var etc = process.GetValueOrDefault("QUANTUM_ETC_DIR") is { Length: > 0 } dir ? dir : "/etc/quantum";
        foreach (var file in EnvFiles.Select(f => Path.Combine(etc, f)).Where(File.Exists))
        {
            ReadFile(file);
        }
    }

    public List<string> Notices { get; } = [];

    public List<string> Doubts { get; } = [];

    public List<Wish> Wishes { get; } = [];

    public string? Find(string name) => _values.TryGetValue(name, out var v) ? v.Value : null;

    /// <summary>Lays the variables that stand for one key over the settings.</summary>
    public void Overlay(SettingsLayers layers)
    {
        OverlayOne(layers, "BINANCE_BASE_URL", "trader.exchange.base-url");
        OverlayOne(layers, "TRADER_STATE_DIR", "trader.state-dir");
        OverlayOne(layers, "TRADER_PORT_OFFSET", "trader.port-offset");
        OverlayFlatten(layers);
        OverlayOne(layers, "QUANTUM_RUN_DIR", "trader.run-dir");
        OverlayGovernor(layers);
        OverlayPositionState(layers);
        OverlayGate(layers);
        if (_values.ContainsKey("REDIS_URL"))
        {
            OverlayOne(layers, "REDIS_URL", "trader.redis.url");
        }
        else if (!OverlayRedisParts(layers, "QUANTUM_REDIS_"))
        {
            OverlayRedisParts(layers, "REDIS_");
        }
    }

    private void OverlayOne(SettingsLayers layers, string name, string path)
    {
        if (_values.TryGetValue(name, out var v))
        {
            layers.Set(path, v.Value, $"{name}, {v.Where}");
        }
    }

    private bool OverlayRedisParts(SettingsLayers layers, string prefix)
    {
        var host = Find(prefix + "HOST");
        var port = Part(prefix + "PORT", 1, 65535);
        var database = Part(prefix + "DB", 0, 65535);
        if (host is null && port is null && database is null)
        {
            return false;
        }

        if (!Uri.TryCreate(layers.Find("trader.redis.url")?.Text, UriKind.Absolute, out var configured))
        {
            return true;
        }

        var name = host ?? configured.Host;
        name = name.Contains(':', StringComparison.Ordinal) ? $"[{name.Trim('[', ']')}]" : name;
        var at = port ?? (configured.Port > 0 ? configured.Port : 6379);
        var db = database?.ToString(CultureInfo.InvariantCulture) ?? configured.AbsolutePath.TrimStart('/');
        var user = configured.UserInfo.Length > 0 ? configured.UserInfo + "@" : "";
        layers.Set(
            "trader.redis.url",
            $"{configured.Scheme}://{user}{name}:{at.ToString(CultureInfo.InvariantCulture)}/{db}",
            $"{prefix}HOST/_PORT/_DB");
        return true;
    }

    private int? Part(string name, int least, int most)
    {
        if (!_values.TryGetValue(name, out var v))
        {
            return null;
        }

        if (int.TryParse(v.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most)
        {
            return number;
        }

        _reader.Wrong($"{name} ({v.Where})", "is out of range", $"write a whole number from {least} to {most}");
        return null;
    }

    private void ReadFile(string file)
    {
        string text;
        try
        {
            text = File.ReadAllText(file, Encoding.UTF8);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _reader.Wrong(file, "cannot be read", "make it readable for this user, or point QUANTUM_ETC_DIR elsewhere");
            return;
        }

        var entries = EnvFile.Parse(
            text, (line, what) => _reader.Wrong($"{file} line {line}", what, "repair or remove the line"));
        _files.Add((file, entries));
        foreach (var name in FromFiles)
        {
            if (entries.TryGetValue(name, out var entry) && entry.Value.Trim().Length > 0)
            {
                Take(name, entry.Value.Trim(), $"{file} line {entry.Line}");
            }
        }
    }

    private void Take(string name, string value, string where)
    {
        if (TestnetNames.Contains(name))
        {
            Wish(name, value, where);
        }

        if (_values.TryGetValue(name, out var before) && before.Value != value)
        {
            Notices.Add($"{name}: {where} replaces {before.Where}");
            if (name is Key or SecretKey)
            {
                // The traders' account and the guarded account must be one (X25, E51).
                Doubts.Add($"{name} differs between {before.Where} and {where}: which account is guarded?");
            }
        }

        _values[name] = (value, where);
    }

    private void Wish(string name, string value, string where)
    {
        Wanted? wanted = value.ToLowerInvariant() switch
        {
            "true" or "1" or "yes" or "on" => Wanted.Testnet,
            "false" or "0" or "no" or "off" => Wanted.Production,
            _ => null,
        };
        if (wanted is { } w)
        {
            // TESTNET=false in the gate's file says that permits are needed; whose account it is, other settings say better.
            Wishes.Add(new Wish(w, $"{name} ({where})", Weak: name == "TESTNET" && w == Wanted.Production));
        }
        else
        {
            _reader.Wrong(
                $"{name} ({where})", "is neither true nor false", "write true for testnet or false for production");
        }
    }
}
