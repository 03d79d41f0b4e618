using JobLineage.Bench.Measuring;
using Npgsql;

namespace JobLineage.Bench.Writes;

/// <summary>What a store has written since a moment: WAL, catalog rows, time a statement.</summary>
/// <param name="store">Connections to the store, as a superuser.</param>
internal sealed class StoreWork(NpgsqlDataSource store)
{
    private const int Shown = 25;

    private (long Wal, long Catalog) start;

    /// <summary>Begins to count.</summary>
    public async Task BeginAsync(CancellationToken cancellation)
    {
        await ExecuteAsync("select pg_stat_statements_reset()", cancellation);
        start = await ReadAsync(cancellation);
    }

    /// <summary>WAL in bytes and rows written to catalogs since <see cref="BeginAsync"/>.</summary>
    public async Task<(long Wal, long Catalog)> EndAsync(CancellationToken cancellation)
    {
        var end = await ReadAsync(cancellation);
        return (end.Wal - start.Wal, end.Catalog - start.Catalog);
    }

    /// <summary>Bytes of the tables of jobs and of their indexes.</summary>
    public async Task<long> BytesOfJobsAsync(CancellationToken cancellation)
    {
        await using var command = store.CreateCommand(
            """
            select sum(pg_total_relation_size(c.oid))::bigint from pg_class c
            where c.relnamespace = 'job_lineage'::regnamespace and c.relkind = 'r' and c.relname in ('job', 'payload')
            """);
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>The statements that took most since <see cref="BeginAsync"/>.</summary>
    public async Task ShowStatementsAsync(Report report, string title, CancellationToken cancellation)
    {
        await using var command = store.CreateCommand(
            $"""
            select d.datname || ': ' || regexp_replace(left(s.query, 100), '\s+', ' ', 'g'), s.calls, s.total_exec_time, s.wal_bytes::bigint, s.rows
            from pg_stat_statements s join pg_database d on d.oid = s.dbid
            order by s.total_exec_time desc limit {Shown}
            """);
        var rows = new List<string[]>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add([
                reader.GetString(0), Report.Number(reader.GetInt64(1)), Report.Time(TimeSpan.FromMilliseconds(reader.GetDouble(2))),
                Report.Number(reader.GetInt64(3) / 1024), Report.Number(reader.GetInt64(4))]);
        }

        report.Table(title, ["statement", "calls", "time", "WAL kB", "rows"], rows);
    }

    private async Task<(long Wal, long Catalog)> ReadAsync(CancellationToken cancellation)
    {
        // The counters of other sessions come when these are idle for a moment.
        await Task.Delay(TimeSpan.FromSeconds(1.5), cancellation);
        await using var command = store.CreateCommand(
            """
            select coalesce((
                    select sum(s.wal_bytes) from pg_stat_statements s join pg_database d on d.oid = s.dbid where d.datname = current_database()), 0)::bigint,
                (select sum(n_tup_ins + n_tup_upd + n_tup_del)::bigint from pg_stat_sys_tables where schemaname = 'pg_catalog' and relname <> 'pg_statistic')
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return (reader.GetInt64(0), reader.GetInt64(1));
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellation)
    {
        await using var create = store.CreateCommand($"create extension if not exists pg_stat_statements; {sql}");
        await create.ExecuteNonQueryAsync(cancellation);
    }
}
