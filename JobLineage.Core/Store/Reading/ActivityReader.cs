using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>Reads what happened in a run over time: of a large one over the time that its newest jobs cover, as the curve of its timeline does.</summary>
internal sealed class ActivityReader(NpgsqlConnection connection, RunStages run, DateTimeOffset now)
{
    public async Task<RunActivity?> ReadAsync(CancellationToken cancellation)
    {
        var counts = run.Stages.Aggregate(default(StateCounts), (sum, stage) => sum + stage.Counts);
        var from = run.Stages.Min(stage => stage.InsertedAt);
        var last = run.Stages.Max(stage => stage.FinishedAt);
        var to = counts.Unfinished > 0 ? now : last;
        if (from is not { } begin || to is not { } end || end <= begin)
            return null;
        var newest = new NewestJobs(connection, run);
        if (counts.Finished > NewestJobs.Most && last is { } finished)
            begin = await newest.BeginAsync(begin, finished, cancellation);
        if (begin >= end)
            return null;
        var isWhole = begin == from;
        // The present is within the last step, and not behind it.
        var activity = new RunActivity(begin, end + TimeSpan.FromMilliseconds(1), 0, isWhole, []);
        var stages = new Dictionary<long, (int[] Started, int[] Finished, int[] Failed)>();
        var jobs = await CountAsync(activity, NewestJobs.Slices(run, NewestJobs.Ends), "finished_at", isWhole ? null : begin, stages, cancellation)
            + await CountAsync(activity, NewestJobs.Slices(run, JobState.Executing), "scheduled_at", null, stages, cancellation);
        return activity with
        {
            Jobs = jobs,
            Stages = [.. stages.Select(stage => new StageActivity(run.PathOf(stage.Key)!, stage.Value.Started, stage.Value.Finished, stage.Value.Failed))],
        };
    }

    private async Task<long> CountAsync(
        RunActivity activity, IReadOnlyList<Slice> slices, string by, DateTimeOffset? since, Dictionary<long, (int[] Started, int[] Finished, int[] Failed)> stages, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select p.stage, p.key, j.attempted_at, j.finished_at
            from unnest($1, $2) p (stage, key)
            cross join lateral (
                select j.attempted_at, j.finished_at
                from job_lineage.job j
                where j.source_id = $3 and j.stage_id = p.stage and j.state = p.key and {JobIs.Counted()}
                    {(since is null ? "" : $"and j.{by} is not null and j.{by} >= $4")}
                limit {NewestJobs.Most + 1}) j
            limit {NewestJobs.Most + 1}
            """, connection)
        { CommandTimeout = ViewsReader.TimeoutSeconds };
        NewestJobs.Add(command, run, slices, since);
        var jobs = 0L;
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            jobs++;
            var stage = reader.GetInt64(0);
            if (!stages.TryGetValue(stage, out var steps))
                stages[stage] = steps = (new int[RunActivity.Steps], new int[RunActivity.Steps], new int[RunActivity.Steps]);
            if (reader.TimeAt(2) is { } started && started >= activity.From && started < activity.To)
                steps.Started[activity.StepOf(started)]++;
            if (reader.TimeAt(3) is { } ended && ended >= activity.From && ended < activity.To)
                (reader.GetInt32(1) == (int)JobState.Discarded ? steps.Failed : steps.Finished)[activity.StepOf(ended)]++;
        }

        return jobs;
    }
}
