using JobLineage.Core.Model;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>
/// Lists jobs of a run behind a place in their order. What an index serves is read and counted exactly at any size; for
/// the rest jobs are looked at one after the other, as many as <see cref="Examined"/> at a time, and the answer says so.
/// </summary>
internal sealed class JobsList(NpgsqlConnection connection, RunStages run, JobsQuery query)
{
    /// <summary>Jobs that are looked at for one page where there is no index for what is asked.</summary>
    public const int Examined = 10_000;

    /// <summary>What failed first; the numbers are ranks by <see cref="JobState"/>.</summary>
    private static readonly int[] Ranks = [3, 5, 4, 2, 1, 7, 0, 6];

    private SliceKind Kind => query.Error is not null ? SliceKind.Failed : query.Sort == JobSort.Finished ? SliceKind.Finished : SliceKind.Due;

    private bool IsNewestFirst => query.Sort != JobSort.Oldest;

    /// <summary>Reads a page; null when there is no such stage.</summary>
    public async Task<JobsPage?> ReadAsync(CancellationToken cancellation)
    {
        if (run.IsSingle)
            return await SingleAsync(cancellation);
        var stages = run.Stages;
        if (query.Stage is { } path)
        {
            if (run.Find(path) is not { } stage)
                return null;
            stages = [stage];
        }

        // A queue that a stage was never seen in, and the only one that it was seen in, need no looking.
        if (query.Queue is { } queue)
            stages = [.. stages.Where(s => s.Queues.Contains(queue) || s.Queues.Count >= StoredStage.QueuesKept)];
        var mixed = query.Queue is not null && stages.Any(s => s.Queues.Count > 1);
        var below = query.Below is { } above && above != run.RootId ? await Descendants.ReadAsync(connection, run.SourceId, above, cancellation) : null;

        var (slices, total) = await SlicesAsync(stages, cancellation);
        var looks = mixed || query.Text is not null || below is not null || (query.Error is not null && query.State is not null)
            || (query.Error is not null && query.Sort == JobSort.Finished);
        var filter = new JobFilter(connection, run, query, below?.Ids);
        return looks
            ? await LookAsync(slices, filter, below, total, cancellation)
            : await PageAsync(slices, total, cancellation);
    }

    private async Task<JobsPage> PageAsync(List<Slice> slices, long? total, CancellationToken cancellation)
    {
        var places = new List<SlicePlace>(query.Size + 1);
        await foreach (var place in Merge(slices).ReadAsync(After, query.Size + 1, cancellation))
        {
            places.Add(place);
            if (places.Count > query.Size)
                break;
        }

        var more = places.Count > query.Size;
        if (more)
            places.RemoveAt(places.Count - 1);
        var lines = await LinesAsync(places.Select(p => p.Id), cancellation);
        return new(lines, total, more ? Cursor(places[^1]) : null, null, null, false, false);
    }

    private async Task<JobsPage> LookAsync(
        List<Slice> slices, JobFilter filter, Descendants? below, long? outOf, CancellationToken cancellation)
    {
        // The jobs below one are fewer than the jobs of its run: they are what is put in order.
        var all = below is null
            ? Merge(slices).ReadAsync(After, Examined, cancellation)
            : filter.OrderAsync(slices, Kind, IsNewestFirst, After, cancellation);
        var found = new List<SlicePlace>();
        var batch = new List<SlicePlace>();
        SlicePlace? last = null;
        long examined = 0;
        var ended = true;
        await foreach (var place in all)
        {
            batch.Add(place);
            last = place;
            if (++examined % 1_000 == 0)
            {
                found.AddRange(await filter.MatchingAsync(batch, cancellation));
                batch.Clear();
            }

            if (found.Count > query.Size || examined >= Examined)
            {
                ended = false;
                break;
            }
        }

        found.AddRange(await filter.MatchingAsync(batch, cancellation));
        var full = found.Count > query.Size;
        if (full)
            found.RemoveRange(query.Size, found.Count - query.Size);
        var lines = await LinesAsync(found.Select(p => p.Id), cancellation);
        var next = full ? Cursor(found[^1]) : ended ? null : Cursor(last!.Value);
        var whole = ended && !full && query.After is null;
        return new(lines, whole ? found.Count : null, next, examined, below?.Ids.Count ?? outOf, !full && !ended, below?.IsTruncated ?? false);
    }

    private async Task<(List<Slice> Slices, long? Total)> SlicesAsync(IReadOnlyList<StoredStage> stages, CancellationToken cancellation)
    {
        if (query.Error is { } error)
        {
            var groups = await ErrorGroups.OfAsync(connection, stages, error, cancellation);
            return ([.. groups.Select(g => new Slice(g.Stage, error, 0))], groups.Sum(g => g.Jobs));
        }

        var slices = new List<Slice>();
        var total = 0L;
        foreach (var stage in stages)
        {
            foreach (var (state, count) in stage.Counts.NonZero())
            {
                if ((query.State is { } only && only != state) || (query.Sort == JobSort.Finished && !state.IsFinished()))
                    continue;
                slices.Add(new(stage.Id, (int)state, query.Sort == JobSort.Errors ? Ranks[(int)state] : 0));
                total += count;
            }
        }

        return (slices, total);
    }

    private async Task<JobsPage> SingleAsync(CancellationToken cancellation)
    {
        var lines = await LinesAsync([run.RootId], cancellation);
        var matching = lines.Where(line => query.After is null
            && (query.Stage is null || line.Stage == query.Stage)
            && (query.State is null || line.State == query.State)
            && (query.Queue is null || line.Queue == query.Queue)
            && (query.Error is null || line.Fingerprint == query.Error)
            && query.Below is null
            && (query.Sort != JobSort.Finished || line.FinishedAt is not null)).ToList();
        if (query.Text is not null && matching.Count > 0)
        {
            var places = matching.Select(line => new SlicePlace(0, null, line.Id)).ToList();
            matching = (await new JobFilter(connection, run, query, null).MatchingAsync(places, cancellation)).Count > 0 ? matching : [];
        }

        return new(matching, matching.Count, null, null, null, false, false);
    }

    private SliceMerge Merge(IReadOnlyList<Slice> slices) => new(connection, Kind, slices, IsNewestFirst);

    // A cursor of another order leads nowhere in this one.
    private SlicePlace? After => query.After is { } after && after.Sort == query.Sort ? new(after.Rank, after.At, after.Id) : null;

    private JobsCursor Cursor(SlicePlace place) => new(query.Sort, place.Rank, place.At, place.Id);

    private async Task<IReadOnlyList<JobLine>> LinesAsync(IEnumerable<string> ids, CancellationToken cancellation)
    {
        var order = ids.ToList();
        var lines = await JobLines.ReadAsync(connection, run, order, cancellation);
        return [.. order.Where(lines.ContainsKey).Select(id => lines[id])];
    }
}
