using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using Npgsql;
using NpgsqlTypes;

namespace JobLineage.Core.Store;

/// <summary>Compares all rows of a source with all that the store has of it.</summary>
internal static class SourceDifferences
{
    /// <summary>The ids that differ; see <see cref="SourceRecord.DifferencesAsync"/>.</summary>
    public static async Task<IReadOnlyList<string>> FindAsync(
        NpgsqlDataSource store, short id, IAsyncEnumerable<IReadOnlyList<RowState>> rows, bool keepsParent, CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using (var create = new NpgsqlCommand(
            """
            create temp table if not exists seen (
                id text collate "C", native_id text, state smallint, attempt integer, link text collate "C", inserted_at timestamptz);
            truncate pg_temp.seen;
            """, connection))
        {
            await create.ExecuteNonQueryAsync(cancellation);
        }

        await foreach (var chunk in rows.WithCancellation(cancellation))
        {
            await using var writer = await connection.BeginBinaryImportAsync(
                "copy pg_temp.seen (id, native_id, state, attempt, link, inserted_at) from stdin (format binary)", cancellation);
            foreach (var row in chunk)
            {
                var key = JobKeys.Of(row.Id);
                await writer.StartRowAsync(cancellation);
                await writer.WriteAsync(key, NpgsqlDbType.Text, cancellation);
                await WriteAsync(writer, key == row.Id ? null : row.Id, NpgsqlDbType.Text, cancellation);
                await WriteAsync(writer, (short?)row.State, NpgsqlDbType.Smallint, cancellation);
                await writer.WriteAsync(row.Attempt, NpgsqlDbType.Integer, cancellation);
                await WriteAsync(writer, row.IsKey ? ShortText.Of(row.Link) : JobKeys.Of(row.Link), NpgsqlDbType.Text, cancellation);
                await WriteAsync(writer, row.InsertedAt?.UtcDateTime, NpgsqlDbType.TimestampTz, cancellation);
            }

            await writer.CompleteAsync(cancellation);
        }

        // A row in a state that nobody knows, or that can't be read, is no difference where the store does not show it, or says so. Nor is a link
        // to an earlier job of the id that the row names, nor a time that one of them does not know, nor, where links are kept, another one or none
        // where there was one: that one may be pruned, and whoever reads the job whole can tell. An id that is not unique is there twice.
        // What can't be read and is no longer there, or can be read again, is a difference as well.
        await using var compare = new NpgsqlCommand(
            $$"""
            select coalesce(s.native_id, j.native_id, s.id, j.id)
            from pg_temp.seen s
            full join (
                select id, native_id, state, attempt, inserted_at, {{JobIs.Blind("")}} as blind,
                    coalesce(run_key, case when parent_id like '%~%Z' then regexp_replace(parent_id, '~\d{8}T\d{6}\.\d{6}Z$', '') else parent_id end) as link
                from job_lineage.job where source_id = $1 and ({{JobIs.Present("")}} or {{JobIs.Blind("")}})) j on j.id = s.id
            where case
                when s.id is null then true
                -- Of a row that is put aside a comparison sees that it can be read again where it is what a comparison reads that could not.
                when j.id is null or j.blind then s.state is not null and coalesce((
                    select bool_or(p.member in ({{Compared}})) from job_lineage.put_aside p
                    where p.source_id = $1 and p.job_id = s.id and not p.kept), true)
                when s.state is null then not exists (
                    select from job_lineage.put_aside p where p.source_id = $1 and p.job_id = j.id and p.member = '{{nameof(SourceMapping.InsertedAt)}}')
                else (s.state, s.attempt) is distinct from (j.state, j.attempt) or s.link is distinct from j.link and not ($2 and j.link is not null) or s.inserted_at <> j.inserted_at end
            union
            select p.native_id from job_lineage.put_aside p
            where p.source_id = $1 and p.job_id <> '' and not exists (select from pg_temp.seen s where s.id = p.job_id)
            """, connection)
        {
            CommandTimeout = 600,
        }.With(id, keepsParent);
        var ids = await compare.TextsAsync(cancellation);
        await using var empty = new NpgsqlCommand("truncate pg_temp.seen", connection);
        await empty.ExecuteNonQueryAsync(cancellation);
        return ids;
    }

    /// <summary>The members that a comparison reads, as SQL.</summary>
    private static readonly string Compared = string.Join(
        ", ",
        new[] { nameof(SourceMapping.State), nameof(SourceMapping.Attempt), nameof(SourceMapping.ParentId), nameof(SourceMapping.RunKey), nameof(SourceMapping.InsertedAt) }
            .Select(member => $"'{member}'"));

    private static Task WriteAsync(NpgsqlBinaryImporter row, string? value, NpgsqlDbType type, CancellationToken cancellation) =>
        value is null ? row.WriteNullAsync(cancellation) : row.WriteAsync(value, type, cancellation);

    private static Task WriteAsync<T>(NpgsqlBinaryImporter row, T? value, NpgsqlDbType type, CancellationToken cancellation)
        where T : struct =>
        value is null ? row.WriteNullAsync(cancellation) : row.WriteAsync(value.Value, type, cancellation);
}
