using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>The newest finished jobs of a run: what is told of a large one over time is told of these.</summary>
internal sealed class NewestJobs(NpgsqlConnection connection, RunStages run)
{
    /// <summary>All of a smaller run, the newest of a larger one.</summary>
    public const int Most = 20_000;

    /// <summary>The states in which a job has ended.</summary>
    public static readonly JobState[] Ends = [JobState.Completed, JobState.Discarded, JobState.Cancelled];

    /// <summary>The jobs of a run in some states, as they lie in indexes.</summary>
    public static List<Slice> Slices(RunStages run, params ReadOnlySpan<JobState> states)
    {
        var slices = new List<Slice>();
        foreach (var state in states)
            slices.AddRange(run.Stages.Where(s => s.Counts[state] > 0).Select(s => new Slice(s.Id, (int)state, 0)));
        return slices;
    }

    /// <summary>How far back the newest jobs reach: the span is doubled until there are too many in it.</summary>
    public async Task<DateTimeOffset> BeginAsync(DateTimeOffset from, DateTimeOffset last, CancellationToken cancellation)
    {
        var slices = Slices(run, Ends);
        var begin = last;
        for (var span = TimeSpan.FromSeconds(1); begin > from; span *= 2)
        {
            // Compared as spans: either end may be that of the calendar.
            var earlier = span < last - from ? last - span : from;
            await using var command = new NpgsqlCommand(
                $"""
                select count(*) from (
                    select from unnest($1, $2) p (stage, key)
                    cross join lateral (
                        select from job_lineage.job j
                        where j.source_id = $3 and j.stage_id = p.stage and j.state = p.key and {JobIs.Counted()} and j.finished_at is not null and j.finished_at >= $4
                        limit {Most + 1}) j
                    limit {Most + 1}) n
                """, connection)
            { CommandTimeout = ViewsReader.TimeoutSeconds };
            Add(command, run, slices, earlier);
            if ((long)(await command.ExecuteScalarAsync(cancellation))! > Most)
                break;
            begin = earlier;
        }

        return begin;
    }

    /// <summary>The parameters of a statement over slices: stages, states, the source, and a time if there is one.</summary>
    public static void Add(NpgsqlCommand command, RunStages run, IReadOnlyList<Slice> slices, DateTimeOffset? since)
    {
        command.With(Parameters.Longs(slices.Select(s => s.Stage)), Parameters.Ints(slices.Select(s => s.Key)), run.SourceId);
        if (since is { } at)
            command.With(at);
    }
}
