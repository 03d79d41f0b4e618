using System.Collections.Concurrent;
using JobLineage.Dashboard.Demo.Pipelines;
using Npgsql;

namespace JobLineage.Dashboard.Demo.Oban;

/// <summary>The nodes, their queues and the leader: everything that runs while Oban runs.</summary>
internal sealed class ObanSystem
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);

    private readonly ILookup<string, ObanQueue> _queues;
    private readonly ConcurrentDictionary<Task, byte> _performing = [];
    private readonly DemoOptions _options;
    private readonly ILogger _logger;

    public ObanSystem(NpgsqlDataSource database, DemoClock clock, DemoOptions options, PipelineScript script, ILogger logger)
    {
        Database = database;
        Clock = clock;
        _options = options;
        _logger = logger;
        Script = script;
        _queues = ObanNodes.Queues.Select(config => new ObanQueue(config, this, script, logger)).ToLookup(queue => queue.Name);
        foreach (var queue in _queues[ObanNodes.Lookup])
            queue.Pause();
    }

    public NpgsqlDataSource Database { get; }

    public DemoClock Clock { get; }

    /// <summary>What becomes of jobs.</summary>
    public PipelineScript Script { get; }

    /// <summary>The producers of a queue: one for each node that runs it.</summary>
    public IEnumerable<ObanQueue> Queue(string name) => _queues[name];

    /// <summary>Inserts jobs and wakes the queues that can run them at once.</summary>
    public async Task<IReadOnlyList<long>> InsertAsync(IReadOnlyList<NewObanJob> jobs, CancellationToken cancellation)
    {
        if (jobs.Count == 0)
            return [];
        var ids = await InsertJobs.RunAsync(Database, Clock, jobs, cancellation);
        Wake(jobs.Where(job => job.After <= TimeSpan.Zero).Select(job => job.Queue).Distinct());
        return ids;
    }

    /// <summary>Wakes queues by name; names that no node runs wake nobody.</summary>
    public void Wake(IEnumerable<string> names)
    {
        foreach (var queue in names.SelectMany(name => _queues[name]))
            queue.Wake();
    }

    /// <summary>Keeps a job's work in sight, so that stopping waits for it.</summary>
    public void Track(Task work)
    {
        _performing[work] = 0;
        _ = work.ContinueWith(done => _performing.TryRemove(done, out _), TaskScheduler.Default);
    }

    public async Task RunAsync(CancellationToken cancellation)
    {
        var historyUntil = await DemoLoop.SurelyAsync(
            "read state", () => DemoState.HistoryUntilAsync(Database, cancellation), Clock, _logger, cancellation);
        var rescueAfter = Clock.Scale(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));
        try
        {
            await DemoLoop.TogetherAsync(
                cancellation,
                [
                    .. _queues.SelectMany(group => group).Select(queue => (Func<CancellationToken, Task>)queue.RunAsync),
                    Loop("stage", Clock.Scale(TimeSpan.FromSeconds(1), Tick), async stop => Wake(await LeaderStatements.StageAsync(Database, Clock, stop))),
                    Loop("prune", Clock.Scale(TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(1)), stop => PruneAsync(historyUntil, stop)),
                    Loop("rescue", TimeSpan.FromSeconds(30), stop => LeaderStatements.RescueAsync(Database, Clock, rescueAfter, stop)),
                    Loop("lease", TimeSpan.FromSeconds(15), stop => LeaderStatements.LeaseAsync(Database, Clock, ObanNodes.Leader, stop)),
                ]);
        }
        finally
        {
            await Task.WhenAll(_performing.Keys);
        }
    }

    private Func<CancellationToken, Task> Loop(string name, TimeSpan every, Func<CancellationToken, Task> body) =>
        cancellation => DemoLoop.RunAsync(name, every, () => body(cancellation), Clock, _logger, cancellation);

    private async Task PruneAsync(long historyUntil, CancellationToken cancellation)
    {
        // Never so early that a watcher which looks once a second could not have seen the row.
        var completedAge = Clock.Scale(_options.CompletedMaxAge, TimeSpan.FromSeconds(5));
        var now = Clock.NaiveNow;
        var rows = await LeaderStatements.PruneAsync(Database, historyUntil, now - completedAge, now - _options.FailedMaxAge, cancellation);
        if (rows > 0)
            DemoLog.Pruned(_logger, rows);
    }
}
