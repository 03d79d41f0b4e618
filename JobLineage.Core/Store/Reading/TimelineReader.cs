using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>Reads a run over time.</summary>
internal sealed class TimelineReader(NpgsqlConnection connection, RunStages run, string source, DateTimeOffset now)
{
    /// <summary>Jobs that the curve is made from: all of a smaller run, the newest of a larger one.</summary>
    public const int Sampled = NewestJobs.Most;

    /// <summary>Steps of the curve.</summary>
    private const int Steps = 96;

    /// <summary>Jobs of a long chain that are shown: the first, and the last of them.</summary>
    private const int StepsShown = 40;

    public async Task<RunTimeline> ReadAsync(CancellationToken cancellation)
    {
        var counts = run.Stages.Aggregate(default(StateCounts), (sum, stage) => sum + stage.Counts);
        var last = run.Stages.Max(stage => stage.FinishedAt);
        // Jobs that came from another run may be older: the picture begins with this one's root.
        var from = run.RunKey is null && run.Stages is [{ ParentId: null, InsertedAt: { } root }, ..] ? root : run.Stages.Min(stage => stage.InsertedAt);
        var to = counts.Unfinished > 0 ? now : last;
        var (flight, activity) = await InFlightAsync(counts, from, to, last, cancellation);
        return new(
            now, from, to,
            [.. run.Stages.Select(s => new StageSpan(s.Path, s.Counts, s.InsertedAt, s.StartedAt, s.FinishedAt) { Activity = activity.GetValueOrDefault(s.Id) ?? [] })],
            flight,
            await PathAsync(counts.Unfinished == 0, cancellation));
    }

    private async Task<(InFlight? Flight, Dictionary<long, int[]> Activity)> InFlightAsync(
        StateCounts counts, DateTimeOffset? from, DateTimeOffset? to, DateTimeOffset? last, CancellationToken cancellation)
    {
        if (from is null || to is null || last is null || to <= from)
            return (null, []);
        var begin = counts.Finished <= Sampled ? from.Value : await new NewestJobs(connection, run).BeginAsync(from.Value, last.Value, cancellation);
        if (begin >= to)
            return (null, []);
        var done = await SpansAsync(NewestJobs.Slices(run, NewestJobs.Ends), "j.finished_at", begin, cancellation);
        var going = await SpansAsync(NewestJobs.Slices(run, JobState.Executing), "j.scheduled_at", null, cancellation);
        var ready = counts.Available <= Sampled ? await SpansAsync(NewestJobs.Slices(run, JobState.Available), "j.scheduled_at", null, cancellation) : null;

        var step = (to.Value - begin) / (Steps - 1);
        var running = new int[Steps];
        var waiting = new int[Steps];
        var activity = new Dictionary<long, int[]>();
        foreach (var (stage, due, start, end) in done.Concat(going))
        {
            Ran(stage, start, end ?? to.Value);
            Fill(running, start, end ?? DateTimeOffset.MaxValue);
            if (start >= due)
                Fill(waiting, due, start);
        }

        foreach (var (_, due, _, _) in ready ?? [])
            Fill(waiting, due, DateTimeOffset.MaxValue);
        return (new(
            begin, to.Value, Sums(running), ready is null ? [] : Sums(waiting), done.Count + going.Count + (ready?.Count ?? 0), begin == from), activity);

        // Into each part of the time that the attempt reached into: one of a millisecond is seen as well.
        void Ran(long stage, DateTimeOffset? start, DateTimeOffset end)
        {
            if (start is not { } s || end < begin || s > to.Value)
                return;
            if (!activity.TryGetValue(stage, out var parts))
                activity[stage] = parts = new int[Steps];
            for (var part = Part(s); part <= Part(end); part++)
                parts[part]++;
        }

        int Part(DateTimeOffset at) => (int)Math.Clamp((at - begin) / (to.Value - begin) * Steps, 0, Steps - 1);

        // One more from the first step at or after the start, one fewer from the first at or after the end.
        void Fill(int[] steps, DateTimeOffset? start, DateTimeOffset? end)
        {
            if (start is not { } s || end is not { } e || e <= s)
                return;
            var (a, b) = (Step(s), Step(e));
            if (a < Steps)
                steps[a]++;
            if (b < Steps)
                steps[b]--;
        }

        int Step(DateTimeOffset at) => at <= begin ? 0 : at > to.Value ? Steps : (int)Math.Min(Steps, Math.Ceiling((at - begin) / step));

        static int[] Sums(int[] steps)
        {
            for (var i = 1; i < steps.Length; i++)
                steps[i] += steps[i - 1];
            return steps;
        }
    }

    private async Task<List<(long Stage, DateTimeOffset? Due, DateTimeOffset? Start, DateTimeOffset? End)>> SpansAsync(
        List<Slice> slices, string by, DateTimeOffset? since, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select p.stage, j.scheduled_at, j.attempted_at, j.finished_at
            from unnest($1, $2) p (stage, key)
            cross join lateral (
                select j.scheduled_at, j.attempted_at, j.finished_at
                from job_lineage.job j
                where j.source_id = $3 and j.stage_id = p.stage and j.state = p.key and {JobIs.Counted()}
                    {(since is null ? "" : $"and {by} is not null and {by} >= $4")}
                limit {Sampled + 1}) j
            limit {Sampled + 1}
            """, connection)
        { CommandTimeout = ViewsReader.TimeoutSeconds };
        NewestJobs.Add(command, run, slices, since);
        var spans = new List<(long, DateTimeOffset?, DateTimeOffset?, DateTimeOffset?)>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            spans.Add((reader.GetInt64(0), reader.TimeAt(1), reader.TimeAt(2), reader.TimeAt(3)));
        return spans;
    }

    private async Task<CriticalPath?> PathAsync(bool isFinal, CancellationToken cancellation)
    {
        SlicePlace? end = null;
        await foreach (var place in new SliceMerge(connection, run.SourceId, SliceKind.Finished, NewestJobs.Slices(run, NewestJobs.Ends), newestFirst: true).ReadAsync(null, 1, cancellation))
        {
            end = place;
            break;
        }

        if (end is null)
            return null;
        var (ids, between) = run.RunKey is null ? (await ChainAsync(end.Value.Id, cancellation), 0) : await StepsAsync(source, end.Value.Id, cancellation);
        ids.Add(end.Value.Id);
        var shown = ids.Count <= StepsShown ? ids : [ids[0], .. ids.Skip(ids.Count - StepsShown + 1)];
        var lines = await JobLines.ReadAsync(connection, run, shown, cancellation);
        // A root that was never seen has no times to show.
        return new([.. shown.Where(lines.ContainsKey).Select(id => lines[id])], ids.Count - shown.Count + between, isFinal);
    }

    private async Task<List<string>> ChainAsync(string id, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            with recursive up as (
                select case when {JobIs.Linked()} then j.parent_id end as id, 1 as level
                from job_lineage.job j where j.source_id = $1 and j.id = $2
                union all
                select case when {JobIs.Linked()} then j.parent_id end, u.level + 1
                from up u join job_lineage.job j on j.source_id = $1 and j.id = u.id
                where u.level < 10000)
            select u.id from up u where u.id is not null order by u.level desc
            """, connection)
        { CommandTimeout = ViewsReader.TimeoutSeconds }.With(run.SourceId, id);
        return await command.TextsAsync(cancellation);
    }

    private async Task<(List<string> Ids, long Between)> StepsAsync(string name, string id, CancellationToken cancellation) =>
        await new JobReader(connection, name, id).ReadAsync(cancellation) is { } view ? ([.. view.Ancestors.Select(a => a.Id)], view.AncestorsOmitted) : ([], 0);
}
