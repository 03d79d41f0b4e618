using JobLineage.Core.Model;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>
/// Lists jobs of a run behind a place in their order. What an index serves is read and counted exactly at any size; for
/// the rest jobs are looked at one after the other, as many as <see cref="Examined"/> at a time, and the answer says so.
/// </summary>
internal sealed class JobsList(NpgsqlConnection connection, RunStages run, JobsQuery query, DateTimeOffset now)
{
    /// <summary>Jobs that are looked at for one page where there is no index for what is asked.</summary>
    public const int Examined = 10_000;

    /// <summary>What failed first; the numbers are ranks by <see cref="JobState"/>.</summary>
    private static readonly int[] Ranks = [3, 5, 4, 2, 1, 7, 0, 6];

    /// <summary>Pieces of the index of errors that are read side by side; where a text is in more kinds of error, jobs are looked at instead.</summary>
    private const int MostErrorSlices = 400;

    private bool goesByErrors;

    private JobFilter Filter { get; } = query.Filter.Within(run.RootId);

    private SliceKind Kind => goesByErrors ? SliceKind.Failed : query.Sort == JobSort.Finished ? SliceKind.Finished : SliceKind.Due;

    private bool IsNewestFirst => query.Sort != JobSort.Oldest;

    /// <summary>Reads a page; null when there is no such stage.</summary>
    public async Task<JobsPage?> ReadAsync(CancellationToken cancellation)
    {
        if (await JobConditions.ReadAsync(connection, run, Filter, now, cancellation) is not { } conditions)
            return null;
        var look = new JobLook(connection, run, query, conditions);
        if (run.IsSingle)
            return await SingleAsync(look, cancellation);
        // A queue that a stage was never seen in, and the only one that it was seen in, need no looking.
        var stages = conditions.Stages;
        if (Filter.Queue is { } queue)
            stages = [.. stages.Where(s => s.Queues.Contains(queue) || s.Queues.Count >= StoredStage.QueuesKept || queue.Length == 0)];
        var mixed = Filter.Queue is { } only && stages.Any(s => s.Queues.Count > 1 || only.Length == 0);
        var below = Filter.Below is { } above ? await Descendants.ReadAsync(connection, run.SourceId, above, cancellation) : null;
        var few = below?.Ids;
        if (Filter.Ids.Count > 0)
            few = below is null ? Filter.Ids : [.. Filter.Ids.Intersect(below.Ids, StringComparer.Ordinal)];
        var (slices, total) = await SlicesAsync(stages, conditions, cancellation);
        var looks = mixed || few is not null || query.Within is not null || conditions.NeedsLooking
            || (conditions.Errors is not null && (!goesByErrors || Filter.States.Count > 0 || query.Sort == JobSort.Finished));
        return looks
            ? await LookAsync(slices, look, few, below?.IsTruncated ?? false, total, cancellation)
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
        List<Slice> slices, JobLook look, IReadOnlyCollection<string>? few, bool belowTruncated, long? outOf, CancellationToken cancellation)
    {
        // The jobs that are named, or are below one, are fewer than the jobs of their run: they are what is put in order.
        var all = few is null
            ? Merge(slices).ReadAsync(After, Examined, cancellation)
            : look.OrderAsync(few, slices, Kind, IsNewestFirst, After, cancellation);
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
                found.AddRange(await look.MatchingAsync(batch, cancellation));
                batch.Clear();
            }

            if (found.Count > query.Size || examined >= Examined)
            {
                ended = false;
                break;
            }
        }

        found.AddRange(await look.MatchingAsync(batch, cancellation));
        var full = found.Count > query.Size;
        if (full)
            found.RemoveRange(query.Size, found.Count - query.Size);
        var lines = await LinesAsync(found.Select(p => p.Id), cancellation);
        var next = full ? Cursor(found[^1]) : ended ? null : Cursor(last!.Value);
        var whole = ended && !full && After is null;
        return new(lines, whole ? found.Count : null, next, examined, few?.Count ?? outOf, !full && !ended, belowTruncated);
    }

    private async Task<(List<Slice> Slices, long? Total)> SlicesAsync(
        IReadOnlyList<StoredStage> stages, JobConditions conditions, CancellationToken cancellation)
    {
        if (conditions.Errors is { } errors)
        {
            var groups = await ErrorGroups.OfAsync(connection, run.SourceId, stages, errors, cancellation);
            // A list goes on as it was begun: the run may have fewer kinds of error by now.
            goesByErrors = groups.Count <= MostErrorSlices && !(query.After is { IsByErrors: false } after && after.Sort == query.Sort);
            if (goesByErrors)
                return ([.. groups.Select(g => new Slice(g.Stage, g.Fingerprint, 0))], groups.Sum(g => g.Jobs));
        }

        var slices = new List<Slice>();
        var total = 0L;
        foreach (var stage in stages)
        {
            foreach (var (state, count) in stage.Counts.NonZero())
            {
                if ((Filter.States.Count > 0 && !Filter.States.Contains(state)) || (query.Sort == JobSort.Finished && !state.IsFinished()))
                    continue;
                slices.Add(new(stage.Id, (int)state, query.Sort == JobSort.Errors ? Ranks[(int)state] : 0));
                total += count;
            }
        }

        return (slices, total);
    }

    private async Task<JobsPage> SingleAsync(JobLook look, CancellationToken cancellation)
    {
        var lines = await LinesAsync([run.RootId], cancellation);
        var matching = lines.Where(line => query.After is null
            && (Filter.Stage is null || line.Stage == Filter.Stage)
            && (Filter.Ids.Count == 0 || Filter.Ids.Contains(line.Id, StringComparer.Ordinal))
            && Filter.Below is null
            && (query.Sort != JobSort.Finished || line.FinishedAt is not null)).ToList();
        if (matching.Count > 0 && (!Filter.IsAll || query.Within is not null)
            && (await look.MatchingAsync([.. matching.Select(line => new SlicePlace(0, null, line.Id))], cancellation)).Count == 0)
            matching = [];
        return new(matching, matching.Count, null, null, null, false, false);
    }

    private SliceMerge Merge(IReadOnlyList<Slice> slices) => new(connection, run.SourceId, Kind, slices, IsNewestFirst);

    // A cursor of another order leads nowhere in this one.
    private SlicePlace? After => query.After is { } after && after.Sort == query.Sort && after.IsByErrors == goesByErrors ? new(after.Rank, after.At, after.Id) : null;

    private JobsCursor Cursor(SlicePlace place) => new(query.Sort, place.Rank, place.At, place.Id) { IsByErrors = goesByErrors };

    private async Task<IReadOnlyList<JobLine>> LinesAsync(IEnumerable<string> ids, CancellationToken cancellation)
    {
        var order = ids.ToList();
        var lines = await JobLines.ReadAsync(connection, run, order, cancellation);
        return [.. order.Where(lines.ContainsKey).Select(id => lines[id])];
    }
}
