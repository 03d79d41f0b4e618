using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>Reads how fresh the sources are, who reads them, and what of them can't be read.</summary>
internal static class SourcesReader
{
    public static async Task<IReadOnlyList<SourceStatus>> ReadAsync(NpgsqlDataSource store, CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new(
            $"""
            select s.state, concat_ws(' ', s.message, e.problem), s.heartbeat_at < now() - interval '30 seconds', {SourceLease.ReaderOf("s.name")},
                s.name, s.as_of, s.rows_done, s.rows_total, s.returned, s.returned_at,
                (select count(distinct a.job_id) from job_lineage.put_aside a where a.source_id = s.id)
            from job_lineage.source s
            left join job_lineage.engine e on e.source_id = s.id and e.{EvidenceReader.Fresh}
            where s.forgotten_at is null
            order by s.name
            """));
        batch.BatchCommands.Add(new(
            $"""
            select s.name, {PutAside.Columns}
            from job_lineage.source s
            cross join lateral (
                select * from job_lineage.put_aside p where p.source_id = s.id
                order by p.first_seen desc, length(p.job_id), p.job_id, p.member
                limit {PutAside.Most}) p
            where s.forgotten_at is null
            order by p.first_seen desc, length(p.job_id), p.job_id, p.member
            """));
        var sources = new List<SourceStatus>();
        await using var row = new RowCursor(await batch.ExecuteReaderAsync(cancellation));
        while (await row.NextAsync(cancellation))
        {
            var (state, message, isSilent, readBy) = ((FeedState)row.Short(), row.Text() is { Length: > 0 } said ? said : null, row.BoolOrNull(), row.TextOrNull());
            if (state != FeedState.Misconfigured && isSilent is true)
                (state, message) = (FeedState.Stopped, "No replica has read this source for more than 30 seconds.");
            else if (state == FeedState.Starting && readBy is null)
                (state, message) = (FeedState.Stopped, "No replica has begun to read this source.");
            sources.Add(new(row.Text(), state, row.Time(), message, row.Long(), row.Long())
            {
                Returned = row.Long(),
                ReturnedAt = row.Time(),
                Reader = readBy,
                RowsPutAside = row.Long(),
            });
        }

        await row.NextResultAsync(cancellation);
        var aside = new List<(string Source, BadRow Row)>();
        while (await row.NextAsync(cancellation))
            aside.Add((row.Text(), PutAside.Row(row)));
        return aside.Count == 0 ? sources : [.. sources.Select(s => s with { PutAside = [.. aside.Where(a => a.Source == s.Source).Select(a => a.Row)] })];
    }
}
