using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;

namespace JobLineage.Tests.Support;

/// <summary>Exports in memory: a run, and jobs that are made as they are asked for.</summary>
internal sealed class FakeExports : IRunExports
{
    private readonly ConcurrentQueue<JobSelection> asked = new();
    private int open;

    public RunSnapshot? Run { get; set; } = SomeRuns.Run();

    public Func<CancellationToken, IAsyncEnumerable<ExportedJob>> Jobs { get; set; } = _ => SomeExports.Jobs(3);

    public IReadOnlyList<JobSelection> Asked => [.. asked];

    /// <summary>Exports that were opened and not disposed of.</summary>
    public int Open => Volatile.Read(ref open);

    public Exception? Failure { get; set; }

    public Task<RunExport?> OpenAsync(JobSelection selection, CancellationToken cancellation)
    {
        if (Failure is not null)
            return Task.FromException<RunExport?>(Failure);
        asked.Enqueue(selection);
        if (Run is null)
            return Task.FromResult<RunExport?>(null);
        Interlocked.Increment(ref open);
        return Task.FromResult<RunExport?>(new(Run, selection, Jobs(cancellation), new Held(() => Interlocked.Decrement(ref open))));
    }

    private sealed class Held(Action end) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            end();
            return ValueTask.CompletedTask;
        }
    }
}

/// <summary>A statement in memory.</summary>
internal sealed class FakeSql : IRunSql
{
    private readonly ConcurrentQueue<JobSelection> asked = new();

    public RunSql? Answer { get; set; } = new("select *\nfrom \"public\".\"oban_jobs\";", ["A note."]);

    public IReadOnlyList<JobSelection> Asked => [.. asked];

    public Task<RunSql?> FindAsync(JobSelection selection, CancellationToken cancellation)
    {
        asked.Enqueue(selection);
        return Task.FromResult(Answer);
    }
}

/// <summary>Small valid examples of exports.</summary>
internal static class SomeExports
{
    public static readonly JobSelection Whole = new() { Source = "oban", RootId = "1" };

    public static ExportedJob Job(string id, string? args = "{}") => new(
        new()
        {
            Source = "oban",
            Id = id,
            ParentId = "1",
            State = JobState.Completed,
            Worker = "App.MoviePageJob",
            Queue = "scraper",
            Attempt = 1,
            MaxAttempts = 3,
            InsertedAt = SomeRuns.Noon,
            ScheduledAt = SomeRuns.Noon,
            AttemptedAt = SomeRuns.Noon.AddSeconds(5),
            FinishedAt = SomeRuns.Noon.AddSeconds(8.25),
            Args = args,
        },
        "SyncJob/MoviePageJob");

    public static async IAsyncEnumerable<ExportedJob> Of(IEnumerable<ExportedJob> jobs, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await Task.CompletedTask;
        foreach (var job in jobs)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return job;
        }
    }

    public static IAsyncEnumerable<ExportedJob> Jobs(int count) => Of(Enumerable.Range(1, count).Select(n => Job($"{n}")));

    public static RunExport Export(params ExportedJob[] jobs) => new(SomeRuns.Run(), Whole, Of(jobs));
}
