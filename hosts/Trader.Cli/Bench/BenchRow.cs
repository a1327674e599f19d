using System.Globalization;
using System.Text.Json;
using Trader.Cli.CommandLine;

namespace Trader.Cli.Bench;

/// <summary>One measured figure beside its bound (issue "Speed and size").</summary>
/// <param name="Name">Stable: it is the key in the JSON.</param>
/// <param name="Value">Null when it could not be measured, which is outside every bound.</param>
/// <param name="Least">Lower bound, inclusive; null: none.</param>
/// <param name="Most">Upper bound, inclusive; null: none.</param>
internal sealed record BenchRow(string Name, double? Value, string Unit, double? Least, double? Most)
{
    public bool Within => Value is { } v && (Least is null || v >= Least) && (Most is null || v <= Most);

    public string Bound => (Least, Most) switch
    {
        ({ } least, { } most) => $"{Text(least)} to {Text(most)} {Unit}",
        ({ } least, null) => $">= {Text(least)} {Unit}",
        (null, { } most) => $"<= {Text(most)} {Unit}",
        (null, null) => "",
    };

    public static void Write(TextWriter output, IEnumerable<BenchRow> rows) =>
        new Table("figure", "measured", "bound", "").Fill(rows.Select(r => new[]
        {
            r.Name, r.Value is { } v ? $"{Text(v)} {r.Unit}" : "not measured", r.Bound, r.Within ? "ok" : "OUTSIDE",
        })).Write(output);

    public static string Json(IEnumerable<BenchRow> rows) => JsonSerializer.Serialize(
        rows.Select(r => new { name = r.Name, value = r.Value, unit = r.Unit, least = r.Least, most = r.Most, within = r.Within }),
        JsonSerializerOptions.Web) + "\n";

    private static string Text(double value) =>
        value.ToString(Math.Abs(value) >= 100 || value == Math.Floor(value) ? "#,##0" : "0.##", CultureInfo.InvariantCulture);
}
