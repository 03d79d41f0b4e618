using Npgsql;

namespace JobLineage.Bench.Faults;

/// <summary>Sessions that somebody ends.</summary>
internal static class ConnectionFaults
{
    public static IReadOnlyList<Fault> List { get; } =
    [
        new("session ended", "listener's session ended", trial => EndAsync(
            trial, trial.Queue, "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'replica' and query ~ '^(un)?listen '")),
        new("session ended", "ingester's session ended in mid-batch", EndIngesterAsync),
        new("session ended", "leader's own session ended", trial => EndAsync(
            trial, trial.World.Checking, "select pg_terminate_backend(m.pid) from job_lineage.member m join job_lineage.lease l on l.holder = m.id")) { TriedIn = TriedIn.Benchmark },
        new("session ended", "all sessions ended", async trial =>
        {
            const string all = "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'replica'";
            await EndAsync(trial, trial.Queue, all);
            await EndAsync(trial, trial.World.Checking, all);
        })
        {
            TriedIn = TriedIn.Benchmark,
        },
    ];

    /// <summary>Until there was somebody to end: the feed may be between two sessions.</summary>
    private static Task EndAsync(FaultTrial trial, NpgsqlDataSource database, string sql) => trial.UntilAsync(
        "there was a session to end", async () => await FaultWorld.ScalarAsync(database, sql, default) is true);

    /// <summary>A session of the replica that has written something and has not committed.</summary>
    private static async Task EndIngesterAsync(FaultTrial trial)
    {
        await trial.ExecuteAsync("insert into oban_jobs (worker, meta) select 'App.PageJob', jsonb_build_object('parent_job_id', (select min(id) from oban_jobs)) from generate_series(1, 3000)");
        await trial.UntilAsync("a batch was interrupted", async () => await FaultWorld.ScalarAsync(
            trial.World.Checking,
            """
            select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and application_name = 'replica' and backend_xid is not null and state <> 'idle'
            limit 1
            """, default) is true);
    }
}
