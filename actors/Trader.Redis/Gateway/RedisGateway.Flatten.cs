using Trader.Messages;

namespace Trader.Redis.Gateway;

/// <summary>The testnet flattener's keys.</summary>
public sealed partial class RedisGateway
{
    /// <summary>Life of the cooldown key: an hour by the runbook.</summary>
    private const int FlattenLastTsSeconds = 3600;

    partial void ReceiveFlatten()
    {
        Receive<RedisProtocol.TakeFlattenArm>(take => Ask(take,
            RedisScripts.TakeFlattenArm.Execute(
                client, [RedisKeys.FlattenArm, RedisKeys.FlattenArmNote], [], settings.CommandDeadline),
            FlattenGatewayWire.ReadArm));
        Receive<RedisProtocol.ClaimFlattenCooldown>(claim => Ask(claim,
            RedisScripts.ClaimFlattenCooldown.Execute(
                client, [RedisKeys.FlattenLastTs], [Text(claim.CooldownMs), Text(FlattenLastTsSeconds)], settings.CommandDeadline),
            value => FlattenGatewayWire.ReadCooldown(value, claim.Run)));
        Receive<RedisProtocol.PublishFlatten>(publish => Do(publish, StreamCommands.Add(
            RedisKeys.FlattenRuns, settings.RecordLength, FlattenWire.ToStream(publish.Event, publish.Node))));
    }
}
