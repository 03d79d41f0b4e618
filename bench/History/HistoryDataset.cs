using Dapper;
using JobLineage.Bench.Checking;
using JobLineage.Core.Store;
using Npgsql;

namespace JobLineage.Bench.History;

/// <summary>
/// A store as months of ingest leave it: runs of twenty pipelines, a run in ten stages of three levels, a tenth of its jobs failed
/// with one of 200 errors; each run of 1,000 jobs on average, the sizes spread over two decades. All of it is old enough to be
/// dropped and has left its queue, but for the newest half.
/// </summary>
internal static class HistoryDataset
{
    public const string Source = "bench";
    public const int Pipelines = 20;

    /// <summary>Jobs of a run, on average.</summary>
    public const int JobsPerRun = 1_000;

    private const string Base =
        """
        insert into job_lineage.source (name, as_of, state, backfilled, heartbeat_at) values ('bench', now(), 3, true, now());
        insert into job_lineage.label (text) select * from unnest(array['', 'default', 'slow']);
        insert into job_lineage.label (text) select 'App.Root' || n || 'Job' from generate_series(1, 20) n;
        insert into job_lineage.label (text) select 'App.Kind' || n || 'Job' from generate_series(1, 9) n;
        insert into job_lineage.fingerprint (version, text) select 1, 'error of kind <n> ' || n from generate_series(1, 200) n;
        """;

    // Labels: 4..23 roots, 24..32 kinds. Stage k of run r is r * 10 + k; kinds 1 to 3 hang on the root, the others on these.
    private const string Runs =
        """
        insert into job_lineage.run (id, source_id, root_id, worker, version, started_at)
        select r, 1, (r * 100000)::text, 4 + r % 20, r, now() - interval '60 days' + r * interval '60 days' / @runs
        from generate_series(@from, @to) r;

        insert into job_lineage.stage (source_id, id, run_id, parent_id, worker, depth, queues)
        select 1, r * 10 + k, r, case when k > 3 then r * 10 + 1 + k % 3 when k > 0 then r * 10 end, case when k = 0 then 4 + r % 20 else 23 + k end,
            case when k > 3 then 3 when k > 0 then 2 else 1 end, array[2]
        from generate_series(@from, @to) r, generate_series(0, 9) k;

        insert into job_lineage.job (source_id, id, run_id, stage_id, parent_id, worker, queue, state, flags, attempt, max_attempts, priority, children,
            fingerprint, hash, inserted_at, scheduled_at, attempted_at, finished_at, attempted_by, args, errors)
        select 1, (r.id * 100000 + n)::text, r.id, r.id * 10 + k.k, case when n > 0 then (r.id * 100000 + case when k.k > 3 then 1 + k.k % 3 else 0 end)::text end,
            case when n = 0 then r.worker else 23 + k.k end, 2, s.state, case when r.id <= @runs / 2 then 2 else 0 end, 1, 3, 0,
            case when n = 0 then 3 when n <= 3 then 100 else 0 end, case when s.state = 6 then 1 + (r.id * 7 + n) % 200 end, r.id * 100000 + n,
            t.at, t.at, t.at + interval '1 second', t.at + interval '1 second' * (2 + n % 50), 'node-' || n % 8,
            '{"movie_id": ' || n || ', "note": "' || md5(n::text) || '"}',
            case when s.state = 6 then '[{"attempt": 1, "at": "2026-01-01T00:00:00Z", "message": "error of kind ' || n % 200 || '"}]' end
        from job_lineage.run r
        cross join lateral generate_series(0, (100 * power(10, 2 * ((r.id * 7919) % 1000) / 1000.0) * 0.4651)::int - 1) n
        cross join lateral (select case when n = 0 then 0 when n <= 3 then n else 1 + n % 9 end as k) k
        cross join lateral (select case when n > 3 and n % 10 = 9 then 6 else 5 end as state) s
        cross join lateral (select r.started_at + n * interval '40 milliseconds' as at) t
        where r.id between @from and @to;

        update job_lineage.stage s set (rows, completed, discarded, parents, ran, ran_ms, waited_ms, first_inserted_at, first_attempted_at, last_attempted_at, last_finished_at) = (
            select count(*), count(*) filter (where state = 5), count(*) filter (where state = 6), count(*) filter (where state = 5 and children > 0),
                count(*) filter (where state = 5), coalesce(sum(extract(epoch from finished_at - attempted_at) * 1000) filter (where state = 5), 0)::bigint,
                count(*) filter (where state = 5) * 1000, min(inserted_at), min(attempted_at), max(attempted_at), max(finished_at)
            from job_lineage.job j where j.stage_id = s.id and j.flags & 5 = 0)
        where s.run_id between @from and @to;
        -- A small run has not every kind.
        delete from job_lineage.stage where run_id between @from and @to and rows = 0;

        insert into job_lineage.stage_edge (source_id, from_stage, to_stage, jobs)
        select source_id, parent_id, id, rows from job_lineage.stage where run_id between @from and @to and parent_id is not null;

        insert into job_lineage.error_group (source_id, stage_id, fingerprint, final)
        select 1, j.stage_id, j.fingerprint, count(*) from job_lineage.job j
        where j.run_id between @from and @to and j.fingerprint is not null group by j.stage_id, j.fingerprint;

        update job_lineage.run r set (rows, absent, completed, discarded, last_activity_at) = (
            select sum(s.rows), case when r.id <= @runs / 2 then sum(s.rows) else 0 end, sum(s.completed), sum(s.discarded), max(s.last_finished_at)
            from job_lineage.stage s where s.run_id = r.id)
        where r.id between @from and @to;
        """;

    /// <summary>Connections to a store of so many jobs, which is filled if it was not.</summary>
    /// <param name="server">Where it is kept.</param>
    /// <param name="jobs">How many jobs there are, about.</param>
    /// <param name="progress">Told now and then how many runs there are.</param>
    /// <param name="cancellation">Stops the filling; what is half filled is filled anew.</param>
    public static async Task<NpgsqlDataSource> OpenAsync(BenchServer server, int jobs, Action<int, int> progress, CancellationToken cancellation)
    {
        var name = $"bench_history_{jobs}";
        await using (var connection = await server.Database.OpenConnectionAsync(cancellation))
        {
            if (await connection.ExecuteScalarAsync<bool>("select exists (select from pg_database where datname = @name)", new { name })
                && !await IsWholeAsync(server, name, cancellation))
                await connection.ExecuteAsync($"drop database {name} with (force)");
            if (!await connection.ExecuteScalarAsync<bool>("select exists (select from pg_database where datname = @name)", new { name }))
                await connection.ExecuteAsync($"create database {name}");
        }

        var store = StoreDatabase.Create(ConnectionString(server, name));
        await Migrator.MigrateAsync(store, null, cancellation);
        await using var own = await store.OpenConnectionAsync(cancellation);
        if (await own.ExecuteScalarAsync<long>("select count(*) from job_lineage.source") > 0)
            return store;
        var runs = Math.Max(jobs / JobsPerRun, Pipelines);
        await ExecuteAsync(own, Base, null, cancellation);
        const int step = 100;
        for (var from = 1; from <= runs; from += step)
        {
            await ExecuteAsync(own, Runs, new { from, to = Math.Min(from + step - 1, runs), runs }, cancellation);
            progress(Math.Min(from + step - 1, runs), runs);
        }

        await ExecuteAsync(own, $"select setval('job_lineage.run_id', {runs + 1_000L}), setval('job_lineage.stage_id', {(runs + 1) * 10L + 1_000})", null, cancellation);
        await ExecuteAsync(own, RunCounting.Sql, null, cancellation);
        await ExecuteAsync(own, "vacuum analyze", null, cancellation);
        await ExecuteAsync(own, "comment on schema job_lineage is 'whole'", null, cancellation);
        return store;
    }

    private static async Task<bool> IsWholeAsync(BenchServer server, string name, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(ConnectionString(server, name) + ";Pooling=false");
        await connection.OpenAsync(cancellation);
        return await connection.ExecuteScalarAsync<string?>("select obj_description(to_regnamespace('job_lineage'), 'pg_namespace')") == "whole";
    }

    private static string ConnectionString(BenchServer server, string database) =>
        new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = database }.ConnectionString;

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, object? parameters, CancellationToken cancellation) =>
        await connection.ExecuteAsync(new CommandDefinition(sql, parameters, commandTimeout: 3_600, cancellationToken: cancellation));
}
