using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>
/// Follows final failures up to their ancestors, level by level and many at once: failures that share a parent go on as
/// one, so that what it costs shrinks on the way up.
/// </summary>
internal sealed class FailuresByAncestor(NpgsqlConnection connection, RunStages run)
{
    /// <summary>Failures that are followed: the newest.</summary>
    public const int Followed = 10_000;

    /// <summary>Steps up, all failures together: a chain of thousands must not take all day.</summary>
    private const int Steps = 200_000;

    private const int Shown = 50;

    /// <summary>The failures below a stage, by their nearest ancestor in it.</summary>
    public async Task<AncestorGroups> GroupAsync(StoredStage stage, CancellationToken cancellation)
    {
        // A worker that recurs has jobs of its own stage below others of it.
        var below = run.Below(stage).Append(stage).ToList();
        var outOf = below.Sum(s => s.Counts.Discarded);
        var failed = await FailedAsync(below, Followed, cancellation);
        var found = new Dictionary<string, long>(StringComparer.Ordinal);
        await ClimbAsync(failed, stage.Id, found, cancellation);

        var top = found.OrderByDescending(f => f.Value).ThenBy(f => f.Key.Length).ThenBy(f => f.Key, StringComparer.Ordinal).Take(Shown).ToList();
        var lines = await JobLines.ReadAsync(connection, run, [.. top.Select(t => t.Key)], cancellation);
        return new(
            stage.Path, [.. top.Where(t => lines.ContainsKey(t.Key)).Select(t => new AncestorGroup(lines[t.Key], t.Value))],
            found.Count, found.Values.Sum(), outOf, failed.Count);
    }

    /// <summary>The failures below a job, by stage.</summary>
    public async Task<FailedBelow> BelowAsync(string jobId, CancellationToken cancellation)
    {
        if (jobId == run.RootId)
        {
            var counts = run.Stages.Select(s => new ErrorPlace(s.Path, s.Counts.Discarded)).ToList();
            if (await IsDiscardedAsync(jobId, cancellation))
                counts[0] = counts[0] with { Jobs = counts[0].Jobs - 1 };
            return new(Sorted(counts), false);
        }

        var below = await Descendants.ReadAsync(connection, run.SourceId, jobId, cancellation);
        await using var command = new NpgsqlCommand(
            $"""
            select j.stage_id, count(*) from {JobSql.OfIds}
            where {JobIs.Counted(JobState.Discarded)} and j.stage_id is not null
            group by 1
            """, connection)
        { CommandTimeout = ViewsReader.TimeoutSeconds }.With(run.SourceId, Parameters.Texts(below.Ids));
        var places = new List<ErrorPlace>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            if (run.PathOf(reader.GetInt64(0)) is { } path)
                places.Add(new(path, reader.GetInt64(1)));
        }

        return new(Sorted(places), below.IsTruncated);
    }

    private static List<ErrorPlace> Sorted(IEnumerable<ErrorPlace> places) =>
        [.. places.Where(p => p.Jobs > 0).OrderByDescending(p => p.Jobs).ThenBy(p => p.Stage, StringComparer.Ordinal)];

    private async Task<bool> IsDiscardedAsync(string jobId, CancellationToken cancellation) =>
        (await JobLines.ReadAsync(connection, run, [jobId], cancellation)).TryGetValue(jobId, out var line) && line.State == JobState.Discarded;

    /// <summary>The newest final failures of these stages.</summary>
    private async Task<List<string>> FailedAsync(IEnumerable<StoredStage> stages, int most, CancellationToken cancellation)
    {
        var slices = stages.Where(s => s.Counts.Discarded > 0).Select(s => new Slice(s.Id, (int)JobState.Discarded, 0)).ToList();
        var failed = new List<string>();
        await foreach (var place in new SliceMerge(connection, run.SourceId, SliceKind.Due, slices, newestFirst: true).ReadAsync(null, most, cancellation))
        {
            if (failed.Count == most)
                break;
            failed.Add(place.Id);
        }

        return failed;
    }

    private async Task ClimbAsync(
        List<string> failed, long stage, Dictionary<string, long> found, CancellationToken cancellation)
    {
        var at = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (_, parent, _) in await UpAsync(failed, cancellation))
        {
            if (parent is not null)
                at[parent] = at.GetValueOrDefault(parent) + 1;
        }

        for (var steps = failed.Count; at.Count > 0 && steps < Steps; steps += at.Count)
        {
            var next = new Dictionary<string, long>(StringComparer.Ordinal);
            foreach (var (id, parent, place) in await UpAsync(at.Keys, cancellation))
            {
                if (place == stage)
                    found[id] = found.GetValueOrDefault(id) + at[id];
                else if (parent is not null)
                    next[parent] = next.GetValueOrDefault(parent) + at[id];
            }

            at = next;
        }
    }

    /// <summary>The parents that these jobs follow, and the stages they are in.</summary>
    private async Task<List<(string Id, string? Parent, long? Stage)>> UpAsync(IReadOnlyCollection<string> ids, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select j.id, case when {JobIs.Linked()} then j.parent_id end, j.stage_id from {JobSql.OfIds}
            """, connection)
        { CommandTimeout = ViewsReader.TimeoutSeconds }.With(run.SourceId, Parameters.Texts(ids));
        var rows = new List<(string, string?, long?)>(ids.Count);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            rows.Add((reader.GetString(0), reader.TextAt(1), reader.LongAt(2)));
        return rows;
    }
}
