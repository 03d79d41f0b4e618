using System.Globalization;
using System.Text.Json;
using Dapper;
using JobLineage.Dashboard.Demo.Oban;

namespace JobLineage.Dashboard.Demo.Pipelines;

/// <summary>
/// Directs the incident, again and again: starts a sync, pauses the detail queue in mid-way, has somebody retry a few
/// failures by hand, waits until nothing moves, and leaves it to be looked at.
/// </summary>
internal sealed class IncidentStory(ObanSystem oban, DemoOptions options, string seed, ILogger logger)
{
    private const string DetailQueue = "scraper_detail";
    private const int DiscardsBeforeRetry = 600;
    private const int RetriedByHand = 25;

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    // Longer than any backoff. What waits longer is not waited for: it was snoozed or told to come back in an hour.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(45);

    private readonly TaskCompletionSource<(long RootId, string Sync)> _firstAtRest = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends with the first incident's root once it has come to rest.</summary>
    public Task<(long RootId, string Sync)> FirstAtRest => _firstAtRest.Task;

    public async Task RunAsync(CancellationToken cancellation)
    {
        await oban.Clock.Delay(TimeSpan.FromSeconds(3), cancellation);
        Task<T> Surely<T>(string what, Func<Task<T>> body) => DemoLoop.SurelyAsync(what, body, oban.Clock, logger, cancellation);
        while (true)
        {
            var run = await Surely("next run", () => DemoState.NextRunAsync(oban.Database, cancellation));
            var sync = string.Create(CultureInfo.InvariantCulture, $"kk-{oban.Clock.Now:yyyy-MM-dd}-{run}-{new Dice(seed).Next(1000)}");
            var root = (await Surely("begin run", () => oban.InsertAsync([KinoKrakowPages.Root(sync)], cancellation)))[0];
            DemoLog.RunBegan(logger, run, root);
            await PlayAsync(sync, cancellation);
            _firstAtRest.TrySetResult((root, sync));
            DemoLog.RunAtRest(logger, run, options.Rest);
            await oban.Clock.DelayReal(options.Rest, cancellation);
        }
    }

    private async Task PlayAsync(string sync, CancellationToken cancellation)
    {
        Task<T> Surely<T>(string what, Func<Task<T>> body) => DemoLoop.SurelyAsync(what, body, oban.Clock, logger, cancellation);
        var details = 0;
        var discards = 0;
        var retried = false;
        void Watch(ObanJob job, Outcome outcome)
        {
            if (job.Text("sync") != sync)
                return;
            if (job.Worker == WorkerNames.MovieDetail && outcome is Outcome.Completed && Interlocked.Increment(ref details) == IncidentPlan.DetailsBeforePause)
                PauseDetails();
            if (job.Worker == WorkerNames.Showtime && outcome is Outcome.Failed && job.Attempt >= job.MaxAttempts)
                Interlocked.Increment(ref discards);
        }

        // Somebody has looked at the last incident and let the queue run again.
        foreach (var queue in oban.Queue(DetailQueue))
            queue.Resume();
        foreach (var queue in ObanNodes.Queues.Select(queue => queue.Name).Distinct().SelectMany(oban.Queue))
            queue.Performed += Watch;
        try
        {
            do
            {
                await oban.Clock.Delay(Look, cancellation);
                if (!retried && Volatile.Read(ref discards) >= DiscardsBeforeRetry)
                {
                    retried = true;
                    await Surely("retry by hand", () => RetryAsync(sync, cancellation));
                }
            }
            while (await Surely("look whether it moves", () => IsMovingAsync(sync, cancellation)));
        }
        finally
        {
            foreach (var queue in ObanNodes.Queues.Select(queue => queue.Name).Distinct().SelectMany(oban.Queue))
                queue.Performed -= Watch;
        }
    }

    private void PauseDetails()
    {
        foreach (var queue in oban.Queue(DetailQueue))
            queue.Pause();
        DemoLog.QueuePaused(logger, DetailQueue);
    }

    private async Task<int> RetryAsync(string sync, CancellationToken cancellation)
    {
        var count = await RetryJobs.RunAsync(oban.Database, oban.Clock, WorkerNames.Showtime, sync, RetriedByHand, cancellation);
        count += await RetryJobs.RunAsync(oban.Database, oban.Clock, WorkerNames.MoviePage, sync, 1, cancellation);
        oban.Wake(["scraper", "scraper_index"]);
        DemoLog.Retried(logger, count);
        return count;
    }

    private async Task<bool> IsMovingAsync(string sync, CancellationToken cancellation)
    {
        const string sql =
            """
            select exists (
                select from oban_jobs
                where (   (state in ('available', 'executing') and queue <> @paused)
                       or (state in ('scheduled', 'retryable') and scheduled_at < @soon::timestamp and queue <> @paused))
                  and (args @> @args::jsonb or worker in (@enrichment, @notify)))
            """;
        var parameters = new
        {
            paused = DetailQueue,
            soon = oban.Clock.NaiveNow + oban.Clock.Scale(Soon),
            args = JsonSerializer.Serialize(new { sync }),
            enrichment = WorkerNames.Enrichment,
            notify = WorkerNames.Notify,
        };
        await using var connection = await oban.Database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(sql, parameters, commandTimeout: 30, cancellationToken: cancellation));
    }
}
