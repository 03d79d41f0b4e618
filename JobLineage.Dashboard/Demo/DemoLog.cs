namespace JobLineage.Dashboard.Demo;

/// <summary>What the demo says in the log.</summary>
internal static partial class DemoLog
{
    [LoggerMessage(EventId = 9001, Level = LogLevel.Information, Message = "Demo: run {Run} has begun with SyncJob {RootId}")]
    public static partial void RunBegan(ILogger logger, int run, long rootId);

    [LoggerMessage(EventId = 9002, Level = LogLevel.Information, Message = "Demo: queue {Queue} is paused now; nothing in the database says so")]
    public static partial void QueuePaused(ILogger logger, string queue);

    [LoggerMessage(EventId = 9003, Level = LogLevel.Information, Message = "Demo: somebody retried {Count} discarded jobs by hand")]
    public static partial void Retried(ILogger logger, int count);

    [LoggerMessage(EventId = 9004, Level = LogLevel.Information, Message = "Demo: run {Run} has come to rest; it heals in {Rest}")]
    public static partial void RunAtRest(ILogger logger, int run, TimeSpan rest);

    [LoggerMessage(EventId = 9008, Level = LogLevel.Information, Message = "Demo: run {Run} is healed: {Count} jobs were retried; the next begins in {Calm}")]
    public static partial void RunHealed(ILogger logger, int run, int count, TimeSpan calm);

    [LoggerMessage(EventId = 9005, Level = LogLevel.Debug, Message = "Demo: pruned {Rows} jobs")]
    public static partial void Pruned(ILogger logger, int rows);

    [LoggerMessage(EventId = 9006, Level = LogLevel.Warning, Message = "Demo: {What} failed and is tried again")]
    public static partial void DatabaseFailed(ILogger logger, string what, Exception error);

    [LoggerMessage(EventId = 9007, Level = LogLevel.Warning, Message = "Demo: {Worker} {JobId} was not performed to its end and is rescued later")]
    public static partial void PerformFailed(ILogger logger, string worker, long jobId, Exception error);
}
