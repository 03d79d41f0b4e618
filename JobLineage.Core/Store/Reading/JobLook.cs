using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>The part of a query that no index serves, put to jobs that were found by the part that one does.</summary>
internal sealed class JobLook(NpgsqlConnection connection, RunStages run, JobsQuery query, JobConditions conditions)
{
    /// <summary>Those of these places whose jobs match, in their order.</summary>
    public async Task<IReadOnlyList<SlicePlace>> MatchingAsync(IReadOnlyList<SlicePlace> places, CancellationToken cancellation)
    {
        if (places.Count == 0)
            return [];
        await using var command = new NpgsqlCommand { Connection = connection, CommandTimeout = ViewsReader.TimeoutSeconds };
        string Parameter(SqlValue parameter)
        {
            command.With(parameter);
            return $"${command.Parameters.Count}";
        }

        // The first two are those of OfIds.
        Parameter(run.SourceId);
        Parameter(Parameters.Texts(places.Select(p => p.Id)));
        var wanted = conditions.Sql(Parameter);
        if (conditions.Errors is not null && query.Sort == JobSort.Finished)
            wanted = wanted.Append("j.finished_at is not null");
        // What ran in it: begun before its end, and not ended before its beginning.
        if (query.Within is { } within)
            wanted = wanted.Concat([$"j.attempted_at < {Parameter(within.To)}", $"(j.finished_at is null or j.finished_at >= {Parameter(within.From)})"]);
        command.CommandText = $"select j.id, {(conditions.NeedsArgs ? JobSql.Args() : "null::text")} from {JobSql.OfIds} where {string.Join(" and ", wanted.DefaultIfEmpty("true"))}";
        var ids = new HashSet<string>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            if (conditions.ArgsHold(reader.TextAt(1)))
                ids.Add(reader.GetString(0));
        }

        return [.. places.Where(p => ids.Contains(p.Id))];
    }

    /// <summary>Those of some jobs that lie in these slices, in the order of the slices.</summary>
    public async IAsyncEnumerable<SlicePlace> OrderAsync(
        IReadOnlyCollection<string> few, IReadOnlyList<Slice> slices, SliceKind kind, bool newestFirst, SlicePlace? after,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var ranks = slices.ToDictionary(s => (s.Stage, s.Key), s => s.Rank);
        var places = new List<SlicePlace>();
        await using (var command = new NpgsqlCommand(
            $"""
            select j.id, j.stage_id, {(kind == SliceKind.Failed ? "j.fingerprint" : "j.state::integer")}, {kind.Time()}
            from {JobSql.OfIds}
            where {JobIs.Counted()} and j.stage_id is not null
                {(kind == SliceKind.Failed ? "and j.fingerprint is not null" : kind == SliceKind.Finished ? "and j.finished_at is not null" : "")}
            """, connection)
        { CommandTimeout = ViewsReader.TimeoutSeconds })
        {
            command.With(run.SourceId, Parameters.Texts(few));
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                if (ranks.TryGetValue((reader.GetInt64(1), reader.GetInt32(2)), out var rank))
                    places.Add(new(rank, reader.TimeAt(3)?.UtcDateTime, reader.GetString(0)));
            }
        }

        var order = new SliceMerge(connection, run.SourceId, kind, slices, newestFirst);
        places.Sort(order);
        foreach (var place in places.Where(p => after is null || order.Compare(p, after.Value) > 0))
            yield return place;
    }
}
