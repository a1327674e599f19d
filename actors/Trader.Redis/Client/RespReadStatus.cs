namespace Trader.Redis;

/// <summary>What <see cref="RespReader.Read"/> found.</summary>
public enum RespReadStatus
{
    /// <summary>No whole reply yet; call again with more bytes.</summary>
    NeedMore,

    /// <summary>A reply was read.</summary>
    Reply,

    /// <summary>The bytes are not RESP or break a limit; <see cref="RespReader.Fault"/> says how. Final.</summary>
    Malformed,
}
