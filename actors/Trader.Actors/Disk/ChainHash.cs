using System.Globalization;
using System.Security.Cryptography;

namespace Trader.Actors.Disk;

/// <summary>
/// SHA-256 of everything the journal held up to and including one record: <c>SHA-256(previous hash, payload)</c>.
/// Removing, changing or reordering a record breaks every hash after it.
/// </summary>
public readonly record struct ChainHash
{
    public const int HexLength = 64;
    private const int Size = 32;
    private readonly UInt128 _high;
    private readonly UInt128 _low;

    private ChainHash(ReadOnlySpan<byte> bytes)
    {
        _high = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
        _low = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes[16..]);
    }

    /// <summary>What the first record of a journal follows: 32 zero bytes.</summary>
    public static ChainHash Genesis => default;

    /// <summary>The hash of a record with this payload after <paramref name="previous"/>.</summary>
    public static ChainHash After(ChainHash previous, ReadOnlySpan<byte> payload)
    {
        Span<byte> state = stackalloc byte[Size];
        previous.CopyTo(state);
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(state);
        sha.AppendData(payload);
        sha.GetHashAndReset(state);
        return new ChainHash(state);
    }

    /// <summary>
    /// Accepts exactly 64 lower-case hexadecimal digits: any other spelling of the same number is a changed record.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out ChainHash hash)
    {
        hash = default;
        if (utf8.Length != HexLength || utf8.IndexOfAnyInRange((byte)'A', (byte)'F') >= 0
            || !UInt128.TryParse(utf8[..32], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var high)
            || !UInt128.TryParse(utf8[32..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var low))
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[Size];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, high);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes[16..], low);
        hash = new ChainHash(bytes);
        return true;
    }

    /// <summary>Writes the 64 digits that <see cref="TryParse"/> reads.</summary>
    public void Format(Span<byte> utf8)
    {
        _high.TryFormat(utf8, out _, "x32", CultureInfo.InvariantCulture);
        _low.TryFormat(utf8[32..], out _, "x32", CultureInfo.InvariantCulture);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{_high:x32}{_low:x32}");

    private void CopyTo(Span<byte> bytes)
    {
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, _high);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes[16..], _low);
    }
}
