using System.Globalization;
using Npgsql;

namespace JobLineage.Dashboard.Demo.Research;

/// <summary>The workers of research_jobs, their janitor, and what fills the queue.</summary>
internal sealed class ResearchSystem(NpgsqlDataSource database, DemoClock clock, string seed, ILogger logger)
{
    private const string Host = "research-1";

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan StaleAfter = TimeSpan.FromSeconds(40);

    private static readonly ChainFate[] Fates =
        [ChainFate.Completes, ChainFate.WorkerKilled, ChainFate.Completes, ChainFate.FeedDown, ChainFate.Completes];

    private static readonly (string Source, string JobType)[] Workers =
    [
        ("youtube", "search_song"), ("spotify", "match_song"), ("musicbrainz", "import_song"),
        ("apple", "refresh_catalog"), ("apple", "rebuild_index"),
    ];

    private readonly Dice _dice = new($"{seed}/research");
    private int _chains;

    public Task RunAsync(CancellationToken cancellation)
    {
        Func<CancellationToken, Task> Loop(string name, double seconds, Func<CancellationToken, Task> body) => stop =>
            DemoLoop.RunAsync(name, clock.Scale(TimeSpan.FromSeconds(seconds), Tick), () => body(stop), clock, logger, stop);
        var stale = clock.Scale(StaleAfter, TimeSpan.FromSeconds(1));
        return DemoLoop.TogetherAsync(
            cancellation,
            [
                .. Workers.Select((worker, number) => Loop(
                    $"research {worker.Source}", 2, stop => WorkAsync(worker.Source, worker.JobType, 3246 + number, stop))),
                Loop("research janitor", 10, stop => ResearchStatements.ReapAsync(database, clock, stale, stop)),
                Loop("research songs", 4, stop => ResearchStatements.EnqueueAsync(database, clock, SongJobs.New(_dice), stop)),
                Loop("research chains", 240, StartChainAsync),
            ]);
    }

    private async Task StartChainAsync(CancellationToken cancellation)
    {
        // The unique index on a step's target allows one chain at a time; by then the last one has ended or died.
        var key = AppleChain.Key(clock.Now, Fates[_chains % Fates.Length]);
        if (await ResearchStatements.EnqueueAsync(database, clock, AppleChain.First(key), cancellation) is not null)
            _chains++;
    }

    private async Task WorkAsync(string source, string jobType, int process, CancellationToken cancellation)
    {
        var by = string.Create(CultureInfo.InvariantCulture, $"{Host}:{process}:{source}.{jobType}");
        while (await ResearchStatements.ClaimAsync(database, clock, source, jobType, by, cancellation) is { } job)
        {
            var performance = source == "apple" ? AppleChain.Perform(job) : SongJobs.Perform(job);
            await clock.Delay(performance.Takes, cancellation);
            await EndAsync(job, performance, cancellation);
        }
    }

    private async Task EndAsync(ResearchJob job, ResearchPerformance performance, CancellationToken cancellation)
    {
        switch (performance.End)
        {
            case ResearchEnd.Done done:
                var next = performance.Next is { } row ? await ResearchStatements.EnqueueAsync(database, clock, row, cancellation) : null;
                await ResearchStatements.DoneAsync(database, clock, job.Id, done.Result(next), cancellation);
                break;
            case ResearchEnd.Failed failed when job.Attempts < job.MaxAttempts:
                await ResearchStatements.RetryAsync(database, clock, job.Id, failed.Error, failed.RetryAfter, cancellation);
                break;
            case ResearchEnd.Failed failed:
                await ResearchStatements.DeadAsync(database, clock, job.Id, failed.Error, cancellation);
                break;
            case ResearchEnd.Dead dead:
                await ResearchStatements.DeadAsync(database, clock, job.Id, dead.Error, cancellation);
                break;
            case ResearchEnd.Killed:
                break;
            default:
                throw new InvalidOperationException($"{performance.End} is not an end this worker knows.");
        }
    }
}
