using System.Diagnostics;
using Npgsql;

namespace JobLineage.Bench.Latency;

/// <summary>Statements a second, by the server's own count.</summary>
/// <param name="Source">In the source's database, those of the load and of the probe left out.</param>
/// <param name="Store">In the store, BEGIN, COMMIT and the like left out.</param>
/// <param name="Reading">Of these, those that read for viewers.</param>
internal sealed record StatementRates(double Source, double Store, double Reading);

/// <summary>
/// Counts what the dashboard asks: by pg_stat_statements, each statement once whatever it does inside. Source and store are two
/// databases, and the dashboard has a role of its own, so that nobody else's statements are counted.
/// </summary>
internal sealed class StatementCounter(NpgsqlDataSource database, string role, string source, string store)
{
    private long startedAt;
    private (long Source, long Store, long Reading) start;

    /// <summary>Whether the server counts statements.</summary>
    public async Task<bool> IsThereAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select current_setting('shared_preload_libraries') ~ 'pg_stat_statements'");
        if (!(bool)(await command.ExecuteScalarAsync(cancellation))!)
            return false;
        await using var create = database.CreateCommand("create extension if not exists pg_stat_statements");
        await create.ExecuteNonQueryAsync(cancellation);
        return true;
    }

    /// <summary>Begins to count.</summary>
    public async Task BeginAsync(CancellationToken cancellation)
    {
        startedAt = Stopwatch.GetTimestamp();
        start = await ReadAsync(cancellation);
    }

    /// <summary>The rates since <see cref="BeginAsync"/>.</summary>
    public async Task<StatementRates> EndAsync(CancellationToken cancellation)
    {
        var end = await ReadAsync(cancellation);
        var seconds = Stopwatch.GetElapsedTime(startedAt).TotalSeconds;
        return new((end.Source - start.Source) / seconds, (end.Store - start.Store) / seconds, (end.Reading - start.Reading) / seconds);
    }

    // What reads for viewers: the run, the list, the job, the sources and the versions all begin by selecting from the tables
    // of runs and sources, which the feed reads by id or for update.
    private async Task<(long Source, long Store, long Reading)> ReadAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            select
                coalesce(sum(calls) filter (where d.datname = $2), 0)::bigint,
                coalesce(sum(calls) filter (where d.datname = $3), 0)::bigint,
                coalesce(sum(calls) filter (where d.datname = $3 and s.query ~* '^select' and (
                    s.query ~ 'from job_lineage.source src' or s.query ~ 'join job_lineage.source src'
                    or s.query ~ 'from unnest\(\$1, \$2\) w' or s.query ~ 'from job_lineage.source\s+order by name')), 0)::bigint
            from pg_stat_statements s
            join pg_database d on d.oid = s.dbid
            join pg_roles r on r.oid = s.userid
            where r.rolname = $1
                and s.query !~* '^(begin|commit|rollback|set|reset|listen|unlisten|discard|start transaction|select set_config|deallocate)'
            """);
        command.CommandTimeout = 30;
        foreach (var text in new[] { role, source, store })
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = text });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
    }
}
