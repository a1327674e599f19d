using Microsoft.Extensions.Logging;

namespace Trader.Hosting.Logging;

/// <summary>Warnings and errors of the web server as documented lines.</summary>
public sealed class LineLoggerProvider(LineLogger lines) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new Category(lines, categoryName);

    public void Dispose()
    {
    }

    private sealed class Category(LineLogger lines, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Warning and < LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            // The server logs a start that fails before it throws; the process says it in its own one line.
            if (IsEnabled(logLevel) && !name.StartsWith("Microsoft.Extensions.Hosting", StringComparison.Ordinal)
                && name != "Microsoft.AspNetCore.Hosting.Diagnostics")
            {
                var level = logLevel switch
                {
                    LogLevel.Warning => LineLevel.Warning,
                    LogLevel.Critical => LineLevel.Critical,
                    _ => LineLevel.Error,
                };
                lines.Log(level, LineLogger.NodeTag, $"{name}: {formatter(state, exception)}", exception);
            }
        }
    }
}
