using Dapper;
using JobLineage.Dashboard.Demo.Oban;
using Npgsql;

namespace JobLineage.Bench.Page;

/// <summary>A table with the runs of <see cref="PageShape.All"/>, in a schema of its own. It is kept and found again.</summary>
internal static class PageDataset
{
    public const string Schema = "bench_page";

    // In the schema's comment: a data set that was made by other statements is made anew.
    private const string Mark = "job lineage page bench 2";
    private const int TimeoutSeconds = 1800;

    // One job in fifty has failed; a few wait in every tenth stage, so that there is something that can go on.
    private const string Fill =
        """
        insert into oban_jobs (id, state, queue, worker, args, attempt, max_attempts, inserted_at, scheduled_at, attempted_at, completed_at, discarded_at, errors, meta)
        select first + k, state::oban_job_state, 'bench', worker, jsonb_build_object('n', k), case when state = 'available' then 0 else 1 end, 3,
            at, at, case when state <> 'available' then at end, case when state = 'completed' then at + interval '1 second' end,
            case when state = 'discarded' then at + interval '1 second' end,
            case when state = 'discarded' then array['{"at": "2026-11-22T05:19:28Z", "attempt": 1, "error": "** (RuntimeError) boom"}'::jsonb] else '{}' end,
            case when above = 0 then '{}'::jsonb
                when chain and k > 0 then jsonb_build_object('parent_job_id', first + k - 1)
                else jsonb_build_object('parent_job_id', above + k % above_count) end
        from (
            select *, timestamp '2026-11-01' + (first + k) * interval '0.1 second' as at,
                case when above > 0 and stage % 10 = 0 and k < 3 then 'available' when above > 0 and k % 50 = 49 and stage % 7 = 0 then 'discarded' else 'completed' end as state
            from unnest(@workers, @firsts, @counts, @aboves, @aboveCounts, @chains) with ordinality as s (worker, first, count, above, above_count, chain, stage),
                generate_series(0, count - 1) as k) as jobs
        """;

    /// <summary>Makes it unless it is there; whether it was made.</summary>
    public static Task<bool> EnsureAsync(NpgsqlDataSource database, CancellationToken cancellation) => EnsureAsync(database, Schema, PageShape.All, cancellation);

    /// <summary>Makes some of its runs in another schema.</summary>
    public static async Task<bool> EnsureAsync(NpgsqlDataSource database, string schema, IReadOnlyList<PageShape> shapes, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var mark = await connection.ExecuteScalarAsync<string>(new CommandDefinition(
            $"select obj_description(to_regnamespace('{schema}'), 'pg_namespace')", commandTimeout: 30, cancellationToken: cancellation));
        if (mark == Mark)
            return false;

        Task<int> ExecuteAsync(string sql, object? parameters = null) => connection.ExecuteAsync(
            new CommandDefinition(sql, parameters, commandTimeout: TimeoutSeconds, cancellationToken: cancellation));
        try
        {
            await ExecuteAsync($"drop schema if exists {schema} cascade; create schema {schema}; set search_path to {schema}");
            await ExecuteAsync(ObanSchema.Tables);
            foreach (var shape in shapes)
            {
                await ExecuteAsync(Fill, new
                {
                    workers = shape.Stages.Select(stage => stage.Worker).ToArray(),
                    firsts = shape.Stages.Select(stage => stage.First).ToArray(),
                    counts = shape.Stages.Select(stage => stage.Count).ToArray(),
                    aboves = shape.Stages.Select(stage => stage.Above).ToArray(),
                    aboveCounts = shape.Stages.Select(stage => stage.AboveCount).ToArray(),
                    chains = shape.Stages.Select(stage => stage.IsChain).ToArray(),
                });
            }

            await ExecuteAsync(ObanSchema.Indexes);
            await ExecuteAsync("select setval('oban_jobs_id_seq', (select max(id) from oban_jobs))");
            await ExecuteAsync("vacuum analyze oban_jobs");
            await ExecuteAsync($"comment on schema {schema} is '{Mark}'");
            return true;
        }
        finally
        {
            await connection.ExecuteAsync(new CommandDefinition("reset search_path", commandTimeout: 30, cancellationToken: CancellationToken.None));
        }
    }

    /// <summary>
    /// What workers do: one job in each of so many stages of a run ends, or begins anew if it had ended. As many updates as
    /// one likes leave the table as large as it was.
    /// </summary>
    public static async Task ChangeAsync(
        NpgsqlDataSource database, PageShape shape, int stages, int turn, CancellationToken cancellation, string schema = Schema)
    {
        var ids = Enumerable.Range(0, stages).Select(i => shape.Stages[(1 + turn + i * 7) % shape.Stages.Count].First).Distinct().ToArray();
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            $"""
            update {schema}.oban_jobs
            set state = case when state = 'completed' then 'executing' else 'completed' end::{schema}.oban_job_state,
                attempt = 1, attempted_at = timezone('UTC', clock_timestamp()),
                completed_at = case when state <> 'completed' then timezone('UTC', clock_timestamp()) end
            where id = any(@ids)
            """, new { ids }, commandTimeout: 60, cancellationToken: cancellation));
    }
}
