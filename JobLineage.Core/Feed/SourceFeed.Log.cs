using Microsoft.Extensions.Logging;

namespace JobLineage.Core.Feed;

/// <content>What a feed tells operators.</content>
public sealed partial class SourceFeed
{
    [LoggerMessage(301, LogLevel.Error, "Source {Source}: {Problem}")]
    private partial void LogMisconfigured(string source, string problem);

    [LoggerMessage(302, LogLevel.Warning, "Source {Source}: reading failed; trying again in {Seconds} s. {Problem}")]
    private partial void LogLost(string source, double seconds, string problem, Exception? e);

    [LoggerMessage(303, LogLevel.Information, "Source {Source}: read to the end, {Rows} rows")]
    private partial void LogBackfilled(string source, long rows);

    [LoggerMessage(304, LogLevel.Information, "Source {Source}: reconciliation looked at {Different} jobs again; {Repaired} had changed, {Gone} had left the source")]
    private partial void LogReconciled(string source, int different, int repaired, int gone);

    [LoggerMessage(305, LogLevel.Warning, "Source {Source}: the status could not be written")]
    private partial void LogUntold(string source, Exception e);

    [LoggerMessage(306, LogLevel.Warning, "Source {Source}: state '{Word}' is not a state this version knows; its rows are passed over")]
    private partial void LogUnknownState(string source, string word);

    [LoggerMessage(321, LogLevel.Information, "Source {Source}: its mapping is another one than the stored jobs were read by; everything is read anew")]
    private partial void LogRereading(string source);

    [LoggerMessage(323, LogLevel.Warning, "Source {Source}: how job {Id} ended is not known, for the last image of its row can't be read. {Problem}")]
    private partial void LogImageRefused(string source, string id, string problem);

    [LoggerMessage(307, LogLevel.Information, "Source {Source}: followed by its trigger")]
    private partial void LogLive(string source);

    [LoggerMessage(308, LogLevel.Warning, "Source {Source}: its trigger is gone; followed by polling")]
    private partial void LogTriggerGone(string source);

    [LoggerMessage(309, LogLevel.Warning, "Source {Source}: not followed by its trigger: {Obstacle}")]
    private partial void LogNotListening(string source, string obstacle);

    [LoggerMessage(310, LogLevel.Warning, "Source {Source}: the trigger's log may be incomplete (emptied, rewritten, or the trigger was away); everything is compared")]
    private partial void LogIncomplete(string source);

    [LoggerMessage(314, LogLevel.Warning, "Source {Source}: {Jobs} jobs were changed past the trigger or its log (found by polling); everything is compared")]
    private partial void LogPastTrigger(string source, int jobs);

    [LoggerMessage(322, LogLevel.Warning, "Source {Source}: could not be read. {Problem}")]
    private partial void LogNotRead(string source, string problem, Exception? e);
}
