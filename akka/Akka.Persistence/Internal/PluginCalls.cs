using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.Pattern;

namespace Akka.Persistence.Internal;

/// <summary>
/// The asynchronous calls of one plugin actor. Every call ends exactly once, on the actor's own thread: with its result,
/// with what it threw, by <c>circuit-breaker.call-timeout</c>, or because the actor ends. After too many failures in a
/// row calls fail without being made, until one that is let through after a while succeeds.
/// </summary>
internal sealed class PluginCalls
{
    private readonly IActorRef _self;
    private readonly IScheduler _scheduler;
    private readonly int _maxFailures;
    private readonly TimeSpan _callTimeout;
    private readonly TimeSpan _resetTimeout;
    private readonly HashSet<Call> _running = [];
    private int _failures;
    private TimeSpan _openedAt;
    private bool _tried;

    internal PluginCalls(IActorContext context, Config config)
    {
        _self = context.Self;
        _scheduler = context.System.Scheduler;
        _maxFailures = config.GetInt("circuit-breaker.max-failures");
        _callTimeout = config.GetTimeSpan("circuit-breaker.call-timeout", null, false);
        _resetTimeout = config.GetTimeSpan("circuit-breaker.reset-timeout", null, false);
    }

    private bool IsOpen => _failures >= _maxFailures;

    /// <summary>Makes a call that the breaker guards.</summary>
    internal void Run<T>(Func<Task<T>> body, Action<T> success, Action<Exception> failure)
    {
        if (IsOpen)
        {
            if (_tried || _scheduler.MonotonicClock - _openedAt < _resetTimeout)
            {
                failure(new OpenCircuitException());
                return;
            }

            _tried = true;
        }

        var call = Start(
            body,
            result =>
            {
                (_failures, _tried) = (0, false);
                success(result);
            },
            cause =>
            {
                (_failures, _tried, _openedAt) = (Math.Min(_failures + 1, _maxFailures), false, _scheduler.MonotonicClock);
                failure(cause);
            });
        if (call is not null)
        {
            call.Limit = _scheduler.ScheduleTellOnceCancelable(_callTimeout, _self, new Late(call), _self);
        }
    }

    /// <inheritdoc cref="Run{T}"/>
    internal void Run(Func<Task> body, Action success, Action<Exception> failure) => Run(
        () => Finish(body()), (bool _) => success(), failure);

    /// <summary>Makes a call that may take any time and fail without being counted.</summary>
    internal void RunUnguarded(Func<Task> body, Action success, Action<Exception> failure) => Start(
        () => Finish(body()), (bool _) => success(), failure);

    /// <summary>Handles what ends calls; false for other messages.</summary>
    internal bool Handle(object message)
    {
        switch (message)
        {
            case Ended ended:
                End(ended.Call, ended.Call.Outcome!);
                return true;
            case Late late:
                End(late.Call, () => late.Call.Failed(new TimeoutException(FormattableString.Invariant(
                    $"Execution did not complete within the time allotted {_callTimeout.TotalMilliseconds} ms"))));
                return true;
            default:
                return false;
        }
    }

    /// <summary>Ends every call that is running: nobody may wait for an actor that is gone.</summary>
    internal void Abandon()
    {
        foreach (var call in _running.ToList())
        {
            End(call, () => call.Failed(new OperationCanceledException("The persistence plugin was stopped or restarted.")));
        }
    }

    private static async Task<bool> Finish(Task task)
    {
        await task.ConfigureAwait(false);
        return true;
    }

    private Call? Start<T>(Func<Task<T>> body, Action<T> success, Action<Exception> failure)
    {
        Task<T> task;
        try
        {
            task = body();
        }
        catch (Exception e)
        {
            // Plugins throw at once or later, as they like; both are a failed call.
            task = Task.FromException<T>(e);
        }

        if (task.IsCompleted)
        {
            OutcomeOf(task, success, failure)();
            return null;
        }

        var call = new Call(failure);
        _running.Add(call);
        task.ContinueWith(
            done =>
            {
                call.Outcome = OutcomeOf(done, success, failure);
                _self.Tell(new Ended(call), ActorRefs.NoSender);
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        return call;
    }

    private static Action OutcomeOf<T>(Task<T> task, Action<T> success, Action<Exception> failure)
    {
        if (task.IsCompletedSuccessfully)
        {
            var result = task.GetAwaiter().GetResult();
            return () => success(result);
        }

        Exception cause = task.Exception is { } thrown
            ? thrown.Flatten() is { InnerExceptions.Count: 1 } single ? single.InnerExceptions[0] : thrown
            : new OperationCanceledException("The call was canceled, possibly due to timing out.");
        return () => failure(cause);
    }

    private void End(Call call, Action outcome)
    {
        if (_running.Remove(call))
        {
            call.Limit?.Cancel();
            outcome();
        }
    }

    internal sealed class Call(Action<Exception> failed)
    {
        internal Action<Exception> Failed { get; } = failed;

        internal ICancelable? Limit { get; set; }

        internal Action? Outcome { get; set; }
    }

    private sealed record Ended(Call Call) : IPersistenceMessage, IDeadLetterSuppression;

    private sealed record Late(Call Call) : IPersistenceMessage, IDeadLetterSuppression;
}
