using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Akka.Persistence;
using Trader.Actors.Ports;
using Trader.Redis.Persistence;
using Xunit;

namespace Trader.Redis.Tests.Persistence;

/// <summary>The stored texts, and what is not taken for one.</summary>
public sealed class PersistenceWireTests
{
    private const string Stored =
        """{"seq":7,"ticks":639000000000000000,"writer":"w","manifest":"order.v1","event":{"amount":0.10000000,"side":"reduce_only","notes":["a"]}}""";

    private static readonly DateTimeOffset At = new(639_000_000_000_000_000, TimeSpan.Zero);

    private enum Side
    {
        ReduceOnly,
        Other,
    }

    private sealed record Order(decimal Amount, Side Side, IReadOnlyList<string> Notes);

    private sealed record Speed(double Value);

    [Fact]
    [Trait("rule", "S13")]
    public void An_event_is_stored_as_the_golden_text_and_its_decimals_come_back_digit_for_digit()
    {
        var wire = Wire(1_000);
        Assert.Equal(Stored, wire.Write(new Persistent(new Order(0.10000000m, Side.ReduceOnly, ["a"]), 7, "p", writerGuid: "w"), At));

        var read = Read(wire, Stored);
        var order = Assert.IsType<Order>(read.Payload);
        Assert.Equal("0.10000000", order.Amount.ToString(CultureInfo.InvariantCulture));
        Assert.Equal((Side.ReduceOnly, "a"), (order.Side, order.Notes.Single()));
        Assert.Equal(("p", 7L, "w", "order.v1", At.UtcTicks), (read.PersistenceId, read.SequenceNr, read.WriterGuid, read.Manifest, read.Timestamp));
    }

    [Fact]
    public void The_place_of_a_rejected_event_is_read_as_such()
    {
        Assert.Equal("""{"seq":8,"rejected":true}""", PersistenceWire.WriteRejected(8));
        Assert.Equal(new StoredEvent(8, null), Wire(1_000).ReadEvent("p", Bytes(PersistenceWire.WriteRejected(8))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"seq":7}""")]
    [InlineData("""{"seq":"7","rejected":true}""")]
    [InlineData("""{"seq":7,"rejected":true,"more":1}""")]
    public void What_is_no_stored_text_is_refused(string text) =>
        Assert.Throws<RedisPersistenceException>(() => Wire(1_000).ReadEvent("p", Bytes(text)));

    [Theory]
    [InlineData("manifest", "\"order.v2\"")]
    [InlineData("manifest", "null")]
    [InlineData("event", "null")]
    [InlineData("event", """{"amount":1,"side":"reduce_only"}""")]
    [InlineData("event", """{"amount":1,"side":"reduce_only","notes":[],"more":1}""")]
    [InlineData("event", """{"amount":1,"amount":2,"side":"reduce_only","notes":[]}""")]
    [InlineData("event", """{"amount":"1","side":"reduce_only","notes":[]}""")]
    [InlineData("event", """{"amount":1,"side":0,"notes":[]}""")]
    [InlineData("event", """{"amount":1,"side":"sideways","notes":[]}""")]
    [InlineData("event", """{"amount":1,"side":"reduce_only","notes":null}""")]
    [InlineData("event", """{"amount":1e40,"side":"reduce_only","notes":[]}""")]
    public void An_event_that_is_not_exactly_its_shape_is_refused(string property, string value)
    {
        var end = property == "event" ? Stored[..(Stored.IndexOf("\"event\":", StringComparison.Ordinal) + 8)] + value + "}" : Replaced(property, value);

        var refusal = Assert.Throws<RedisPersistenceException>(() => Wire(1_000).ReadEvent("p", Bytes(end)));

        Assert.DoesNotContain("sideways", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("rule", "S13")]
    public void A_binary_floating_point_number_has_no_stored_form()
    {
        var wire = Wire(1_000);
        Assert.Throws<RedisPersistenceException>(() => wire.Write(new Persistent(new Speed(0.1), 1, "p"), At));
    }

    [Fact]
    public void What_nobody_registered_or_is_too_large_is_refused()
    {
        Assert.Throws<RedisPersistenceException>(() => Wire(1_000).Write(new Persistent(new object(), 1, "p"), At));
        var order = new Persistent(new Order(1m, Side.Other, [new string('x', 1_000)]), 1, "p");
        Assert.Throws<RedisPersistenceException>(() => Wire(1_000).Write(order, At));
        Assert.NotEmpty(Wire(2_000).Write(order, At));
    }

    [Fact]
    public void A_snapshot_comes_back_as_it_was()
    {
        var wire = Wire(1_000);
        var metadata = new SnapshotMetadata("p", 3, At.UtcDateTime);
        var text = wire.Write(metadata, new Balance(1.50m, 2));
        Assert.Equal("""{"seq":3,"ticks":639000000000000000,"manifest":"balance.v1","snapshot":{"amount":1.50,"deposits":2}}""", text);
        Assert.Equal(new SelectedSnapshot(metadata, new Balance(1.50m, 2)), wire.ReadSnapshot("p", Bytes(text)));
        Assert.Equal(metadata, PersistenceWire.ReadMetadata("p", Bytes(text)));
        Assert.Throws<RedisPersistenceException>(() => wire.ReadSnapshot("p", Bytes(Stored)));
    }

    [Fact]
    public void A_manifest_or_a_type_registered_twice_and_a_manifest_of_other_characters_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new PersistedTypes([PersistedType.Of<string>("a"), PersistedType.Of<Order>("a")]));
        Assert.Throws<ArgumentException>(() => new PersistedTypes([PersistedType.Of<string>("a"), PersistedType.Of<string>("b")]));
        Assert.Throws<ArgumentException>(() => PersistedType.Of<string>("Upper"));
        Assert.Throws<ArgumentException>(() => PersistedType.Of<string>(""));
    }

    private static PersistenceWire Wire(int limit) => new(
        new PersistedTypes(
        [
            PersistedType.Of<Order>("order.v1"), PersistedType.Of<Speed>("speed.v1"), PersistedType.Of<Balance>("balance.v1"),
        ]),
        limit);

    private static IPersistentRepresentation Read(PersistenceWire wire, string text) => wire.ReadEvent("p", Bytes(text)).Persistent!;

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Replaced(string property, string value)
    {
        var json = JsonNode.Parse(Stored)!.AsObject();
        json[property] = JsonNode.Parse(value);
        return json.ToJsonString();
    }
}
