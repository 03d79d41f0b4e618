using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>Reads a job with its way up, its children and its siblings, in the caller's snapshot.</summary>
internal sealed class JobReader(NpgsqlConnection connection, string source, string jobId)
{
    private string jobId = jobId;

    /// <summary>Children that are listed of each stage; the counts say how many there are.</summary>
    private const int Sample = 20;

    /// <summary>The last id first, in the order of ids: numbers as numbers, others by their bytes.</summary>
    private const string LastFirst = "case when j.id ~ '^-?[0-9]{1,19}$' then j.id::numeric end desc nulls last, j.id desc";

    public async Task<JobView?> ReadAsync(CancellationToken cancellation)
    {
        jobId = await JobAddress.ResolveAsync(connection, source, jobId, cancellation);
        if (await JobAsync(cancellation) is not var (job, sourceId, stageId, runId, rootId))
            return null;
        var (paths, above) = await StagesAsync(sourceId, runId, stageId, cancellation);
        var (ancestors, omitted) = job.RunKey is null
            ? await AncestorsAsync(sourceId, cancellation)
            : await StepsBeforeAsync(sourceId, job.RunKey, above, cancellation);
        var children = job.RunKey is null
            ? await ChildrenAsync(sourceId, paths, cancellation)
            : await NextStepAsync(sourceId, runId, job, stageId, paths, cancellation);
        var path = stageId is { } stage ? paths[stage].Path : JobSql.Alone(job, 0, default).Stages[0].Path;
        return new(job, rootId ?? job.Id, path, ancestors, children)
        {
            AncestorsOmitted = omitted,
            Siblings = await SiblingsReader.ReadAsync(connection, sourceId, job, stageId, cancellation),
            PutAside = await PutAside.OfAsync(connection, sourceId, job.Id, cancellation),
            Others = await JobAddress.OthersAsync(connection, sourceId, job.Id, cancellation),
        };
    }

    private async Task<(Job Job, short SourceId, long? StageId, long? RunId, string? RootId)?> JobAsync(CancellationToken cancellation)
    {
        await using var command = Command(
            $"""
            select src.id, j.run_id, r.root_id, {JobSql.Columns}
            from job_lineage.source src
            join job_lineage.job j on j.source_id = src.id and j.id = $2
            left join job_lineage.run r on r.source_id = j.source_id and r.id = j.run_id
            {JobSql.Joins}
            where src.name = $1 and {JobSql.IsThere}
            """, source, jobId);
        await using var row = new RowCursor(await command.ExecuteReaderAsync(cancellation));
        if (!await row.NextAsync(cancellation))
            return null;
        var (sourceId, runId, rootId) = (row.Short(), row.LongOrNull(), row.TextOrNull());
        var (job, stage) = JobSql.Read(row, source);
        return (job, sourceId, stage, runId, rootId);
    }

    /// <summary>Path and full worker name of the run's stages, and the stages above the job's own, topmost first.</summary>
    private async Task<(Dictionary<long, (string Path, string Worker)> Paths, List<long> Above)> StagesAsync(
        short sourceId, long? runId, long? stageId, CancellationToken cancellation)
    {
        var places = new List<(long Key, long? Parent, string Worker, string? Step)>();
        if (runId is { } run)
        {
            await using var command = Command(
                """
                select s.id, s.parent_id, w.text, st.text
                from job_lineage.stage s
                join job_lineage.label w on w.id = s.worker
                left join job_lineage.label st on st.id = s.step
                where s.source_id = $1 and s.run_id = $2
                order by s.depth, s.id
                """, sourceId, run);
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
                places.Add((reader.GetInt64(0), reader.IsDBNull(1) ? null : reader.GetInt64(1), reader.GetString(2), reader.TextAt(3)));
        }

        var paths = StoredPaths.Of(places);
        var above = new List<long>();
        var parents = places.ToDictionary(p => p.Key, p => p.Parent);
        for (var stage = stageId is { } own ? parents[own] : null; stage is { } id; stage = parents[id])
            above.Insert(0, id);
        return (places.ToDictionary(p => p.Key, p => (paths[p.Key], p.Worker)), above);
    }

    /// <summary>The way up: its first and its nearest jobs, for a chain may have thousands; and how many are between.</summary>
    private async Task<(List<Job> Jobs, long Omitted)> AncestorsAsync(short sourceId, CancellationToken cancellation)
    {
        await using var command = Command(
            $"""
            with recursive up as (
                select j.id, case when {JobIs.Linked()} then j.parent_id end as parent_id, 0 as level
                from job_lineage.job j where j.source_id = $1 and j.id = $2
                union all
                select p.id, case when {JobIs.Linked("p")} then p.parent_id end, u.level + 1
                from up u
                join job_lineage.job p on p.source_id = $1 and p.id = u.parent_id)
            select {JobSql.Columns}, (select max(level) from up)
            from up u
            join job_lineage.job j on j.source_id = $1 and j.id = u.id
            {JobSql.Joins}
            where u.level > 0 and (u.level <= {JobView.NearAncestors} or u.level > (select max(level) from up) - {JobView.FirstAncestors})
            order by u.level desc
            """, sourceId, jobId);
        var (jobs, deepest) = (new List<Job>(), 0L);
        await using var row = new RowCursor(await command.ExecuteReaderAsync(cancellation));
        while (await row.NextAsync(cancellation))
        {
            jobs.Add(JobSql.Read(row, source).Job);
            deepest = row.Int();
        }

        return (jobs, deepest - jobs.Count);
    }

    /// <summary>Where runs share a key: the last job of each step before.</summary>
    private async Task<(List<Job> Jobs, long Omitted)> StepsBeforeAsync(short sourceId, string runKey, List<long> above, CancellationToken cancellation)
    {
        var jobs = new List<Job>();
        var omitted = Math.Max(0, above.Count - JobView.FirstAncestors - JobView.NearAncestors);
        foreach (var stage in omitted == 0 ? above : [.. above.Take(JobView.FirstAncestors), .. above.TakeLast(JobView.NearAncestors)])
        {
            await using var command = Command(
                $"""
                select {JobSql.Columns}
                from job_lineage.job j {JobSql.Joins}
                where j.source_id = $1 and j.run_key = $2 and j.stage_id = $3
                order by {LastFirst}
                limit 1
                """, sourceId, runKey, stage);
            jobs.AddRange(await JobsAsync(command, cancellation));
        }

        return (jobs, omitted);
    }

    private async Task<IReadOnlyList<ChildGroup>> ChildrenAsync(
        short sourceId, Dictionary<long, (string Path, string Worker)> paths, CancellationToken cancellation)
    {
        var which = $"j.parent_id = $2 and {JobIs.Linked()}";
        return await GroupsAsync(which, [sourceId, jobId], paths, cancellation);
    }

    /// <summary>Where runs share a key: the last job of a step is followed by all of the next.</summary>
    private async Task<IReadOnlyList<ChildGroup>> NextStepAsync(
        short sourceId, long? runId, Job job, long? stageId, Dictionary<long, (string Path, string Worker)> paths, CancellationToken cancellation)
    {
        await using var command = Command(
            $"""
            select j.id from job_lineage.job j
            where j.source_id = $1 and j.run_key = $2 and j.stage_id = $3
            order by {LastFirst}
            limit 1
            """, sourceId, job.RunKey!, stageId!.Value);
        if ((string?)await command.ExecuteScalarAsync(cancellation) != job.Id)
            return [];
        const string which =
            "j.run_key = $2 and j.stage_id in (select s.id from job_lineage.stage s where s.source_id = $1 and s.run_id = $4 and s.parent_id = $3)";
        return await GroupsAsync(which, [sourceId, job.RunKey!, stageId.Value, runId], paths, cancellation);
    }

    private async Task<IReadOnlyList<ChildGroup>> GroupsAsync(
        string which, SqlValue[] parameters, Dictionary<long, (string Path, string Worker)> paths, CancellationToken cancellation)
    {
        var counts = new Dictionary<long, StateCounts>();
        await using (var command = Command(
            $"select j.stage_id, j.state, count(*) from job_lineage.job j where j.source_id = $1 and {which} and {JobIs.Counted()} group by 1, 2", parameters))
        {
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                var stage = reader.GetInt64(0);
                counts[stage] = counts.GetValueOrDefault(stage).Add((JobState)reader.GetInt16(1), reader.GetInt64(2));
            }
        }

        if (counts.Count == 0)
            return [];
        var samples = new Dictionary<long, List<Job>>();
        await using (var command = Command(
            $"""
            select {JobSql.Columns}
            from (select j.*, row_number() over (partition by j.stage_id order by {JobSql.Order}) as place
                  from job_lineage.job j where j.source_id = $1 and {which} and {JobIs.Counted()}) j
            {JobSql.Joins}
            where j.place <= {Sample}
            order by {JobSql.Order}
            """, parameters))
        {
            await using var row = new RowCursor(await command.ExecuteReaderAsync(cancellation));
            while (await row.NextAsync(cancellation))
            {
                var (job, stage) = JobSql.Read(row, source);
                if (!samples.TryGetValue(stage!.Value, out var sample))
                    samples[stage.Value] = sample = [];
                sample.Add(job);
            }
        }

        return [.. counts
            .Select(c => new ChildGroup(paths[c.Key].Path, paths[c.Key].Worker, c.Value, samples[c.Key]))
            .OrderBy(g => g.Stage, StringComparer.Ordinal)];
    }

    private async Task<List<Job>> JobsAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        var jobs = new List<Job>();
        await using var row = new RowCursor(await command.ExecuteReaderAsync(cancellation));
        while (await row.NextAsync(cancellation))
            jobs.Add(JobSql.Read(row, source).Job);
        return jobs;
    }

    private NpgsqlCommand Command(string sql, params ReadOnlySpan<SqlValue> parameters) =>
        new NpgsqlCommand(sql, connection) { CommandTimeout = 30 }.With(parameters);
}
