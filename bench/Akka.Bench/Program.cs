using System.Globalization;
using System.Text.Json;
using Akka.Bench;

const int Runs = 5;
var filter = args.FirstOrDefault(a => !a.StartsWith("--", StringComparison.Ordinal));
var results = new Dictionary<string, double>();
foreach (var (name, measure) in Measurements.All)
{
    if (filter is not null && !name.Contains(filter, StringComparison.OrdinalIgnoreCase))
    {
        continue;
    }

    await measure();
    var runs = new List<IReadOnlyDictionary<string, double>>();
    for (var i = 0; i < Runs; i++)
    {
        runs.Add(await measure());
    }

    foreach (var key in runs[0].Keys)
    {
        results[key] = runs.Select(run => run[key]).Order().ElementAt(Runs / 2);
    }
}

if (args.Contains("--json"))
{
    Console.WriteLine(JsonSerializer.Serialize(results));
}
else
{
    foreach (var (key, value) in results)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{key,-32}{value,16:N2}"));
    }
}

return 0;
