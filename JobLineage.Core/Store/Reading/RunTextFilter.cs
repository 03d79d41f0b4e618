using JobLineage.Core.Diagnosis;
using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>
/// Looks for a text in runs that were found by something else. Ids and run keys are known exactly and at once, whatever
/// their age; for the rest no index serves, and each run is looked at.
/// </summary>
internal sealed class RunTextFilter
{
    /// <summary>Runs that are looked at for one page.</summary>
    public const int Examined = 10_000;

    /// <summary>Kinds of error that are followed: a text that is in more of them says little.</summary>
    private const int ErrorsFollowed = 10_000;

    private readonly NpgsqlConnection connection;
    private readonly string text;
    private readonly int[] labels;
    private readonly int[] errors;

    private RunTextFilter(NpgsqlConnection connection, string text, int[] labels, int[] errors, IReadOnlyCollection<long> named)
    {
        (this.connection, this.text, this.labels, this.errors) = (connection, text, labels, errors);
        Named = named;
    }

    /// <summary>The runs of which a job's id, or the key, is the text itself.</summary>
    public IReadOnlyCollection<long> Named { get; }

    /// <summary>Looks up what the text may stand for.</summary>
    public static async Task<RunTextFilter> ReadAsync(NpgsqlConnection connection, string text, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection) { Timeout = ViewsReader.TimeoutSeconds };
        batch.Add(
            """
            select j.run_id from job_lineage.source src
            join job_lineage.job j on j.source_id = src.id and j.id = $1 where j.run_id is not null
            union
            select j.run_id from job_lineage.source src
            join job_lineage.job j on j.source_id = src.id and j.earlier_of = $1 where j.run_id is not null
            union
            select r.id from job_lineage.source src
            join job_lineage.run r on r.source_id = src.id and r.run_key = $1 and r.run_key is not null
            """,
            text);
        batch.Add(
            "select id::bigint from job_lineage.label where position(lower($1) in lower(text)) > 0",
            text);
        var error = ErrorText.Of(text);
        batch.Add(
            $"""
            select id::bigint from job_lineage.fingerprint
            where position(lower($1) in lower(text)) > 0 or position(lower($2) in lower(text)) > 0
            limit {ErrorsFollowed}
            """,
            error.Text, error.Print);
        var found = new List<long>[] { [], [], [] };
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        foreach (var list in found)
        {
            while (await reader.ReadAsync(cancellation))
                list.Add(reader.GetInt64(0));
            await reader.NextResultAsync(cancellation);
        }

        return new(connection, text, [.. found[1].Select(id => (int)id)], [.. found[2].Select(id => (int)id)], found[0]);
    }

    /// <summary>Those of these runs that hold the text: in a worker or step, in an error, or in the arguments of the root.</summary>
    public async Task<HashSet<long>> MatchingAsync(IReadOnlyList<RunPlace> places, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select r.id
            from unnest($1) u (id)
            join job_lineage.run r on r.source_id = any($5) and r.id = u.id
            where r.worker = any($3)
                or exists (select from job_lineage.job j
                    where j.source_id = r.source_id and j.id = r.root_id and position(lower($2) in lower({JobSql.Args()})) > 0)
                or exists (select from job_lineage.stage s where s.source_id = r.source_id and s.run_id = r.id and (s.worker = any($3) or s.step = any($3)))
                or (cardinality($4) > 0 and exists (
                    select from job_lineage.stage s join job_lineage.error_group g on g.source_id = s.source_id and g.stage_id = s.id
                    where s.source_id = r.source_id and s.run_id = r.id and g.fingerprint = any($4) and g.final + g.retrying > 0))
            """, connection)
        { CommandTimeout = ViewsReader.TimeoutSeconds }.With(
            Parameters.Longs(places.Select(p => p.Id)), text, Parameters.Ints(labels), Parameters.Ints(errors), RunPlace.Sources(places));
        var matching = new HashSet<long>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            matching.Add(reader.GetInt64(0));
        return matching;
    }
}
