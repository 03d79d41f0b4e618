using System.Data;
using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Core.Alerts;

/// <summary>Final failures, and what is made of each.</summary>
public interface IFailureReader
{
    /// <summary>The failures that a digest told of, or that a mute has set aside, a page of them.</summary>
    Task<FailurePage> ListAsync(FailureQuery query, CancellationToken cancellation);

    /// <summary>What is made of the final failures of a job, the last first, at most <see cref="FailureReader.MostOfJob"/>.</summary>
    Task<IReadOnlyList<JobTelling>> OfJobAsync(string source, string jobId, CancellationToken cancellation);
}

/// <summary>Reads them from the store.</summary>
/// <param name="store">Connections to the store.</param>
/// <param name="since">The starting line as configured; null: when digests were first made.</param>
public sealed class FailureReader(NpgsqlDataSource store, DateTimeOffset? since = null) : IFailureReader
{
    /// <summary>Failures of one job that are told apart.</summary>
    public const int MostOfJob = 20;

    /// <inheritdoc />
    public async Task<FailurePage> ListAsync(FailureQuery query, CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var (column, number) = query.Digest is { } digest ? ("f.digest_id > 0 and f.digest_id", digest) : ("f.mute_id", query.Mute ?? 0);
        var rows = new List<Row>();
        var total = 0L;
        await using (var command = new NpgsqlCommand(
            $"""
            select f.source_id, j.run_id, j.stage_id, f.id, s.name, f.job_id, r.root_id, coalesce(rl.text, l.text), l.text, f.attempt, f.max_attempts,
                f.fingerprint, p.text, {LedgerSql.At}, f.told_before is not null,
                (select count(*) from job_lineage.failure f where {column} = $1)
            from (
                select * from job_lineage.failure f
                where {column} = $1 and ($2 is null or f.id < $2)
                order by f.id desc limit $3) f
            join job_lineage.source s on s.id = f.source_id
            join job_lineage.label l on l.id = f.worker
            left join job_lineage.fingerprint p on p.id = f.fingerprint
            left join job_lineage.job j on j.source_id = f.source_id and j.id = f.job_id and {LedgerSql.IsItsJob}
            left join job_lineage.run r on r.source_id = j.source_id and r.id = j.run_id
            left join job_lineage.label rl on rl.id = r.worker
            order by f.id desc
            """, connection))
        {
            command.With(number, query.Before, query.PageSize + 1);
            await using var row = new RowCursor(await command.ExecuteReaderAsync(cancellation));
            while (await row.NextAsync(cancellation))
            {
                rows.Add(new(row.Short(), row.LongOrNull(), row.LongOrNull(), new(
                    row.Long(), row.Text(), row.Text(), row.TextOrNull(), row.Text(), null, row.Text(), row.Int(), row.Int(),
                    row.IntOrNull(), row.TextOrNull(), row.Time()!.Value, row.Bool())));
                total = row.Long();
            }
        }

        long? older = rows.Count > query.PageSize ? rows[query.PageSize - 1].Failure.Id : null;
        rows = [.. rows.Take(query.PageSize)];
        var paths = await StagePaths.OfRunsAsync(connection, [.. rows.Where(r => r.Run is not null).Select(r => (r.Source, r.Run!.Value)).Distinct()], cancellation);
        return new([.. rows.Select(r => r.Failure with { Stage = r.Stage is { } stage ? paths.GetValueOrDefault(stage) : null })], total, older);
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<JobTelling>> OfJobAsync(string source, string jobId, CancellationToken cancellation)
    {
        await using var command = store.CreateCommand(
            $"""
            select h.id, ml.text, h.reason, h.muted_by, h.from_at, h.until_at, h.ended_at, h.ended_by,
                clock_timestamp() < coalesce(h.ended_at, h.until_at), h.told_in,
                f.id, f.attempt, {LedgerSql.At}, f.digest_id, d.state, d.ended_at, f.told_before,
                f.digest_id is not distinct from 0 or f.digest_id is null and coalesce({LedgerSql.IsOld}, false)
            from job_lineage.failure f
            join job_lineage.source s on s.id = f.source_id
            left join job_lineage.digest_line l on true
            left join job_lineage.digest d on d.id = f.digest_id and f.digest_id > 0
            left join lateral (
                select m.* from job_lineage.mute m
                where m.id = f.mute_id or (f.digest_id is null and {LedgerSql.IsHeldBack})
                order by m.id desc limit 1) h on true
            left join job_lineage.label ml on ml.id = h.worker
            where s.name = $2 and f.job_id = $3
            order by f.id desc limit {MostOfJob}
            """).With(since, source, jobId);
        var tellings = new List<JobTelling>();
        await using var row = new RowCursor(await command.ExecuteReaderAsync(cancellation));
        while (await row.NextAsync(cancellation))
        {
            var (id, pipeline, reason, by) = (row.LongOrNull(), row.TextOrNull(), row.TextOrNull(), row.TextOrNull());
            var (from, until, ended, endedBy, isActive, toldIn) = (row.Time(), row.Time(), row.Time(), row.TextOrNull(), row.BoolOrNull(), row.LongOrNull());
            var mute = id is null ? null : new Mute(id.Value, source, pipeline!, reason!, by, from!.Value, until!.Value, ended, endedBy, isActive is true, 0, toldIn);
            tellings.Add(new(
                row.Long(), row.Int(), row.Time()!.Value, row.LongOrNull() is > 0 and var digest ? digest : null,
                (DeliveryState?)row.ShortOrNull(), row.Time(), row.LongOrNull(), mute, row.Bool()));
        }

        return tellings;
    }

    private sealed record Row(short Source, long? Run, long? Stage, ToldFailure Failure);
}
