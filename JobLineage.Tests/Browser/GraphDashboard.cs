using JobLineage.Tests.Support;

namespace JobLineage.Tests.Browser;

/// <summary>A dashboard with the recorded run and a run of 200 stages, which tests may change as long as they leave its first stages alone.</summary>
public sealed class GraphDashboard : IAsyncLifetime
{
    /// <summary>The root of the large run.</summary>
    public const long Root = 900_001;

    internal LiveDashboard Dashboard { get; private set; } = null!;

    public async Task InitializeAsync() => Dashboard = await LiveDashboard.StartAsync(RecordedData.ObanEnd, AddAsync);

    public async Task DisposeAsync() => await Dashboard.DisposeAsync();

    // Each stage has one job; each job has up to three below it. The last one failed.
    internal static Task AddAsync(TestDatabase source) => source.ExecuteAsync(
        """
        insert into oban_jobs (id, worker, state, attempt, max_attempts, meta, completed_at, discarded_at)
        select @Root + i, 'Big.Stage' || lpad(i::text, 3, '0') || 'Job',
            case when i = 199 then 'discarded' else 'completed' end::oban_job_state, 1, 1,
            case when i = 0 then '{}'::jsonb else jsonb_build_object('parent_job_id', @Root + (i - 1) / 3) end,
            case when i < 199 then timezone('UTC', now()) end, case when i = 199 then timezone('UTC', now()) end
        from generate_series(0, 199) i
        """, new { Root });
}
