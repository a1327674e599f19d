using Akka.Actor;
using Akka.Event;
using Trader.Messages;

namespace Trader.Actors.PositionState;

/// <summary>Reading the account: about every second, and at once for a plan whose snapshot is too old.</summary>
public sealed partial class PositionStateActor
{
    private sealed record PollNow;

    private sealed record ReadTooLong(long ReadId);

    private sealed record LotsNow;

    private static readonly TimeSpan LotsEvery = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan LotsRetry = TimeSpan.FromSeconds(2);

    private long? reading;
    private TimeSpan readAskedAt;
    private long readAskedAtMs;
    private string lastReadTrouble = "";
    private bool lotsAsked;

    /// <summary>At the start plans wait for them: to deny what a moment later could be allowed helps nobody.</summary>
    private bool LotsAreComing => lotsAsked && book.Lots is null;

    private void ReceiveReading()
    {
        Receive<PollNow>(_ => Poll());
        Receive<ReadTooLong>(OnReadTooLong);
        Receive<LotsNow>(_ => AskForLots());
        Receive<ExchangeProtocol.PositionsRead>(OnPositions);
        Receive<ExchangeProtocol.PositionsNotRead>(OnNoPositions);
        Receive<ExchangeProtocol.MarketLotsRead>(OnLots);
        Receive<ExchangeProtocol.MarketLotsNotRead>(OnNoLots);
    }

    private void StartReading()
    {
        Timers.StartPeriodicTimer(nameof(PollNow), new PollNow(), TimeSpan.Zero, settings.PollEvery);
        AskForLots();
    }

    private void AskForLots()
    {
        lotsAsked = true;
        around.Exchange.Tell(new ExchangeProtocol.GetMarketLots(++readId));
    }

    private void Poll()
    {
        if (reading is null)
        {
            ReadAccount();
        }
    }

    private void ReadAccount()
    {
        reading = ++readId;
        (readAskedAt, readAskedAtMs) = (Now, around.NowMs);
        around.Exchange.Tell(new ExchangeProtocol.GetPositions(readId, Routine: true));
        Timers.StartSingleTimer(nameof(ReadTooLong), new ReadTooLong(readId), settings.ReadDeadline);
    }

    private void OnPositions(ExchangeProtocol.PositionsRead read)
    {
        if (reading != read.ReadId)
        {
            return;
        }

        lastReadTrouble = "";
        if (book.Take(read, readAskedAt, readAskedAtMs))
        {
            LookAtLedgers();
        }

        EndRead();
    }

    private void OnNoPositions(ExchangeProtocol.PositionsNotRead failed)
    {
        if (reading == failed.ReadId)
        {
            Trouble($"account not read: {failed.Fault}");
            EndRead();
        }
    }

    /// <summary>The answer may still come; it is passed over then, because the next question is out.</summary>
    private void OnReadTooLong(ReadTooLong late)
    {
        if (reading == late.ReadId)
        {
            Trouble("account not read: no answer in time");
            EndRead();
        }
    }

    private void EndRead()
    {
        Timers.Cancel(nameof(ReadTooLong));
        reading = null;
        Release();
    }

    private void Release()
    {
        if (reading is null && !LotsAreComing)
        {
            desk.ReadEnded();
            JudgeReady();
        }
    }

    private void OnLots(ExchangeProtocol.MarketLotsRead read)
    {
        lotsAsked = false;
        book.Take(read.Lots);
        Release();
        Timers.StartSingleTimer(nameof(LotsNow), new LotsNow(), LotsEvery);
    }

    private void OnNoLots(ExchangeProtocol.MarketLotsNotRead failed)
    {
        lotsAsked = false;
        Trouble($"step sizes not read: {failed.Fault}");
        Release();
        Timers.StartSingleTimer(nameof(LotsNow), new LotsNow(), LotsRetry);
    }

    /// <summary>Said once while it lasts.</summary>
    private void Trouble(string what)
    {
        if (what != lastReadTrouble)
        {
            lastReadTrouble = what;
            log.Warning("{0}", what);
        }
    }

    private void ShowAges()
    {
        var now = Now;
        if (book.Age(now) is { } age)
        {
            foreach (var symbol in watches.Keys)
            {
                around.Meter.Gauge("p33_snapshot_age_seconds", age.TotalSeconds, ("symbol", symbol.Value));
            }
        }

        ShowMismatch();
    }
}
