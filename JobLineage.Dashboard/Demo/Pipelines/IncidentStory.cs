using System.Globalization;
using System.Text.Json;
using Dapper;
using JobLineage.Dashboard.Demo.Oban;
using JobLineage.Dashboard.Live;

namespace JobLineage.Dashboard.Demo.Pipelines;

/// <summary>
/// Directs the incident, again and again: starts a sync, pauses the detail queue in mid-way, has somebody retry a few
/// failures by hand, waits until nothing moves, leaves it to be looked at, and heals it.
/// </summary>
internal sealed class IncidentStory(ObanSystem oban, DemoOptions options, string seed, DemoStage stage, ILogger logger)
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
        Task<T> Surely<T>(string what, Func<Task<T>> body) => DemoLoop.SurelyAsync(what, body, oban.Clock, logger, cancellation);
        if (await Surely("opening", () => DemoState.TakeOpeningAsync(oban.Database, cancellation)) is { } opening)
        {
            var root = await Surely("root of the opening", () => RootAsync(opening, cancellation));
            await OneAsync(0, root, opening, isOpening: true, cancellation);
        }
        else
        {
            await oban.Clock.Delay(TimeSpan.FromSeconds(3), cancellation);
        }

        while (true)
        {
            var run = await Surely("next run", () => DemoState.NextRunAsync(oban.Database, cancellation));
            var sync = string.Create(CultureInfo.InvariantCulture, $"kk-{oban.Clock.Now:yyyy-MM-dd}-{run}-{new Dice(seed).Next(1000)}");
            var root = (await Surely("begin run", () => oban.InsertAsync([KinoKrakowPages.Root(sync)], cancellation)))[0];
            DemoLog.RunBegan(logger, run, root);
            await OneAsync(run, root, sync, isOpening: false, cancellation);
        }
    }

    /// <summary>An incident from its beginning, or from its middle, to its end.</summary>
    private async Task OneAsync(int run, long root, string sync, bool isOpening, CancellationToken cancellation)
    {
        stage.Tell(
            isOpening ? "Simulated queues. Somebody paused scraper_detail a few minutes ago, so showtimes fail by the hundred; nobody serves google_lookup. It heals by itself in some minutes."
                : "Simulated queues. A new sync has begun; in a minute somebody pauses scraper_detail, and showtimes begin to fail.",
            canHeal: true);
        await PlayAsync(sync, isOpening, cancellation);
        if (stage.Wish == DemoWish.None)
        {
            _firstAtRest.TrySetResult((root, sync));
            DemoLog.RunAtRest(logger, run, options.Rest);
            stage.Tell("Simulated queues. scraper_detail is still paused and the incident has come to rest. It heals by itself in some minutes.", canHeal: true);
            await RestAsync(options.Rest, cancellation);
        }

        // A new incident begins with the last one mended, whoever wished for it.
        var isNextWished = stage.Take() == DemoWish.Restart;
        var count = await DemoLoop.SurelyAsync("heal", () => HealAsync(sync, cancellation), oban.Clock, logger, cancellation);
        DemoLog.RunHealed(logger, run, count, options.Calm);
        stage.Tell("Simulated queues. The incident is over: the queues run again, and what had failed was retried. The next one begins in some minutes.", canHeal: false);
        if (!isNextWished)
            await RestAsync(options.Calm, cancellation);
        stage.Take();
        oban.Script.IsHealed = false;
        foreach (var queue in oban.Queue(ObanNodes.Lookup))
            queue.Pause();
    }

    /// <summary>Waits so long in real time, or until a visitor wishes for something.</summary>
    private async Task RestAsync(TimeSpan span, CancellationToken cancellation)
    {
        var until = oban.Clock.Now + span;
        while (oban.Clock.Now < until && stage.Wish == DemoWish.None)
            await oban.Clock.DelayReal(TimeSpan.FromMilliseconds(250), cancellation);
    }

    private async Task PlayAsync(string sync, bool isOpening, CancellationToken cancellation)
    {
        Task<T> Surely<T>(string what, Func<Task<T>> body) => DemoLoop.SurelyAsync(what, body, oban.Clock, logger, cancellation);
        var details = 0;
        // Most of an opening's have been: somebody retries a few of them at once.
        var discards = isOpening ? DiscardsBeforeRetry : 0;
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
        if (isOpening)
            PauseDetails();
        else
            Resume(DetailQueue);
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
            while (stage.Wish == DemoWish.None && await Surely("look whether it moves", () => IsMovingAsync(sync, cancellation)));
        }
        finally
        {
            foreach (var queue in ObanNodes.Queues.Select(queue => queue.Name).Distinct().SelectMany(oban.Queue))
                queue.Performed -= Watch;
        }
    }

    /// <summary>Somebody mends it: the queues run, and all that failed or waits for an hour is retried.</summary>
    private async Task<int> HealAsync(string sync, CancellationToken cancellation)
    {
        oban.Script.IsHealed = true;
        var count = await RetryJobs.AllAsync(oban.Database, oban.Clock, sync, [WorkerNames.Enrichment, WorkerNames.Notify], cancellation);
        Resume(DetailQueue);
        Resume(ObanNodes.Lookup);
        oban.Wake(ObanNodes.Queues.Select(queue => queue.Name).Distinct());
        return count;
    }

    private void Resume(string name)
    {
        foreach (var queue in oban.Queue(name))
            queue.Resume();
    }

    private async Task<long> RootAsync(string sync, CancellationToken cancellation)
    {
        await using var connection = await oban.Database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            "select min(id) from oban_jobs where worker = @worker and args @> @args::jsonb",
            new { worker = WorkerNames.Sync, args = JsonSerializer.Serialize(new { sync }) }, commandTimeout: 30, cancellationToken: cancellation));
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
