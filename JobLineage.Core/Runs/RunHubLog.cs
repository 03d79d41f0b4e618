using Microsoft.Extensions.Logging;

namespace JobLineage.Core.Runs;

internal static partial class RunHubLog
{
    [LoggerMessage(3101, LogLevel.Warning, "Reading {Name} from the store failed; viewers keep the last known state, and it is tried again")]
    public static partial void ReadingFailed(ILogger logger, string name, Exception exception);

    [LoggerMessage(3102, LogLevel.Warning, "Asking the store for the versions of {Runs} watched runs failed; it is asked again")]
    public static partial void VersionsFailed(ILogger logger, int runs, Exception exception);

    [LoggerMessage(3103, LogLevel.Information, "The store answers again")]
    public static partial void Recovered(ILogger logger);
}
