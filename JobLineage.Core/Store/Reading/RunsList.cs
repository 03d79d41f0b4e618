using JobLineage.Core.Diagnosis;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>
/// Reads a page of the runs list behind a place in its order; the unfinished runs on it are read whole, so that "stuck"
/// means the same here as on the run's own page.
/// </summary>
internal sealed class RunsList(NpgsqlConnection connection, RunsQuery query, RunExaminer examiner, RecentRuns recent, DateTimeOffset now, TimeLimit limit)
{
    /// <summary>Whether a run is stuck or only running shows when it is looked at: at most so many are.</summary>
    private const int Examined = 1000;

    /// <summary>Runs that are looked at with one statement.</summary>
    private const int Chunk = 1000;

    private const int PipelinesTold = 200;

    private const int ArgsShown = 500;

    public async Task<RunsPage> ReadAsync(CancellationToken cancellation)
    {
        var all = await RunHeads.ReadAsync(connection, query is { State: null, IsSearched: false, After: null, HasRange: false }, cancellation);
        var heads = all.Of(query);
        var told = all.Pipelines.Take(PipelinesTold).Select(p => new PipelineRuns(p.Source, p.Worker, p.Runs)).ToList();
        if (heads.Pipelines.Count == 0)
            return new([], heads.Singles, 0, now) { Pipelines = told };
        var places = new RunPlaces(connection, query, heads.Pipelines, now);
        var found = query.IsExamined || query.IsSearched
            ? await LookAsync(places, heads, cancellation)
            : await PlainAsync(places, heads, cancellation);
        var runs = await SummariesAsync(found, heads, cancellation);
        return new(runs, heads.Singles, found.Total, now)
        {
            IsAtLeast = found.IsAtLeast,
            Next = found.Next,
            Examined = found.Examined,
            Stopped = found.Stopped,
            IsTimeUp = found.IsTimeUp,
            PassedOver = found.PassedOver,
            Pipelines = told,
        };
    }

    private async Task<Found> PlainAsync(RunPlaces places, RunHeads heads, CancellationToken cancellation)
    {
        var listed = await places.ReadAsync(null, query.PageSize + 1, null, cancellation);
        var more = listed.Count > query.PageSize;
        if (more)
            listed.RemoveAt(listed.Count - 1);
        var found = new Found(listed, more ? places.Cursor(listed[^1]) : null);
        if (query.State is null && !query.HasRange)
            return found with { Total = heads.Pipelines.Sum(p => p.Runs) };
        if (!more && query.After is null)
            return found with { Total = listed.Count };
        var total = await places.CountAsync(RunsPage.MostCounted, cancellation);
        return found with { Total = Math.Min(total, RunsPage.MostCounted), IsAtLeast = total > RunsPage.MostCounted };
    }

    private async Task<Found> LookAsync(RunPlaces places, RunHeads heads, CancellationToken cancellation)
    {
        var filter = query.IsSearched ? await RunSearch.ReadAsync(connection, query.Filter, now, limit, cancellation) : null;
        // Before the order, and not in it again.
        List<RunPlace> named = filter is { Named.Count: > 0 } && query.After is null
            ? await InStateAsync(await places.ReadAsync(null, filter.Named.Count, filter.Named, cancellation), heads, cancellation)
            : [];
        var room = Math.Max(0, query.PageSize - named.Count);
        var matching = new List<RunPlace>();
        var (examined, most) = (0, query.IsExamined ? Examined : RunTextFilter.Examined);
        RunPlace? last = null;
        var (ended, isTimeUp) = (false, false);
        // Where a text is not looked for, what is looked at is counted to the end.
        while (!ended && !isTimeUp && examined < most && (matching.Count <= room || (filter is null && query.After is null)))
        {
            var size = Math.Min(Chunk, most - examined);
            var chunk = await places.ReadAsync(last, size, filter?.Only, cancellation);
            ended = chunk.Count < size;
            HashSet<long>? holding = null;
            if (filter is not null)
            {
                (holding, var looked) = await filter.LookAsync(chunk, cancellation);
                isTimeUp = looked < chunk.Count;
                ended &= !isTimeUp;
                chunk.RemoveRange(looked, chunk.Count - looked);
            }

            examined += chunk.Count;
            if (chunk.Count == 0)
                break;
            last = chunk[^1];
            chunk.RemoveAll(place => holding?.Contains(place.Id) == false || filter?.Named.Contains(place.Id) == true);

            matching.AddRange(await InStateAsync(chunk, heads, cancellation));
        }

        var full = matching.Count > room;
        var total = named.Count + matching.Count;
        if (full)
            matching.RemoveRange(room, matching.Count - room);
        var next = full ? places.Cursor(matching.Count > 0 ? matching[^1] : null) : ended ? null : places.Cursor(last);
        return new([.. named, .. matching], next)
        {
            Total = query.After is null && (filter is null || (ended && !full && filter.PassedOver == 0)) ? total : null,
            IsAtLeast = query.After is null && filter is null && !ended,
            Examined = filter is null ? null : examined,
            Stopped = !full && !ended,
            IsTimeUp = !full && isTimeUp,
            PassedOver = filter?.PassedOver ?? 0,
        };
    }

    private async Task<List<RunPlace>> InStateAsync(List<RunPlace> places, RunHeads heads, CancellationToken cancellation)
    {
        if (!query.IsExamined)
            return places;
        var seen = await examiner.ExamineAsync(connection, places, heads, now, cancellation);
        return [.. places.Where(place => seen.TryGetValue(place.Id, out var run) && run.Is(query.State!.Value))];
    }

    private async Task<IReadOnlyList<RunSummary>> SummariesAsync(Found found, RunHeads heads, CancellationToken cancellation)
    {
        var rows = await RowsAsync(found.Places, cancellation);
        var open = found.Places.Where(place => rows.TryGetValue(place.Id, out var row) && row.Summary.Counts.Unfinished > 0).ToList();
        var seen = await examiner.ExamineAsync(connection, open, heads, now, cancellation);
        var trends = await recent.OfAsync(rows.Values.Select(row => (row.SourceId, row.WorkerId)), connection, cancellation);
        var runs = new List<RunSummary>(found.Places.Count);
        foreach (var place in found.Places)
        {
            if (!rows.TryGetValue(place.Id, out var row))
                continue;
            var summary = row.Summary with { Trend = trends.GetValueOrDefault((row.SourceId, row.WorkerId)) };
            runs.Add(seen.TryGetValue(place.Id, out var run) ? summary with { State = run.State, Findings = FindingCounts.Of(run.Findings), Reason = run.Reason } : summary);
        }

        return runs;
    }

    private async Task<Dictionary<long, ListedRun>> RowsAsync(IReadOnlyList<RunPlace> places, CancellationToken cancellation)
    {
        var rows = new Dictionary<long, ListedRun>(places.Count);
        if (places.Count == 0)
            return rows;
        await using var command = new NpgsqlCommand(
            $"""
            select r.id, {StateColumns.Of("r")}, r.source_id, r.worker, src.name, r.root_id, r.run_key, w.text, r.version,
                st.stages, r.started_at, r.last_activity_at, left({JobSql.Args("root")}, {ArgsShown}), st.failing, st.missing, st.cycles
            from unnest($1) u (id)
            join job_lineage.run r on r.source_id = any($2) and r.id = u.id
            join job_lineage.source src on src.id = r.source_id
            join job_lineage.label w on w.id = r.worker
            left join job_lineage.job root on root.source_id = r.source_id and root.id = r.root_id
            cross join lateral (
                select count(*) as stages, count(*) filter (where s.discarded > 0) as failing,
                    count(*) filter (where s.short_children + s.lost_children > 0) as missing, count(*) filter (where s.cycle_cuts > 0) as cycles
                from job_lineage.stage s where s.source_id = r.source_id and s.run_id = r.id) st
            """, connection).With(Parameters.Longs(places.Select(p => p.Id)), RunPlace.Sources(places));
        await using var row = new RowCursor(await command.ExecuteReaderAsync(cancellation));
        while (await row.NextAsync(cancellation))
        {
            var (id, counts) = (row.Long(), row.Counts());
            rows[id] = new(row.Short(), row.Int(), new()
            {
                Source = row.Text(),
                RootId = row.Text(),
                RunKey = row.TextOrNull(),
                Worker = row.Text(),
                Version = row.Long(),
                Counts = counts,
                Stages = (int)row.Long(),
                State = counts.Discarded > 0 ? RunState.Failed : RunState.Finished,
                StartedAt = row.Time(),
                LastActivityAt = row.Time(),
                RootArgs = row.TextOrNull(),
                Findings = new(Failing: (int)row.Long(), Missing: (int)row.Long(), Cycle: (int)row.Long()),
            });
        }

        return rows;
    }

    /// <summary>What a page is made of.</summary>
    /// <param name="Places">The runs on it, in their order.</param>
    /// <param name="Next">Where the list goes on; null at its end.</param>
    private sealed record Found(IReadOnlyList<RunPlace> Places, RunsCursor? Next)
    {
        public long? Total { get; init; }

        public bool IsAtLeast { get; init; }

        public long? Examined { get; init; }

        public bool Stopped { get; init; }

        public bool IsTimeUp { get; init; }

        public long PassedOver { get; init; }
    }

    private sealed record ListedRun(short SourceId, int WorkerId, RunSummary Summary);
}
