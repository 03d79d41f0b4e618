using JobLineage.Core.Model;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>The stages of runs that may have a job which meets a filter, by what is counted of them: without a look at any job.</summary>
internal static class RunStageFilter
{
    /// <summary>Those runs that have such stages, by their number.</summary>
    public static async Task<Dictionary<long, StagesOfRun>> ReadAsync(
        NpgsqlConnection connection, IReadOnlyList<RunPlace> places, JobConditions conditions, CancellationToken cancellation)
    {
        var filter = conditions.Filter;
        await using var command = new NpgsqlCommand { Connection = connection, CommandTimeout = ViewsReader.TimeoutSeconds };
        string Parameter(SqlValue parameter)
        {
            command.With(parameter);
            return $"${command.Parameters.Count}";
        }

        var runs = Parameter(Parameters.Longs(places.Select(place => place.Id)));
        var jobs = StateColumns.Sum(filter.States.Count > 0 ? filter.States : JobStates.All, "s");
        var wanted = new List<string> { $"({jobs}) > 0" };
        if (filter.Stage is { } path)
            wanted.Add($"s.id = any({Parameter(Parameters.Longs(await OfPathAsync(connection, places, path, cancellation)))})");
        if (conditions.WorkerNames is { } workers)
            wanted.Add($"(r.run_key is not null or s.worker = any({Parameter(Parameters.Ints(workers))}))");
        if (conditions.Errors is { } errors)
            wanted.Add($"exists (select from job_lineage.error_group g where g.source_id = s.source_id and g.stage_id = s.id and g.fingerprint = any({Parameter(Parameters.Ints(errors))}) and g.final + g.retrying > 0)");
        // Of a stage that was seen in many queues not all are remembered.
        if (filter.Queue is { Length: > 0 } queue)
            wanted.Add($"(cardinality(s.queues) >= {StoredStage.QueuesKept} or (select l.id from job_lineage.label l where l.text = {Parameter(queue)}) = any(s.queues))");
        command.CommandText =
            $"""
            select r.source_id, r.id, r.run_key is not null, array_agg(s.id), sum({jobs})::bigint
            from unnest({runs}) u (id)
            join job_lineage.run r on r.source_id = any({Parameter(RunPlace.Sources(places))}) and r.id = u.id
            join job_lineage.stage s on s.source_id = r.source_id and s.run_id = r.id
            where {string.Join(" and ", wanted)}
            group by r.source_id, r.id
            """;
        var found = new Dictionary<long, StagesOfRun>();
        await using var row = new RowCursor(await command.ExecuteReaderAsync(cancellation));
        while (await row.NextAsync(cancellation))
        {
            var (source, id) = (row.Short(), row.Long());
            found[id] = new(source, id, row.Bool(), row.Array<long>(), row.Long());
        }

        return found;
    }

    /// <summary>The stages of these runs that have a path: it is made of the names of all of a run's stages.</summary>
    private static async Task<List<long>> OfPathAsync(
        NpgsqlConnection connection, IReadOnlyList<RunPlace> places, string path, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            select s.run_id, s.id, s.parent_id, w.text, st.text
            from unnest($1) u (id)
            join job_lineage.stage s on s.source_id = any($2) and s.run_id = u.id
            join job_lineage.label w on w.id = s.worker
            left join job_lineage.label st on st.id = s.step
            order by s.run_id, s.depth, s.id
            """, connection)
        { CommandTimeout = ViewsReader.TimeoutSeconds }.With(Parameters.Longs(places.Select(place => place.Id)), RunPlace.Sources(places));
        var found = new List<long>();
        var stages = new List<(long Id, long? Parent, string Worker, string? Step)>();
        long? run = null;
        await using (var row = new RowCursor(await command.ExecuteReaderAsync(cancellation)))
        {
            while (await row.NextAsync(cancellation))
            {
                var of = row.Long();
                if (of != run)
                    Take();
                run = of;
                stages.Add((row.Long(), row.LongOrNull(), row.Text(), row.TextOrNull()));
            }
        }

        Take();
        return found;

        void Take()
        {
            if (stages.Count > 0)
                found.AddRange(StoredPaths.Of(stages).Where(stage => stage.Value == path).Select(stage => stage.Key));
            stages.Clear();
        }
    }
}

/// <summary>Stages of a run in which something may be found.</summary>
/// <param name="Source">The source's number.</param>
/// <param name="Id">The run's number in the store.</param>
/// <param name="IsKeyed">Whether its jobs share a key.</param>
/// <param name="Stages">The stages' numbers.</param>
/// <param name="Jobs">Their jobs in the states that are asked for.</param>
internal sealed record StagesOfRun(short Source, long Id, bool IsKeyed, long[] Stages, long Jobs);
