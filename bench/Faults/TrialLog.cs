using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace JobLineage.Bench.Faults;

/// <summary>What happened in a trial, with seconds since its start: told when it fails.</summary>
public sealed class TrialLog : ILoggerFactory
{
    private const int Most = 400;

    private readonly ConcurrentQueue<string> lines = new();
    private readonly long started = Stopwatch.GetTimestamp();

    /// <summary>Since the start.</summary>
    public TimeSpan Now => Stopwatch.GetElapsedTime(started);

    /// <summary>All that is remembered.</summary>
    public IEnumerable<string> Lines => lines;

    /// <summary>Remembers a line.</summary>
    public void Add(string line)
    {
        lines.Enqueue(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Now.TotalSeconds,8:0.000} {line}"));
        while (lines.Count > Most)
            lines.TryDequeue(out _);
    }

    /// <inheritdoc />
    public ILogger CreateLogger(string categoryName) => new Logger(this);

    /// <inheritdoc />
    public void AddProvider(ILoggerProvider provider)
    {
    }

    /// <inheritdoc />
    public void Dispose()
    {
    }

    private sealed class Logger(TrialLog log) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log.Add($"{logLevel} {formatter(state, exception)}{(exception is null ? "" : $" [{exception.GetType().Name}: {exception.Message.Split('\n')[0]}]")}");
    }
}
