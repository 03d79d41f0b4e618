using Microsoft.Extensions.Logging;

namespace JobLineage.Tests.Support;

/// <summary>Counts the statements that a data source sends, by what the driver logs when one has been carried out.</summary>
internal sealed class StatementCount : ILoggerFactory
{
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public ILogger CreateLogger(string categoryName) => new Counter(categoryName == "Npgsql.Command" ? this : null);

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }

    private sealed class Counter(StatementCount? of) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => of is not null && logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                Interlocked.Increment(ref of!._count);
        }
    }
}
