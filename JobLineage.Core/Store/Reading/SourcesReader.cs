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
            select s.name, s.state, s.as_of, s.message, s.rows_done, s.rows_total, s.heartbeat_at < now() - interval '30 seconds', s.returned, s.returned_at,
                {SourceLease.ReaderOf("s.name")},
                (select count(distinct a.job_id) from job_lineage.put_aside a where a.source_id = s.id)
            from job_lineage.source s
            where s.forgotten_at is null
            order by s.name
            """));
        batch.BatchCommands.Add(new(
            $"""
            select {PutAside.Columns}, s.name
            from job_lineage.source s
            cross join lateral (
                select * from job_lineage.put_aside p where p.source_id = s.id
                order by p.first_seen desc, length(p.job_id), p.job_id, p.member
                limit {PutAside.Most}) p
            where s.forgotten_at is null
            order by p.first_seen desc, length(p.job_id), p.job_id, p.member
            """));
        var sources = new List<SourceStatus>();
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var state = (FeedState)reader.GetInt16(1);
            var message = reader.TextAt(3);
            if (state != FeedState.Misconfigured && !reader.IsDBNull(6) && reader.GetBoolean(6))
                (state, message) = (FeedState.Stopped, "No replica has read this source for more than 30 seconds.");
            else if (state == FeedState.Starting && reader.IsDBNull(9))
                (state, message) = (FeedState.Stopped, "No replica has begun to read this source.");
            sources.Add(new(reader.GetString(0), state, reader.TimeAt(2), message, reader.GetInt64(4), reader.GetInt64(5))
            {
                Returned = reader.GetInt64(7),
                ReturnedAt = reader.TimeAt(8),
                Reader = reader.TextAt(9),
                RowsPutAside = reader.GetInt64(10),
            });
        }

        await reader.NextResultAsync(cancellation);
        var aside = new List<(string Source, BadRow Row)>();
        while (await reader.ReadAsync(cancellation))
            aside.Add((reader.GetString(PutAside.Width), PutAside.Row(reader)));
        return aside.Count == 0 ? sources : [.. sources.Select(s => s with { PutAside = [.. aside.Where(a => a.Source == s.Source).Select(a => a.Row)] })];
    }
}
