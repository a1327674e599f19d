using System.Text.Json;
using Akka.Actor;

namespace Trader.Hosting.Http;

/// <summary>A request to a role's own path, read whole.</summary>
/// <param name="Query">Decoded; of a name that is given twice the last one.</param>
/// <param name="Body">At most the route's limit.</param>
/// <param name="Authorized">It carries the bearer token. Always true where the route needs it.</param>
public sealed record RoleRequest(
    string Method, string Path, IReadOnlyDictionary<string, string> Query, ReadOnlyMemory<byte> Body, bool Authorized);

/// <param name="Json">One JSON value in UTF-8.</param>
public sealed record RoleReply(int Status, ReadOnlyMemory<byte> Json)
{
    /// <summary>An object whose members <paramref name="write"/> writes.</summary>
    public static RoleReply Object(int status, Action<Utf8JsonWriter> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return new RoleReply(status, bytes.ToArray());
    }

    /// <summary>The shape of every refusal; <c>detail</c> is what the documented clients read.</summary>
    public static RoleReply Error(int status, string text) => Object(status, json =>
    {
        json.WriteString("error", text);
        json.WriteString("detail", text);
    });
}

/// <summary>
/// A path that a role serves on its port beside the ones every role has. GET is open to this machine and needs the bearer token from
/// anywhere else; every other method changes state and always needs it.
/// </summary>
/// <param name="Method">GET (which serves HEAD too), POST, PUT or DELETE.</param>
/// <param name="Path">Matched whole, with its case.</param>
/// <param name="Actor">Name of the role's actor or companion that answers; 503 while it is not there.</param>
/// <param name="Serve">Asks the actor. An <see cref="AskTimeoutException"/> becomes 503.</param>
public sealed record RoleRoute(string Method, string Path, string Actor, Func<IActorRef, RoleRequest, Task<RoleReply>> Serve)
{
    /// <summary>Bytes; a longer body is refused with 413 before it is read.</summary>
    public int MaxBodyBytes { get; init; } = 4096;
}
