using JobLineage.Core.Store.Reading;
using Npgsql;

namespace JobLineage.Core.Alerts;

/// <summary>The paths of the stages of some runs, by the stage's number.</summary>
internal static class StagePaths
{
    /// <summary>Reads them, of runs with the numbers of their sources.</summary>
    public static async Task<Dictionary<long, string>> OfRunsAsync(
        NpgsqlConnection connection, IReadOnlyCollection<(short Source, long Run)> runs, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            select s.run_id, s.id, s.parent_id, w.text, p.text
            from job_lineage.stage s
            join job_lineage.label w on w.id = s.worker
            left join job_lineage.label p on p.id = s.step
            where s.source_id = any($2) and s.run_id = any($1)
            order by s.run_id, s.depth, s.id
            """, connection).With(Parameters.Longs(runs.Select(r => r.Run)), Parameters.Shorts(runs.Select(r => r.Source).Distinct()));
        var stages = new List<(long Run, long Id, long? Parent, string Worker, string? Step)>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            stages.Add((reader.GetInt64(0), reader.GetInt64(1), reader.LongAt(2), reader.GetString(3), reader.TextAt(4)));
        return stages.GroupBy(s => s.Run)
            .SelectMany(run => StoredPaths.Of(run.Select(s => (s.Id, s.Parent, s.Worker, s.Step))))
            .ToDictionary(p => p.Key, p => p.Value);
    }
}
