using System.Data;
using JobLineage.Core.Sources;
using Npgsql;
using NpgsqlTypes;

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
            select f.id, s.name, f.job_id, r.root_id, coalesce(rl.text, l.text), j.run_id, j.stage_id, l.text, f.attempt, f.max_attempts,
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
            left join job_lineage.run r on r.id = j.run_id
            left join job_lineage.label rl on rl.id = r.worker
            order by f.id desc
            """, connection))
        {
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = number });
            command.Parameters.Add(new NpgsqlParameter { Value = (object?)query.Before ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = query.PageSize + 1 });
            await using var row = await command.ExecuteReaderAsync(cancellation);
            while (await row.ReadAsync(cancellation))
            {
                rows.Add(new(row.LongAt(5), row.LongAt(6), new(
                    row.GetInt64(0), row.GetString(1), row.GetString(2), row.TextAt(3), row.GetString(4), null, row.GetString(7), row.GetInt32(8), row.GetInt32(9),
                    row.IsDBNull(10) ? null : row.GetInt32(10), row.TextAt(11), row.TimeAt(12)!.Value, row.GetBoolean(13))));
                total = row.GetInt64(14);
            }
        }

        long? older = rows.Count > query.PageSize ? rows[query.PageSize - 1].Failure.Id : null;
        rows = [.. rows.Take(query.PageSize)];
        var paths = await StagePaths.OfRunsAsync(connection, rows.Select(r => r.Run).OfType<long>().Distinct(), cancellation);
        return new([.. rows.Select(r => r.Failure with { Stage = r.Stage is { } stage ? paths.GetValueOrDefault(stage) : null })], total, older);
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<JobTelling>> OfJobAsync(string source, string jobId, CancellationToken cancellation)
    {
        await using var command = store.CreateCommand(
            $"""
            select f.id, f.attempt, {LedgerSql.At}, f.digest_id, d.state, d.ended_at, f.told_before,
                f.digest_id is not distinct from 0 or f.digest_id is null and coalesce({LedgerSql.IsOld}, false),
                h.id, ml.text, h.reason, h.muted_by, h.from_at, h.until_at, h.ended_at, h.ended_by, clock_timestamp() < coalesce(h.ended_at, h.until_at), h.told_in
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
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)since?.UtcDateTime ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = source });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = jobId });
        var tellings = new List<JobTelling>();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            var mute = row.IsDBNull(8) ? null : new Mute(
                row.GetInt64(8), source, row.GetString(9), row.GetString(10), row.TextAt(11), row.TimeAt(12)!.Value, row.TimeAt(13)!.Value, row.TimeAt(14),
                row.TextAt(15), row.GetBoolean(16), 0, row.LongAt(17));
            tellings.Add(new(
                row.GetInt64(0), row.GetInt32(1), row.TimeAt(2)!.Value, row.LongAt(3) is > 0 and var digest ? digest : null,
                row.IsDBNull(4) ? null : (DeliveryState)row.GetInt16(4), row.TimeAt(5), row.LongAt(6), mute, row.GetBoolean(7)));
        }

        return tellings;
    }

    private sealed record Row(long? Run, long? Stage, ToldFailure Failure);
}
