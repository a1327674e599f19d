namespace Trader.Redis;

/// <summary>An aggregate whose members are still coming. It grows with what arrives, not with what was
/// declared.</summary>
internal sealed class RespAggregate(byte marker, int length)
{
    private const int FirstCapacity = 16;

    private RespValue[] _items = length == 0 ? [] : new RespValue[Math.Min(length, FirstCapacity)];
    private int _count;

    public bool IsFull => _count == length;

    public bool IsAttribute => marker == '|';

    public void Add(RespValue item)
    {
        if (_count == _items.Length)
        {
            Array.Resize(ref _items, Math.Min(length, _items.Length * 2));
        }

        _items[_count++] = item;
    }

    public RespValue ToValue() => RespValue.Aggregate(
        marker switch
        {
            (byte)'*' => RespKind.Array,
            (byte)'~' => RespKind.Set,
            (byte)'>' => RespKind.Push,
            (byte)'%' => RespKind.Map,
            _ => throw new InvalidOperationException($"no aggregate: {marker}"),
        },
        _items);
}
