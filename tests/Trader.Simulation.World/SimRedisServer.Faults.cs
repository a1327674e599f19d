using Trader.Messages;

namespace Trader.Simulation;

/// <summary>What goes wrong with the server and with the ways to it, and how it goes on.</summary>
internal abstract partial class SimRedisServer
{
    public void Strike(RedisFault fault, double forMs)
    {
        scene.Note("redis", $"{fault} for {forMs:F0} ms");
        TroubledAtMs = scene.NowMs;
        switch (fault)
        {
            case RedisFault.Down:
                GoDown();
                scene.After(forMs, ComeUp);
                break;
            case RedisFault.RestartEmpty:
                GoDown();
                Flush();
                scene.After(forMs, ComeUp);
                break;
            case RedisFault.Flush:
                Flush();
                break;
            case RedisFault.Frozen:
                frozen = true;
                connections.ForEach(connection => Silence(connection));
                scene.After(forMs, () => { frozen = false; GoOn(); });
                break;
            case RedisFault.Full:
                Full = true;
                scene.After(forMs, () => { Full = false; TroubledAtMs = scene.NowMs; });
                break;
            case RedisFault.Slow:
                slowMs = scene.Between(20, 700);
                scene.After(forMs, () => { slowMs = 0; TroubledAtMs = scene.NowMs; });
                break;
        }
    }

    public void CutOff(SimProcess node, double forMs)
    {
        if (node.Redis is { } connection && node.State != NodeState.Down)
        {
            scene.Note("redis", $"{node} cut off for {forMs:F0} ms");
            connection.CutOff = true;
            Silence(connection);
            scene.After(forMs, () => { connection.CutOff = false; GoOn(); });
        }
    }

    private void GoDown()
    {
        down = true;
        connections.ToList().ForEach(connection => Disconnect(connection, "connection reset"));
    }

    private void ComeUp()
    {
        down = false;
        connections.ForEach(connection => TryConnect(connection, scene.Between(20, 1_000)));
    }

    /// <summary>A frozen server or a dead path is noticed by its silence.</summary>
    private void Silence(RedisConnection connection)
    {
        var epoch = connection.Epoch;
        scene.After(scene.Between(1_000, Figures.RedisSilenceMs), () =>
        {
            if (connection.Epoch == epoch && (frozen || connection.CutOff))
            {
                Disconnect(connection, "silent");
            }
        });
    }

    private void GoOn()
    {
        ReleasedAtMs = scene.NowMs;
        foreach (var connection in connections.Where(c => !frozen && !c.CutOff).ToList())
        {
            var stalled = connection.Stalled.ToList();
            connection.Stalled.Clear();
            foreach (var command in stalled)
            {
                if (connection.Up && !command.Answered)
                {
                    Answer(connection, command, Execute(connection, command), Latency());
                }
                else if (scene.Chance(0.6))
                {
                    ExecuteLate(connection, command);
                }
            }

            WakeReaders();
            TryConnect(connection, scene.Between(20, 1_000));
        }
    }

    private void Disconnect(RedisConnection connection, string why)
    {
        if (!connection.Up)
        {
            return;
        }

        TroubledAtMs = scene.NowMs;
        connection.Up = false;
        connection.Epoch++;
        foreach (var command in connection.InFlight.Where(c => !c.Answered).ToList())
        {
            Finish(connection, command, new RedisProtocol.NotDone(command.Command, RedisDoubt.Unknown, why));
        }

        foreach (var watcher in connection.ConnectionWatchers)
        {
            Tell(connection, watcher, new RedisProtocol.Disconnected(why));
        }
    }

    private void TryConnect(RedisConnection connection, double afterMs) => scene.After(afterMs, () =>
    {
        if (!connection.Alive || connection.Up || down)
        {
            return;
        }

        if (frozen || connection.CutOff)
        {
            TryConnect(connection, 1_500);
            return;
        }

        TroubledAtMs = scene.NowMs;
        connection.Up = true;
        connection.Epoch++;
        foreach (var watcher in connection.ConnectionWatchers)
        {
            Tell(connection, watcher, new RedisProtocol.Connected());
        }

        Connected(connection);
    });
}
