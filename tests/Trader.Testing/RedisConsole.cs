using System.Globalization;
using Trader.Redis;

namespace Trader.Testing;

/// <summary>One entry of a stream.</summary>
/// <param name="Id">As Redis made it: <c>ms-sequence</c>.</param>
/// <param name="Names">Field names in their order.</param>
/// <param name="Fields">Value by name.</param>
public sealed record StreamRow(string Id, IReadOnlyList<string> Names, IReadOnlyDictionary<string, string> Fields)
{
    /// <summary>When Redis took it in, Unix ms.</summary>
    public long Ms => long.Parse(Id.Split('-')[0], CultureInfo.InvariantCulture);

    public string this[string field] => Fields[field];

    public int Count(string field) => int.Parse(Fields[field], CultureInfo.InvariantCulture);

    public override string ToString() => Id + " " + string.Join(' ', Names.Select(name => $"{name}={Fields[name]}"));
}

/// <summary>What an operator types into redis-cli. It waits for a Redis that is away and comes back.</summary>
public sealed class RedisConsole : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    private readonly RedisClient _client;

    private RedisConsole(RedisClient client) => _client = client;

    public static RedisConsole Open(string url) => new(RedisClient.Start(
        new RedisTarget(RedisEndpoint.Parse(url), new RedisOptions(), TimeProvider.System), _ => { }));

    /// <summary>Sends one command, again while there is no answer; XADD only while it certainly was not sent.</summary>
    /// <exception cref="InvalidOperationException">Redis answered with an error.</exception>
    /// <exception cref="TimeoutException">Redis never answered.</exception>
    public async Task<RespValue> Do(string name, params string[] arguments)
    {
        RedisCommand command = RedisCommand.Of(name, [.. arguments.Select(RedisArgument.FromString)]);
        Answer answer = await Eventually.Come($"Redis to answer {name}", async () =>
        {
            RedisResult result = await _client.Execute(command, Deadline).ConfigureAwait(false);
            bool again = !result.IsValue && result.ErrorCode.Length == 0 && (name != "XADD" || !result.IsOutcomeUnknown);
            return again ? null : new Answer(result);
        }).ConfigureAwait(false);
        return answer.Result.IsValue
            ? answer.Result.Value
            : throw new InvalidOperationException($"{name}: {answer.Result} {answer.Result.ErrorText}");
    }

    public async Task<string> Text(string name, params string[] arguments) =>
        Render(await Do(name, arguments).ConfigureAwait(false));

    public async Task<IReadOnlyDictionary<string, string>> Hash(string key)
    {
        string[] flat = Items(await Do("HGETALL", key).ConfigureAwait(false)).Select(Render).ToArray();
        return Pairs(flat).ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal);
    }

    /// <summary>Entries newer than an id, oldest first.</summary>
    public async Task<IReadOnlyList<StreamRow>> Stream(string key, string after = "0-0") =>
        Items(await Do("XRANGE", key, "(" + after, "+").ConfigureAwait(false)).Select(ReadRow).ToList();

    /// <summary>The newest id, or 0-0: what a test takes before it begins, because streams are never trimmed (X30).</summary>
    public async Task<string> LastId(string key)
    {
        RespValue[] newest = Items(await Do("XREVRANGE", key, "+", "-", "COUNT", "1").ConfigureAwait(false));
        return newest.Length == 0 ? "0-0" : ReadRow(newest[0]).Id;
    }

    public Task<string> Add(string key, params (string Name, string Value)[] fields) => AddAt(key, "*", fields);

    public Task<string> AddAt(string key, string id, params (string Name, string Value)[] fields) =>
        Text("XADD", [key, id, .. fields.SelectMany(f => new[] { f.Name, f.Value })]);

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    private static StreamRow ReadRow(RespValue row)
    {
        RespValue[] parts = Items(row);
        var fields = Pairs(Items(parts[1]).Select(Render).ToArray()).ToList();
        return new StreamRow(Render(parts[0]), fields.Select(f => f.Name).ToList(),
            fields.ToDictionary(f => f.Name, f => f.Value, StringComparer.Ordinal));
    }

    private static RespValue[] Items(RespValue value) => value.Items.ToArray();

    private static IEnumerable<(string Name, string Value)> Pairs(string[] flat) =>
        flat.Chunk(2).Select(pair => (pair[0], pair[1]));

    private static string Render(RespValue value) =>
        value.TryInteger(out long number) && value.Kind == RespKind.Integer
            ? number.ToString(CultureInfo.InvariantCulture)
            : value.TryText(out string text) ? text : string.Join(' ', Items(value).Select(Render));

    private sealed record Answer(RedisResult Result);
}
