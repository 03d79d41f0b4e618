using System.Text.Encodings.Web;
using JobLineage.Core.Store;
using JobLineage.Dashboard.Security;

namespace JobLineage.Dashboard.Hosting;

/// <summary>
/// While this replica brings the store up to date, which locks all that pages read, they say so and how far it is instead of waiting until they fail.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class StoreUpgrade(TimeProvider time)
{
    private const string RetrySeconds = "2";

    private const int BarWidth = 20;

    private volatile Running? running;

    /// <summary>Where it is; null: nowhere, it is not running.</summary>
    /// <param name="progress">The step that begins; null when it has ended.</param>
    public void Tell(MigrationProgress? progress) => running = progress is null ? null : new(progress, running?.Began ?? time.GetUtcNow());

    /// <summary>A sentence for whoever waits; null while there is nothing to wait for.</summary>
    public string? Sentence => running is { } now
        ? $"The store is brought up to date by this version: {now.Progress}, {Format.Duration(time.GetUtcNow() - now.Began)} so far. Nothing is read or shown until that is done."
        : null;

    /// <summary>A line for a terminal, one for each step.</summary>
    public static string Bar(MigrationProgress progress)
    {
        var done = (progress.Step - 1) * BarWidth / progress.Steps;
        return $"Bringing the store up to date [{new string('#', done)}{new string('.', BarWidth - done)}] {progress}";
    }

    /// <summary>Answers for what would wait.</summary>
    public static void Use(WebApplication app) => app.Use(async (context, next) =>
    {
        var upgrade = context.RequestServices.GetRequiredService<StoreUpgrade>();
        if (upgrade.running is not { Progress: var progress } || upgrade.Sentence is not { } sentence || RequestKinds.IsHealth(context.Request))
        {
            await next(context);
            return;
        }

        context.Response.Headers.RetryAfter = RetrySeconds;
        if (RequestKinds.IsApi(context.Request))
        {
            await Refusal.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, sentence);
            return;
        }

        context.Response.Headers["Refresh"] = RetrySeconds;
        await PlainPage.Show("Updating the store", FormattableString.Invariant($"""
            <h1>Job Lineage</h1>
            <p role="status">{HtmlEncoder.Default.Encode(sentence)}</p>
            <p><progress value="{progress.Step - 1}" max="{progress.Steps}" aria-label="Steps done"></progress></p>
            <p>This page tries again by itself.</p>
            """), StatusCodes.Status503ServiceUnavailable).ExecuteAsync(context);
    });

    private sealed record Running(MigrationProgress Progress, DateTimeOffset Began);
}
