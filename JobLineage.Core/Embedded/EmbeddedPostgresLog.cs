using Microsoft.Extensions.Logging;

namespace JobLineage.Core.Embedded;

internal static partial class EmbeddedPostgresLog
{
    [LoggerMessage(1001, LogLevel.Information, "Private PostgreSQL {Version} is ready on 127.0.0.1:{Port}, data in {Folder}")]
    public static partial void Started(ILogger logger, int version, int port, string folder);

    [LoggerMessage(1002, LogLevel.Information, "Making a private PostgreSQL cluster in {Folder}")]
    public static partial void Initializing(ILogger logger, string folder);

    [LoggerMessage(1003, LogLevel.Warning, "A private PostgreSQL (process {Pid}) was left running by a program that was killed; it is stopped and started again")]
    public static partial void OrphanFound(ILogger logger, int pid);

    [LoggerMessage(1004, LogLevel.Warning, "The private PostgreSQL in {Folder} was not stopped in order; it recovers what was committed")]
    public static partial void RecoveringFrom(ILogger logger, string folder);

    [LoggerMessage(1005, LogLevel.Information, "Private PostgreSQL is stopped")]
    public static partial void Stopped(ILogger logger);

    [LoggerMessage(1007, LogLevel.Error, "The private PostgreSQL died; it is started again")]
    public static partial void Died(ILogger logger);

    [LoggerMessage(1008, LogLevel.Warning, "The private PostgreSQL runs again on 127.0.0.1:{Port}")]
    public static partial void Restarted(ILogger logger, int port);

    [LoggerMessage(1009, LogLevel.Error, "The private PostgreSQL could not be started again; the next attempt is in {Seconds} s. {Why}")]
    public static partial void RestartFailed(ILogger logger, double seconds, string why);

    [LoggerMessage(1006, LogLevel.Warning, "The private PostgreSQL could not be stopped; the next start will do so")]
    public static partial void StopFailed(ILogger logger, Exception exception);
}
