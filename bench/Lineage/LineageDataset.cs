using Dapper;
using JobLineage.Bench.Measuring;
using JobLineage.Dashboard.Demo.Oban;
using Npgsql;

namespace JobLineage.Bench.Lineage;

/// <summary>
/// <c>oban_jobs</c> with the rows of a shape, in a schema of its own: filled by one statement, indexed afterwards with all of
/// Oban's indexes, analyzed. It is kept and found again.
/// </summary>
internal static class LineageDataset
{
    private const int TimeoutSeconds = 1800;

    // In the schema's comment: a data set that was made by other statements is made anew.
    private const string Version = "job lineage bench 1";

    private const string Fill =
        """
        insert into oban_jobs (
            id, state, queue, worker, args, errors, attempt, max_attempts, inserted_at, scheduled_at, attempted_at, completed_at,
            attempted_by, discarded_at, meta)
        select
            id,
            state::oban_job_state,
            case kind when 0 then 'discovery' when 1 then 'scraper_index' when 2 then 'scraper_detail' when 3 then 'scraper' else 'emails' end,
            case kind
                when 4 then 'EventasaurusApp.Workers.EmailInvitationJob'
                else 'EventasaurusDiscovery.Sources.KinoKrakow.Jobs.'
                    || case kind when 0 then 'SyncJob' when 1 then 'MoviePageJob' when 2 then 'MovieDetailJob' else 'ShowtimeProcessJob' end
            end,
            case kind
                when 0 then jsonb_build_object('sync', 'kk-' || run, 'source_id', 13, 'expected_pages', @pages)
                when 4 then jsonb_build_object('n', id, 'to', 'user' || id || '@example.org')
                else jsonb_build_object('sync', 'kk-' || run, 'source_id', 13, 'movie_index', place % @pages, 'external_id', 'kino_krakow_' || id)
            end,
            case when state = 'discarded'
                then array[jsonb_build_object(
                    'at', '2026-11-22T05:19:28.824814Z',
                    'error', '** (Oban.PerformError) EventasaurusDiscovery.Sources.KinoKrakow.Jobs.ShowtimeProcessJob failed with {:error, :movie_not_ready}',
                    'attempt', 3)]
                else '{}'
            end,
            case state when 'available' then 0 when 'discarded' then 3 else 1 end,
            3,
            at,
            at,
            case when state <> 'available' then at + interval '1 second' end,
            case when state = 'completed' then at + interval '2 seconds' end,
            case when state <> 'available' then array['eventasaurus@worker-1', '4ffefaa6-df2c-4b24-b0a6-47af78d58c96'] end,
            case when state = 'discarded' then at + interval '2 seconds' end,
            case when kind between 1 and 3
                then jsonb_build_object('parent_job_id', root + case when kind = 1 then 0 else 1 + (place - 1) % @pages end)
                else '{}'
            end
        from (
            select *,
                case
                    when kind = 2 and place % 2 = 0 then 'available'
                    when kind = 3 and place % 4 <> 0 then 'discarded'
                    else 'completed'
                end as state
            from (
                select
                    id,
                    (id - 1) / @jobs as run,
                    (id - 1) / @jobs * @jobs + 1 as root,
                    (id - 1) % @jobs as place,
                    timestamp '2026-11-01' + id * interval '1 second' as at,
                    case
                        when id > @inRuns then 4
                        when (id - 1) % @jobs = 0 then 0
                        when (id - 1) % @jobs <= @pages then 1
                        when (id - 1) % @jobs <= @pages + @details then 2
                        else 3
                    end as kind
                from generate_series(1, @rows) as id) as numbered) as jobs
        """;

    /// <summary>Makes the partial index on the parent's id that <c>doctor</c> advises.</summary>
    public static async Task AdviseAsync(NpgsqlDataSource database, LineageShape shape, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            $"""
            create index if not exists job_lineage_parent on {shape.Schema}.oban_jobs ((meta->>'parent_job_id')) where meta->>'parent_job_id' is not null;
            analyze {shape.Schema}.oban_jobs
            """,
            commandTimeout: TimeoutSeconds, cancellationToken: cancellation));
    }

    /// <summary>Makes the data set unless it is there; what making it took, or nothing.</summary>
    public static async Task<IReadOnlyList<Throughput>> EnsureAsync(NpgsqlDataSource database, LineageShape shape, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        Task<int> ExecuteAsync(string sql, object? parameters = null) => connection.ExecuteAsync(
            new CommandDefinition(sql, parameters, commandTimeout: TimeoutSeconds, cancellationToken: cancellation));

        var mark = await connection.ExecuteScalarAsync<string>(new CommandDefinition(
            "select obj_description(to_regnamespace(@schema), 'pg_namespace')",
            new { schema = shape.Schema }, commandTimeout: 30, cancellationToken: cancellation));
        if (mark == Mark(shape))
            return [];

        try
        {
            await ExecuteAsync($"drop schema if exists {shape.Schema} cascade; create schema {shape.Schema}; set search_path to {shape.Schema}");
            await ExecuteAsync(ObanSchema.Tables);
            var parameters = new
            {
                jobs = (long)shape.JobsPerRun,
                pages = (long)shape.Pages,
                details = (long)shape.Details,
                inRuns = shape.Rows - shape.Singles,
                rows = shape.Rows,
            };
            var filled = await Throughput.MeasureAsync("insert … select", async () => await ExecuteAsync(Fill, parameters));
            var indexed = await Throughput.MeasureAsync("Oban's indexes", async () =>
            {
                await ExecuteAsync(ObanSchema.Indexes);
                return shape.Rows;
            });
            await ExecuteAsync("select setval('oban_jobs_id_seq', (select max(id) from oban_jobs))");
            await ExecuteAsync("vacuum analyze oban_jobs");
            await ExecuteAsync($"comment on schema {shape.Schema} is '{Mark(shape)}'");
            return [filled, indexed];
        }
        finally
        {
            await connection.ExecuteAsync(new CommandDefinition("reset search_path", commandTimeout: 30, cancellationToken: CancellationToken.None));
        }
    }

    /// <summary>Whoever changes a data set says so before: it is made anew for the next one.</summary>
    public static async Task ForgetAsync(NpgsqlDataSource database, LineageShape shape, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand($"comment on schema {shape.Schema} is null");
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static string Mark(LineageShape shape) => $"{Version}: {shape.Runs} x {shape.JobsPerRun} + {shape.Singles}";
}
