using Dapper;
using JobLineage.Core.Store;
using Npgsql;

namespace JobLineage.Bench.Views;

/// <summary>
/// A store with one run of 1,000,000 jobs in 200 stages: a chain of 300 pages, one stage of 500,000 jobs below them, and the
/// rest in 198 stages below that. Half of the big stage was due at one moment, as a bulk insert makes it.
/// </summary>
internal static class ViewsDataset
{
    public const string Root = "1";
    public const string BigStage = "SyncJob/PageJob/BigJob";
    public const int Jobs = 1_000_000;

    private const string Fill =
        """
        insert into job_lineage.source (name, as_of, state) values ('bench', now(), 3);
        insert into job_lineage.label (text) select * from unnest(array['', 'q1', 'q2', 'App.SyncJob', 'App.PageJob', 'App.BigJob']);
        insert into job_lineage.label (text) select 'App.Kind' || n || 'Job' from generate_series(1, 197) n;
        insert into job_lineage.fingerprint (version, text) select 1, 'error of kind <n> ' || n from generate_series(1, 60) n;
        insert into job_lineage.run (id, source_id, root_id, worker, version, rows, last_activity_at)
            values (1, 1, '1', 4, 1, 1000000, now());

        -- Stages 1 SyncJob, 2 PageJob, 3 BigJob, 4.. the kinds below it.
        insert into job_lineage.stage (source_id, id, run_id, parent_id, worker, depth, queues)
        select 1, n, 1, case when n > 1 then least(n - 1, 3) end, case when n <= 3 then n + 3 else n + 3 end, least(n, 4),
            case when n = 3 then array[2, 3] else array[2] end
        from generate_series(1, 200) n;

        insert into job_lineage.job (source_id, id, run_id, stage_id, parent_id, worker, queue, state, attempt, max_attempts, priority,
            children, fingerprint, hash, inserted_at, scheduled_at, attempted_at, finished_at, args, errors)
        select 1, n::text, 1, s.stage,
            case when n = 1 then null when n <= 301 then (n - 1)::text when s.stage = 3 then (2 + n % 300)::text else (302 + n % 500000)::text end,
            s.stage + 3, case when s.stage = 3 and n % 50 = 0 then 3 else 2 end,
            st.state, case when st.state in (0, 1) then 0 else 1 end, 3, 0, 0,
            case when st.state in (4, 6) then 1 + n % 60 end, n, t.due, t.due,
            case when st.state not in (0, 1) then t.due + interval '1 second' * (n % 50) end,
            case when st.state >= 5 then t.due + interval '1 second' * (n % 50) + interval '1 millisecond' * (n % 9000) end,
            '{"movie_id": ' || n || ', "region": "' || case when st.state = 6 and n % 10 <> 0 then 'eu' else (array['us', 'asia', 'eu', 'af'])[1 + n % 4] end
                || '", "note": "' || md5(n::text) || '"}',
            case when st.state in (4, 6) then '[{"attempt": 1, "at": "2026-01-01T00:00:00Z", "message": "error of kind ' || n % 60 || '"}]' end
        from generate_series(1, 1000000) n
        cross join lateral (select case when n = 1 then 1 when n <= 301 then 2 when n <= 500301 then 3 else 4 + n % 197 end as stage) s
        cross join lateral (select case when n <= 301 then 5 when n % 100 < 8 then 6 when n % 100 < 10 then 4 when n % 100 < 14 then 0
            when n % 1000 = 999 then 3 else 5 end as state) st
        cross join lateral (select now() - interval '3 hours'
            + case when s.stage = 3 and n % 2 = 0 then interval '1 minute' else interval '10 milliseconds' * n end as due) t;

        update job_lineage.stage s set
            (rows, available, executing, retryable, completed, discarded, first_inserted_at, first_attempted_at, last_attempted_at, last_finished_at) =
            (select count(*), count(*) filter (where state = 0), count(*) filter (where state = 3), count(*) filter (where state = 4),
                count(*) filter (where state = 5), count(*) filter (where state = 6), min(inserted_at), min(attempted_at), max(attempted_at), max(finished_at)
            from job_lineage.job j where j.stage_id = s.id);
        insert into job_lineage.error_group (source_id, stage_id, fingerprint, final, retrying)
        select source_id, stage_id, fingerprint, count(*) filter (where state = 6), count(*) filter (where state <> 6)
        from job_lineage.job where fingerprint is not null group by 1, 2, 3;
        """;

    /// <summary>Connections to the store, which is filled if it was not.</summary>
    public static async Task<NpgsqlDataSource> OpenAsync(BenchServer server, CancellationToken cancellation)
    {
        const string name = "bench_views";
        await using var connection = await server.Database.OpenConnectionAsync(cancellation);
        if (!await connection.ExecuteScalarAsync<bool>("select exists (select from pg_database where datname = @name)", new { name }))
            await connection.ExecuteAsync($"create database {name}");
        var store = StoreDatabase.Create(new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = name }.ConnectionString);
        await Migrator.MigrateAsync(store, null, cancellation);
        await using var own = await store.OpenConnectionAsync(cancellation);
        if (await own.ExecuteScalarAsync<long>("select count(*) from job_lineage.run") == 0)
        {
            await own.ExecuteAsync(new CommandDefinition(Fill, commandTimeout: 1_800, cancellationToken: cancellation));
            await own.ExecuteAsync(new CommandDefinition("vacuum analyze", commandTimeout: 600, cancellationToken: cancellation));
        }

        return store;
    }
}
