using System.Data.Common;
using JobLineage.Core.Alerts;
using JobLineage.Core.Runs;

namespace JobLineage.Dashboard.Live;

/// <summary>What became of something a person asked for.</summary>
/// <param name="IsGood">Whether it was done.</param>
/// <param name="Text">A sentence.</param>
public sealed record Said(bool IsGood, string Text);

/// <summary>
/// What can be done on the page of digests. Whoever may open pages may do it: circuits are opened by the same rules, and by no
/// other site's pages.
/// </summary>
/// <param name="mutes">The mutes.</param>
/// <param name="tests">The test messages; none without a channel.</param>
/// <param name="hub">Is told of what has changed.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Is told who did what.</param>
public sealed partial class DigestActions(
    IMutes mutes, IEnumerable<ITestMessages> tests, RunHub hub, TimeProvider time, ILogger<DigestActions> log)
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(366);

    /// <summary>Sends a test message.</summary>
    public Task<Said> TestAsync() => TryAsync(async () =>
    {
        if (tests.FirstOrDefault() is not { } test)
            return new(false, "No channel is configured.");
        if (await test.SendAsync(CancellationToken.None) is not { } outcome)
            return new(false, $"A test message was sent within the last {TestMessages.Pause.TotalSeconds:0} s; wait a moment.");
        LogTest(outcome.Result, outcome.Detail);
        var detail = outcome.Detail is { } said ? $": {said}" : ".";
        return outcome.Result switch
        {
            SendResult.Accepted => new(true, $"Accepted{(outcome.ProviderId is { } id ? $" as {id}" : "")}{detail}"),
            SendResult.Rejected => new(false, $"Rejected{detail}"),
            SendResult.NotSent => new(false, $"Not sent, and may be later{detail}"),
            _ => new(false, $"Delivery is uncertain{detail}"),
        };
    });

    /// <summary>Mutes a pipeline.</summary>
    public Task<Said> MuteAsync(KnownPipeline pipeline, DateTimeOffset until, string reason, string? by) => TryAsync(async () =>
    {
        var now = time.GetUtcNow();
        if (string.IsNullOrWhiteSpace(reason))
            return new(false, "Say why: whoever misses these failures will ask.");
        if (reason.Trim().Length > Core.Alerts.Mutes.ReasonLimit)
            return new(false, $"The reason has {reason.Trim().Length} characters; at most {Core.Alerts.Mutes.ReasonLimit} are kept.");
        if (by?.Trim().Length > Core.Alerts.Mutes.NameLimit)
            return new(false, $"The name has {by.Trim().Length} characters; at most {Core.Alerts.Mutes.NameLimit} are kept.");
        if (until <= now)
            return new(false, "The end is in the past.");
        if (until > now + Longest)
            return new(false, "The end is more than a year ahead.");
        var answer = await mutes.MuteAsync(pipeline, until, reason, by, CancellationToken.None);
        if (answer == MuteAnswer.Muted)
            LogMuted(pipeline.Worker, pipeline.Source, until);
        return answer switch
        {
            MuteAnswer.Muted => new(true, "Muted."),
            MuteAnswer.IsMutedAlready => new(false, "This pipeline is muted already; unmute it first."),
            _ => new(false, "There is no such pipeline."),
        };
    });

    /// <summary>Ends a mute.</summary>
    public Task<Said> UnmuteAsync(Mute mute) => TryAsync(async () =>
    {
        if (!await mutes.EndAsync(mute.Id, null, CancellationToken.None))
            return new(false, "It had ended already.");
        LogUnmuted(mute.Pipeline, mute.Source);
        return new(true, "Unmuted.");
    });

    private async Task<Said> TryAsync(Func<Task<Said>> action)
    {
        try
        {
            var said = await action();
            DigestComponent.Announce(hub);
            return said;
        }
        catch (Exception e) when (e is DbException or TimeoutException)
        {
            LogStore(e);
            return new(false, "The store does not answer; nothing was done.");
        }
    }

    [LoggerMessage(621, LogLevel.Information, "A test message was sent by hand: {Result} {Detail}")]
    private partial void LogTest(SendResult result, string? detail);

    [LoggerMessage(622, LogLevel.Information, "Failures of {Pipeline} of {Source} are muted until {Until}")]
    private partial void LogMuted(string pipeline, string source, DateTimeOffset until);

    [LoggerMessage(623, LogLevel.Information, "Failures of {Pipeline} of {Source} are muted no more")]
    private partial void LogUnmuted(string pipeline, string source);

    [LoggerMessage(624, LogLevel.Warning, "The store does not answer")]
    private partial void LogStore(Exception e);
}
