namespace Trader.Redis.Tests.Support;

/// <summary>A sink that keeps everything.</summary>
public sealed class StreamRecorder
{
    public StreamRecorder() => Sink = new StreamSink(
        (entries, _) =>
        {
            foreach (StreamEntry entry in entries)
            {
                Entries.Add(entry);
            }

            return ValueTask.CompletedTask;
        },
        Notices.Add,
        States.Add);

    public Recorder<StreamEntry> Entries { get; } = new();

    public Recorder<StreamNotice> Notices { get; } = new();

    public Recorder<RedisLinkState> States { get; } = new();

    public StreamSink Sink { get; }

    /// <summary>The values of field <c>n</c> of the next entries.</summary>
    public async Task<IEnumerable<string>> Values(int count) =>
        (await Entries.Take(count)).Select(e => e.TryField("n", out string n) ? n : "no n");

    /// <summary>The next entry whose field <c>n</c> has this value.</summary>
    public Task<StreamEntry> Entry(string value) => Entries.Next(e => e.TryField("n", out string n) && n == value);

    public Task<StreamNotice> Notice(StreamNoticeKind kind) => Notices.Next(n => n.Kind == kind);
}
