using Trader.Messages;

namespace Trader.Simulation;

/// <summary>What goes wrong with the server and with the ways to it, and how it goes on.</summary>
internal sealed partial class SimRedis
{
    public void Strike(RedisFault fault, double forMs)
    {
        stage.Note("redis", $"{fault} for {forMs:F0} ms");
        TroubledAtMs = stage.NowMs;
        switch (fault)
        {
            case RedisFault.Down:
                GoDown();
                stage.After(forMs, ComeUp);
                break;
            case RedisFault.RestartEmpty:
                GoDown();
                Flush();
                stage.After(forMs, ComeUp);
                break;
            case RedisFault.Flush:
                Flush();
                break;
            case RedisFault.Frozen:
                frozen = true;
                connections.ForEach(connection => Silence(connection));
                stage.After(forMs, () => { frozen = false; GoOn(); });
                break;
            case RedisFault.Full:
                full = true;
                stage.After(forMs, () => { full = false; TroubledAtMs = stage.NowMs; });
                break;
            case RedisFault.Slow:
                slowMs = stage.Between(20, 700);
                stage.After(forMs, () => { slowMs = 0; TroubledAtMs = stage.NowMs; });
                break;
        }
    }

    public void CutOff(SimNode node, double forMs)
    {
        if (node.Redis is { } connection && node.State != NodeState.Down)
        {
            stage.Note("redis", $"{node} cut off for {forMs:F0} ms");
            connection.CutOff = true;
            Silence(connection);
            stage.After(forMs, () => { connection.CutOff = false; GoOn(); });
        }
    }

    private void Flush()
    {
        stage.Checks.Flushed();
        Data.Flush();
        Readers.Flushed();
    }

    private void GoDown()
    {
        down = true;
        connections.ToList().ForEach(connection => Disconnect(connection, "connection reset"));
    }

    private void ComeUp()
    {
        down = false;
        connections.ForEach(connection => TryConnect(connection, stage.Between(20, 1_000)));
    }

    /// <summary>A frozen server or a dead path is noticed by its silence.</summary>
    private void Silence(RedisConnection connection)
    {
        var epoch = connection.Epoch;
        stage.After(stage.Between(1_000, Figures.RedisSilenceMs), () =>
        {
            if (connection.Epoch == epoch && (frozen || connection.CutOff))
            {
                Disconnect(connection, "silent");
            }
        });
    }

    private void GoOn()
    {
        ReleasedAtMs = stage.NowMs;
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
                else if (stage.Chance(0.6))
                {
                    ExecuteLate(connection, command);
                }
            }

            Readers.Wake();
            TryConnect(connection, stage.Between(20, 1_000));
        }
    }

    private void Disconnect(RedisConnection connection, string why)
    {
        if (!connection.Up)
        {
            return;
        }

        TroubledAtMs = stage.NowMs;
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

    private void TryConnect(RedisConnection connection, double afterMs) => stage.After(afterMs, () =>
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

        TroubledAtMs = stage.NowMs;
        connection.Up = true;
        connection.Epoch++;
        foreach (var watcher in connection.ConnectionWatchers)
        {
            Tell(connection, watcher, new RedisProtocol.Connected());
        }

        Readers.Connected(connection);
    });
}
