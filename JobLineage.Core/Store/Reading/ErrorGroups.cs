using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>Reads the errors of stages by fingerprint, from the counters that the ingester keeps.</summary>
internal static class ErrorGroups
{
    /// <summary>Counters that are added up. More kinds of error than these are noise, and the answer says so.</summary>
    public const int CountersRead = 20_000;

    /// <summary>Stages of a fingerprint that are named.</summary>
    private const int StagesNamed = 10;

    /// <summary>A fingerprint in words; null when there is none of this number.</summary>
    public static async Task<string?> TextAsync(NpgsqlConnection connection, int fingerprint, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select text from job_lineage.fingerprint where id = $1", connection).With(fingerprint);
        return (string?)await command.ExecuteScalarAsync(cancellation);
    }

    /// <summary>In which of these stages some fingerprints are, and how often.</summary>
    public static async Task<IReadOnlyList<(long Stage, int Fingerprint, long Jobs)>> OfAsync(
        NpgsqlConnection connection, short source, IReadOnlyList<StoredStage> stages, IReadOnlyList<int> fingerprints, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            select stage_id, fingerprint, final + retrying from job_lineage.error_group
            where source_id = $3 and stage_id = any($1) and fingerprint = any($2)
            order by 1, 2
            """, connection)
        { CommandTimeout = ViewsReader.TimeoutSeconds }.With(Parameters.Longs(stages.Select(s => s.Id)), Parameters.Ints(fingerprints), source);
        var groups = new List<(long, int, long)>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            groups.Add((reader.GetInt64(0), reader.GetInt32(1), reader.GetInt64(2)));
        return groups;
    }

    /// <summary>The most frequent fingerprints of these stages.</summary>
    /// <param name="connection">In the caller's snapshot.</param>
    /// <param name="source">The number of the source.</param>
    /// <param name="stages">The stages.</param>
    /// <param name="most">How many fingerprints.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <returns>They, how many there are in all, and how many jobs all of them have.</returns>
    public static async Task<(IReadOnlyList<ErrorGroup> Groups, long Total, long Jobs)> TopAsync(
        NpgsqlConnection connection, short source, IReadOnlyList<StoredStage> stages, int most, CancellationToken cancellation)
    {
        var paths = stages.ToDictionary(s => s.Id, s => s.Path);
        var heads = new List<Head>();
        long total = 0, jobs = 0;
        await using (var command = new NpgsqlCommand(
            $"""
            with g as (
                select stage_id, fingerprint, final, retrying from job_lineage.error_group where source_id = $3 and stage_id = any($1) limit {CountersRead}),
            f as (
                select fingerprint, sum(final)::bigint as final, sum(retrying)::bigint as retrying,
                    (array_agg(stage_id order by final + retrying desc, stage_id))[1:{StagesNamed}] as stages,
                    (array_agg(final + retrying order by final + retrying desc, stage_id))[1:{StagesNamed}] as jobs
                from g group by fingerprint)
            select f.fingerprint, t.text, f.final, f.retrying, f.stages, f.jobs, count(*) over (), (sum(f.final + f.retrying) over ())::bigint
            from f join job_lineage.fingerprint t on t.id = f.fingerprint
            order by f.final + f.retrying desc, f.fingerprint
            limit $2
            """, connection)
        { CommandTimeout = ViewsReader.TimeoutSeconds })
        {
            command.With(Parameters.Longs(stages.Select(s => s.Id)), most, source);
            await using var row = new RowCursor(await command.ExecuteReaderAsync(cancellation));
            while (await row.NextAsync(cancellation))
            {
                heads.Add(new(row.Int(), row.Text(), row.Long(), row.Long(), row.Array<long>(), row.Array<long>()));
                (total, jobs) = (row.Long(), row.Long());
            }
        }

        var seen = await SeenAsync(connection, source, heads, cancellation);
        var messages = await MessagesAsync(connection, source, [.. seen.Values.Select(s => s.Sample).OfType<string>().Distinct()], cancellation);
        return ([.. heads.Select(head =>
        {
            var (first, last, sample) = seen.GetValueOrDefault(head.Fingerprint);
            return new ErrorGroup(
                head.Fingerprint, head.Text, head.Final, head.Other, first, last, sample,
                [.. head.Stages.Zip(head.Jobs, (stage, count) => new ErrorPlace(paths[stage], count))])
            { Message = sample is null ? null : messages.GetValueOrDefault(sample) };
        })], total, jobs);
    }

    /// <summary>When the first and the last job of each fingerprint failed, and which is the last: two steps into an index for each stage.</summary>
    private static async Task<Dictionary<int, (DateTimeOffset? First, DateTimeOffset? Last, string? Sample)>> SeenAsync(
        NpgsqlConnection connection, short source, List<Head> heads, CancellationToken cancellation)
    {
        var seen = new Dictionary<int, (DateTimeOffset? First, DateTimeOffset? Last, string? Sample)>();
        if (heads.Count == 0)
            return seen;
        var at = SliceKind.Failed.Time();
        await using var command = new NpgsqlCommand(
            $"""
            select p.fingerprint, a.at, z.at, z.id
            from unnest($1, $2) p (fingerprint, stage)
            left join lateral (
                select {at} as at from job_lineage.job j
                where j.source_id = $3 and j.stage_id = p.stage and j.fingerprint = p.fingerprint and j.fingerprint is not null and {JobIs.Counted()}
                order by {at}, length(j.id), j.id limit 1) a on true
            left join lateral (
                select {at} as at, j.id from job_lineage.job j
                where j.source_id = $3 and j.stage_id = p.stage and j.fingerprint = p.fingerprint and j.fingerprint is not null and {JobIs.Counted()}
                order by {at} desc, length(j.id) desc, j.id desc limit 1) z on true
            """, connection)
        { CommandTimeout = ViewsReader.TimeoutSeconds }.With(
            Parameters.Ints(heads.SelectMany(h => h.Stages.Select(_ => h.Fingerprint))), Parameters.Longs(heads.SelectMany(h => h.Stages)), source);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var (first, last, sample) = seen.GetValueOrDefault(reader.GetInt32(0));
            if (reader.TimeAt(1) is { } began && (first is null || began < first))
                first = began;
            if (reader.TextAt(3) is { } id && (sample is null || reader.TimeAt(2) > last))
                (last, sample) = (reader.TimeAt(2), id);
            seen[reader.GetInt32(0)] = (first, last, sample);
        }

        return seen;
    }

    /// <summary>What the last attempts of these jobs said: one step into an index for each.</summary>
    private static async Task<Dictionary<string, string>> MessagesAsync(NpgsqlConnection connection, short source, IReadOnlyList<string> jobs, CancellationToken cancellation)
    {
        var messages = new Dictionary<string, string>(StringComparer.Ordinal);
        if (jobs.Count == 0)
            return messages;
        await using var command = new NpgsqlCommand(
            $"""
            select j.id, coalesce(j.errors, jp.errors)
            from {JobSql.OfIds}
            {JobSql.PayloadJoin}
            """, connection)
        { CommandTimeout = ViewsReader.TimeoutSeconds }.With(source, Parameters.Texts(jobs));
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            if (StoredJson.Errors(reader.TextAt(1)) is [.., var last])
                messages[reader.GetString(0)] = last.Message;
        }

        return messages;
    }

    private sealed record Head(int Fingerprint, string Text, long Final, long Other, long[] Stages, long[] Jobs);
}
