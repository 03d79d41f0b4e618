using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>
/// The last runs of pipelines that have come to rest, for lists: read once in a while for all pipelines of a list together,
/// whoever looks, and the same object as long as they are the same.
/// </summary>
internal sealed class RecentRuns(TimeProvider time)
{
    private const int Pipelines = 2_000;

    private static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private readonly Dictionary<(short Source, int Worker), (long At, PipelineTrend Trend)> known = [];

    /// <summary>The last runs of these pipelines.</summary>
    public async Task<IReadOnlyDictionary<(short Source, int Worker), PipelineTrend>> OfAsync(
        IEnumerable<(short Source, int Worker)> pipelines, NpgsqlConnection connection, CancellationToken cancellation)
    {
        var found = new Dictionary<(short, int), PipelineTrend>();
        var unknown = new List<(short Source, int Worker)>();
        lock (gate)
        {
            foreach (var pipeline in pipelines.Distinct())
            {
                if (known.TryGetValue(pipeline, out var entry) && time.GetElapsedTime(entry.At) < GoodFor)
                    found[pipeline] = entry.Trend;
                else
                    unknown.Add(pipeline);
            }
        }

        if (unknown.Count == 0)
            return found;
        var runs = await ReadAsync(unknown, connection, cancellation);
        lock (gate)
        {
            if (known.Count > Pipelines)
                known.Clear();
            foreach (var pipeline in unknown)
            {
                var fresh = runs[pipeline].ToList();
                var trend = known.TryGetValue(pipeline, out var before) && before.Trend.Runs.SequenceEqual(fresh) ? before.Trend : new(fresh);
                known[pipeline] = (time.GetTimestamp(), trend);
                found[pipeline] = trend;
            }
        }

        return found;
    }

    private static async Task<ILookup<(short, int), EndedRun>> ReadAsync(
        List<(short Source, int Worker)> pipelines, NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select f.source_id, f.worker, e.root_id, e.span, e.jobs, e.discarded
            from unnest($1, $2) f (source_id, worker) cross join lateral (
                select r.root_id, job_lineage.run_span(r.started_at, r.last_activity_at) as span,
                    r.completed + r.discarded + r.cancelled as jobs, r.discarded, {RunPlaces.Activity} as ended, r.id
                from job_lineage.run r
                where r.source_id = f.source_id and r.worker = f.worker and {RunPlaces.Closed}
                order by {RunPlaces.Activity} desc, r.id desc
                limit {PipelineTrend.MostRuns}) e
            order by e.ended, e.id
            """, connection).With(Parameters.Shorts(pipelines.Select(p => p.Source)), Parameters.Ints(pipelines.Select(p => p.Worker)));
        var rows = new List<((short, int) Pipeline, EndedRun Run)>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var span = reader.GetInt64(3);
            rows.Add(((reader.GetInt16(0), reader.GetInt32(1)), new(
                reader.GetString(2), span < 0 ? null : TimeSpan.FromMicroseconds(span), reader.GetInt64(4), reader.GetInt64(5))));
        }

        return rows.ToLookup(row => row.Pipeline, row => row.Run);
    }
}
