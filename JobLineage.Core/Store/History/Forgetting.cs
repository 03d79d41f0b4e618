using JobLineage.Core.Runs;
using JobLineage.Core.Store.Reading;
using Npgsql;

namespace JobLineage.Core.Store.History;

/// <summary>See <see cref="IForgetting"/>.</summary>
/// <param name="store">Connections to the store.</param>
public sealed class Forgetting(NpgsqlDataSource store) : IForgetting
{
    /// <inheritdoc />
    public async Task<Forgettable?> PreviewAsync(string source, string? run, CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        return run is null ? await PreviewSourceAsync(connection, source, cancellation) : await ForgottenRun.PreviewAsync(connection, source, run, cancellation);
    }

    /// <inheritdoc />
    public async Task<long?> ForgetAsync(string source, string? run, Action<long>? removed, CancellationToken cancellation)
    {
        if (run is not null)
            return await new ForgottenRun(store, source).ForgetAsync(run, removed, cancellation);
        if (await HideAsync(source, cancellation) is not { } id)
            return null;
        await using (var connection = await store.OpenConnectionAsync(cancellation))
        {
            var rows = await new ForgottenSource(connection, id).RemoveAsync(removed, cancellation);
            // What was stopped before goes too, and is not this one's.
            await SweepAsync(null, cancellation);
            return rows;
        }
    }

    /// <summary>Goes on with sources whose forgetting was stopped.</summary>
    /// <returns>Rows removed.</returns>
    public async Task<long> SweepAsync(Action<long>? removed, CancellationToken cancellation)
    {
        var sum = 0L;
        await using var connection = await store.OpenConnectionAsync(cancellation);
        foreach (var id in await HiddenAsync(connection, cancellation))
        {
            var before = sum;
            sum += await new ForgottenSource(connection, id).RemoveAsync(rows => removed?.Invoke(before + rows), cancellation);
        }

        return sum;
    }

    /// <summary>
    /// Takes the source out of everybody's sight and ends the turn of whoever reads it: a source that is still configured begins anew, under
    /// another number.
    /// </summary>
    private async Task<short?> HideAsync(string source, CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var hide = new NpgsqlCommand(
            $"""
            with hidden as (
                update job_lineage.source
                -- No source of the configuration has such a name.
                set name = name || chr(1) || id, forgotten_at = now(), epoch = epoch + 1
                where name = $1 and forgotten_at is null
                returning id),
            untold as (
                -- As from before the starting line: no digest tells of it.
                update job_lineage.failure f set digest_id = 0 from hidden where f.source_id = hidden.id and f.digest_id is null),
            overdue as (update job_lineage.overdue set ended_at = now() where source = $1 and ended_at is null and exists (select from hidden))
            select max(id), count(pg_notify('{RunSignal.SourcesChannel}', '')), count(pg_notify('{RunSignal.Channel}', '[]')) from hidden
            """, connection).With(source);
        var hidden = await hide.ExecuteScalarAsync(cancellation) as short?;
        await transaction.CommitAsync(cancellation);
        return hidden;
    }

    private static async Task<List<short>> HiddenAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select id from job_lineage.source where forgotten_at is not null order by id", connection);
        var ids = new List<short>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            ids.Add(reader.GetInt16(0));
        return ids;
    }

    private static async Task<Forgettable?> PreviewSourceAsync(NpgsqlConnection connection, string source, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select (select count(*) from job_lineage.job j where j.source_id = s.id and {JobIs.Seen()}),
                (select count(*) from job_lineage.job j where j.source_id = s.id and {JobIs.Present()}),
                (select coalesce(sum(c.runs), 0)::bigint from job_lineage.run_count c where c.source_id = s.id),
                (select count(*) from job_lineage.past_run p where p.source_id = s.id),
                f.failures, f.untold,
                {SourceLease.ReaderOf("s.name")}
            from job_lineage.source s
            cross join lateral (
                select count(*) as failures, count(*) filter (where f.digest_id is null) as untold from job_lineage.failure f where f.source_id = s.id) f
            where s.name = $1 and s.forgotten_at is null
            """, connection)
        { CommandTimeout = 120 }.With(source);
        await using var row = new RowCursor(await command.ExecuteReaderAsync(cancellation));
        return await row.NextAsync(cancellation)
            ? new(source, null, row.Long(), row.Long(), row.Long(), row.Long(), row.Long(), row.Long(), row.TextOrNull())
            : null;
    }
}
