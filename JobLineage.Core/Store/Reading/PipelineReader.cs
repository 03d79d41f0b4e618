using JobLineage.Core.Diagnosis;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>Reads the runs of a pipeline, in the caller's snapshot.</summary>
/// <param name="connection">With the transaction.</param>
/// <param name="now">The moment of the reading.</param>
/// <param name="examiner">Says what runs that go on are doing.</param>
internal sealed class PipelineReader(NpgsqlConnection connection, DateTimeOffset now, RunExaminer examiner)
{
    /// <summary>Runs before the charted ones that are looked at: what none of them had is new.</summary>
    private const int Before = 30;

    /// <summary>Stages that are read, of all runs together: the newest runs have theirs.</summary>
    private const int MostStages = 20_000;

    private const int TimeoutSeconds = 30;

    public async Task<PipelineHistory?> ReadAsync(PipelineQuery query, CancellationToken cancellation)
    {
        if (await FindAsync(query, cancellation) is not var (source, worker))
            return null;
        var since = query.Days is { } days ? now.AddDays(-days) : DateTimeOffset.MinValue;
        if (await TotalAsync(source, worker, since, cancellation) is not { } total)
            return null;
        var byTime = query.Sort == PipelineSort.Newest;
        // Runs before the range are looked at as well, for what is new in it.
        var window = await RunsAsync(source, worker, DateTimeOffset.MinValue, PipelineSort.Newest, byTime ? query.After : null, PipelineQuery.Size + 1 + Before, cancellation);
        var inRange = window.Count(r => r.Run.StartedAt >= since || query.Days is null);
        var page = byTime
            ? [.. window.Take(Math.Min(inRange, PipelineQuery.Size + 1))]
            : await RunsAsync(source, worker, since, query.Sort, query.After, PipelineQuery.Size + 1, cancellation);
        var charted = window.Take(Math.Min(inRange, PipelineQuery.Size)).Select(r => r.Run).ToList();
        var (folded, complete) = await FoldAsync(source, [.. window.Select(r => r.Run)], charted.Count, cancellation);
        var before = await BeforeAsync(source, worker, [.. page.Select(r => r.Run), .. charted], cancellation);
        var seen = await SeenAsync(source, [.. page.Select(r => r.Run), .. charted], cancellation);
        PipelineRun Whole(PipelineRun run) => run with { Before = before.GetValueOrDefault(run.Id), Seen = seen.TryGetValue(run.Id, out var one) ? one.State : null };
        var told = folded.Charted().Select(Whole).TakeLast(complete).ToList();
        var known = told.ToDictionary(run => run.Id);
        return new()
        {
            Source = query.Source,
            Worker = query.Worker,
            AsOf = now,
            Total = total,
            Runs = [.. page.Take(PipelineQuery.Size).Select(r => known.GetValueOrDefault(r.Run.Id) ?? Whole(r.Run))],
            Next = page.Count > PipelineQuery.Size ? Place(query.Sort, page[PipelineQuery.Size - 1]) : null,
            Charted = told,
            Stages = [.. folded.Stages().Select(stage => stage with { Points = [.. stage.Points.TakeLast(complete)] })],
            Usual = folded.Usual(),
        };
    }

    /// <summary>What is left of the last run of this root that was dropped; null when none was.</summary>
    public async Task<DroppedRun?> FindDroppedAsync(string source, string rootId, CancellationToken cancellation)
    {
        var isOne = JobKeys.TryRead(rootId, out var newest, out var inserted);
        await using var command = Command(
            $"""
            select {string.Join(", ", PipelineSql.RunColumns.Split(", ").Select(c => "p." + c))}, l.text, s.id
            from job_lineage.source s
            join job_lineage.past_run p on p.source_id = s.id and (p.root_id = $2 or p.root_id = $3 and p.started_at = $4)
            join job_lineage.label l on l.id = p.worker
            where s.name = $1
            order by p.root_id = $2 desc, p.id desc
            limit 1
            """,
            source, rootId,
            // An address of one of the jobs that have had an id, made while it was the newest.
            isOne ? newest : null, isOne ? inserted : (DateTimeOffset?)null);
        PipelineRun run;
        string worker;
        short number;
        await using (var row = new RowCursor(await command.ExecuteReaderAsync(cancellation)))
        {
            if (!await row.NextAsync(cancellation))
                return null;
            (run, worker, number) = (Run(row), row.Text(), row.Short());
        }

        var stages = (await StagesAsync(number, [run], cancellation)).GetValueOrDefault(run.Id) ?? [];
        var (errors, texts) = await ErrorsAsync(number, [run], cancellation);
        return new()
        {
            Source = source,
            Worker = worker,
            Run = run,
            Stages = [.. stages.OrderBy(s => s.Depth).ThenBy(s => s.Path, StringComparer.Ordinal)],
            Errors = [.. errors.GetValueOrDefault(run.Id, []).OrderByDescending(e => e.Value).ThenBy(e => e.Key).Select(e => new PipelineError(e.Key, texts[e.Key], e.Value, 0))],
        };
    }

    private async Task<(PipelineFold Fold, int Complete)> FoldAsync(short source, IReadOnlyList<PipelineRun> window, int charted, CancellationToken cancellation)
    {
        var stages = await StagesAsync(source, [.. window.Take(charted + 1)], cancellation);
        var (errors, texts) = await ErrorsAsync(source, window, cancellation);
        var runs = window.Select(run => new FoldedRun(
            run, stages.GetValueOrDefault(run.Id)?.ToDictionary(s => s.Path, StagePath.Comparer), errors.GetValueOrDefault(run.Id, []))).ToList();
        return (new(runs, charted, texts), runs.Take(charted).TakeWhile(run => run.Stages is not null).Count());
    }

    /// <summary>Those of these runs that go on, as their own pages say what they are doing.</summary>
    private async Task<Dictionary<long, SeenRun>> SeenAsync(short source, IEnumerable<PipelineRun> runs, CancellationToken cancellation)
    {
        var open = runs.Where(run => run is { IsFinished: false, DroppedAt: null }).Select(run => run.Id).Distinct().ToList();
        if (open.Count == 0)
            return [];
        var places = new List<RunPlace>(open.Count);
        await using (var command = Command("select r.id, r.version from job_lineage.run r where r.source_id = $1 and r.id = any($2)", source, Parameters.Longs(open)))
        {
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
                places.Add(new(reader.GetInt64(0), 0, reader.GetInt64(1), source));
        }

        return await examiner.ExamineAsync(connection, places, await RunHeads.ReadAsync(connection, false, cancellation), now, cancellation);
    }

    private async Task<(short Source, int Worker)?> FindAsync(PipelineQuery query, CancellationToken cancellation)
    {
        await using var command = Command(
            "select s.id, l.id from job_lineage.source s join job_lineage.label l on l.text = $2 where s.name = $1",
            query.Source, query.Worker);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? (reader.GetInt16(0), reader.GetInt32(1)) : null;
    }

    private async Task<long?> TotalAsync(short source, int worker, DateTimeOffset since, CancellationToken cancellation)
    {
        await using var command = Command(PipelineSql.Total, source, worker, since);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return reader.GetBoolean(1) ? reader.GetInt64(0) : null;
    }

    private async Task<List<(PipelineRun Run, long Key)>> RunsAsync(
        short source, int worker, DateTimeOffset since, PipelineSort sort, PipelineCursor? after, int most, CancellationToken cancellation)
    {
        SqlValue place = sort == PipelineSort.Newest
            ? after is null ? DateTimeOffset.MaxValue : new DateTimeOffset(Math.Max(after.Value, 0), TimeSpan.Zero)
            : after?.Value ?? long.MaxValue;
        await using var command = Command(
            PipelineSql.Runs(sort), source, worker, since, place,
            after?.Run ?? long.MaxValue, most);
        var runs = new List<(PipelineRun, long)>();
        await using var row = new RowCursor(await command.ExecuteReaderAsync(cancellation));
        while (await row.NextAsync(cancellation))
            runs.Add((Run(row), row.Long()));
        return runs;
    }

    private async Task<Dictionary<long, string>> BeforeAsync(short source, int worker, IReadOnlyList<PipelineRun> runs, CancellationToken cancellation)
    {
        var asked = runs.DistinctBy(run => run.Id).ToList();
        await using var command = Command(
            PipelineSql.Before, source, worker,
            Parameters.Longs(asked.Select(run => run.Id)), Parameters.Times(asked.Select(run => (DateTimeOffset?)(run.StartedAt ?? DateTimeOffset.MinValue))));
        var before = new Dictionary<long, string>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            before[reader.GetInt64(0)] = reader.GetString(1);
        return before;
    }

    /// <summary>The stages of these runs, as many of them, from the first on, as fit.</summary>
    private async Task<Dictionary<long, List<Stage>>> StagesAsync(short source, IReadOnlyList<PipelineRun> runs, CancellationToken cancellation)
    {
        await using var command = Command(
            PipelineSql.Stages, source, Kept(runs), Dropped(runs), Parameters.Longs(runs.Select(run => run.Id)), MostStages);
        var rows = new List<StageRow>();
        await using var row = new RowCursor(await command.ExecuteReaderAsync(cancellation));
        while (await row.NextAsync(cancellation))
        {
            rows.Add(new(
                row.Long(), row.Long(), row.LongOrNull(), row.Text(), row.TextOrNull(), row.Int(), row.Long(), row.Long(), row.Long(), row.Long(),
                row.Time(), row.Time(), row.Counts()));
        }

        var byRun = rows.GroupBy(row => row.Run).ToList();
        // The last one may have been cut off in the middle.
        return (rows.Count < MostStages ? byRun : byRun.SkipLast(1)).ToDictionary(run => run.Key, Stages);
    }

    private async Task<(Dictionary<long, Dictionary<int, long>> Errors, Dictionary<int, string> Texts)> ErrorsAsync(
        short source, IReadOnlyList<PipelineRun> runs, CancellationToken cancellation)
    {
        await using var command = Command(PipelineSql.Errors, source, Kept(runs), Dropped(runs));
        var errors = new Dictionary<long, Dictionary<int, long>>();
        var texts = new Dictionary<int, string>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var run = reader.GetInt64(0);
            if (!errors.TryGetValue(run, out var known))
                errors[run] = known = [];
            known[reader.GetInt32(1)] = reader.GetInt64(2);
            texts[reader.GetInt32(1)] = reader.GetString(3);
        }

        return (errors, texts);
    }

    private static List<Stage> Stages(IEnumerable<StageRow> rows)
    {
        var all = rows.ToList();
        var paths = StoredPaths.Of(all.Select(row => (row.Id, row.Parent, row.Worker, row.Step)));
        return [.. all.Select(row => row.ToStage(paths))];
    }

    private static PipelineRun Run(RowCursor row) => new()
    {
        Id = row.Long(),
        RootId = row.Text(),
        RunKey = row.TextOrNull(),
        StartedAt = row.Time(),
        LastActivityAt = row.Time(),
        DroppedAt = row.Time(),
        Vanished = row.Long(),
        Counts = row.Counts(),
    };

    private static PipelineCursor Place(PipelineSort sort, (PipelineRun Run, long Key) last) => new(
        sort, sort == PipelineSort.Newest ? (last.Run.StartedAt ?? DateTimeOffset.MinValue).UtcTicks : last.Key, last.Run.Id);

    private NpgsqlCommand Command(string sql, params ReadOnlySpan<SqlValue> parameters) =>
        new NpgsqlCommand(sql, connection) { CommandTimeout = TimeoutSeconds }.With(parameters);

    private static SqlValue Kept(IEnumerable<PipelineRun> runs) => Parameters.Longs(runs.Where(run => run.DroppedAt is null).Select(run => run.Id));

    private static SqlValue Dropped(IEnumerable<PipelineRun> runs) => Parameters.Longs(runs.Where(run => run.DroppedAt is not null).Select(run => run.Id));

    private sealed record StageRow(
        long Run, long Id, long? Parent, string Worker, string? Step, int Depth, long Vanished, long Ran, long RanMs, long WaitedMs,
        DateTimeOffset? FirstInsertedAt, DateTimeOffset? LastFinishedAt, StateCounts Counts)
    {
        public Stage ToStage(Dictionary<long, string> paths) => new()
        {
            Path = paths[Id],
            ParentPath = Parent is { } parent ? paths[parent] : null,
            Worker = Worker,
            Name = StagePath.NameOf(paths[Id]),
            Depth = Depth,
            Counts = Counts,
            Vanished = Vanished,
            MeanRun = Ran > 0 ? TimeSpan.FromMilliseconds((double)RanMs / Ran) : null,
            MeanWait = Ran > 0 ? TimeSpan.FromMilliseconds((double)WaitedMs / Ran) : null,
            FirstInsertedAt = FirstInsertedAt,
            LastFinishedAt = LastFinishedAt,
        };
    }
}
