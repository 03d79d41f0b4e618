using JobLineage.Core.Alerts;
using Microsoft.Extensions.Logging;

namespace JobLineage.Bench.Digest;

/// <summary>Hears that it was written down that a digest was taken over.</summary>
internal sealed class TrialEar(TrialWorld world) : ILogger<DigestSender>
{
    private const int AcceptedEvent = 601;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        world.Log.Add(formatter(state, exception));
        if (eventId.Id == AcceptedEvent && state is IEnumerable<KeyValuePair<string, object?>> values)
            world.Accepted((long)values.First(v => v.Key == "Digest").Value!);
    }
}
