using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Core.Store.Ingest;
using Npgsql;

namespace JobLineage.Bench.Checking;

/// <summary>
/// Compares a store with its source when nothing moves any more: every job, where it belongs, and every count. What the
/// trials of the feed and the differential tests end with.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="source">The source as it was probed.</param>
/// <param name="database">Connections to the source's database.</param>
public sealed class StoreAudit(NpgsqlDataSource store, ProbedSource source, NpgsqlDataSource database)
{
    private readonly SourceReader reader = new(source, database, new Redaction(), timeoutSeconds: 120);

    /// <summary>Sentences about what differs; none when store and source are equal.</summary>
    /// <param name="limit">Sentences at most.</param>
    /// <param name="cancellation">Stops the comparison.</param>
    public async Task<IReadOnlyList<string>> FindAsync(int limit = 20, CancellationToken cancellation = default)
    {
        var stored = await StoredJob.ReadAsync(store, source.Mapping.Name, cancellation);
        var versions = stored.Values.Where(j => !j.IsMissing).ToLookup(j => JobKeys.Newest(j.Id));
        var found = new List<string>();
        var present = new HashSet<string>(StringComparer.Ordinal);
        var bad = new HashSet<(string Id, string Member)>();
        var blind = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var chunk in reader.StreamAsync(null, 20_000, cancellation))
        {
            bad.UnionWith(chunk.Bad.Select(b => (b.Id, b.Member)));
            foreach (var key in chunk.Bad.Where(b => !b.IsKept).Select(b => JobKeys.Of(b.Id)).Concat(chunk.Unknown.Select(id => JobKeys.Of(id))).Distinct())
            {
                present.Add(key);
                blind.Add(key);
                // Whatever it was: what it is now is not known.
                if (stored.GetValueOrDefault(key) is { IsMissing: false } known)
                    found.Add($"job {key}: its row can't be read, and the store has it as {known.State.Name()}");
            }

            foreach (var job in chunk.Jobs)
            {
                var key = JobKeys.Of(job.Id);
                present.Add(key);
                if (Difference(job, stored.GetValueOrDefault(key), versions) is { } difference)
                    found.Add($"job {job.Id}: {difference}");
            }
        }

        foreach (var job in stored.Values.Where(j => !present.Contains(j.Id)))
        {
            if (Absence(job) is { } difference)
                found.Add($"job {job.Id}: {difference}");
        }

        found.AddRange((await StoredJob.WidowedAsync(store, cancellation)).Select(id => $"job {id}: what lies beside it is left, and it is not"));
        foreach (var (id, member) in await StoredJob.PutAsideAsync(store, source.Mapping.Name, cancellation))
        {
            if (!bad.Remove((id, member)))
                found.Add($"row {id}: the store has put aside its {member}, and it can be read");
        }

        found.AddRange(bad.Select(b => $"row {b.Id}: its {b.Member} can't be read, and the store does not say so"));
        if (source.Mapping.RunKey is null)
            found.AddRange(PlaceAudit.Find(stored, source.IdKind, await StoredStage.ReadAsync(store, source.Mapping.Name, cancellation), blind));
        if (found.Count < limit)
            found.AddRange(await CounterAudit.FindAsync(store, limit - found.Count, cancellation));
        return found.Count > limit ? [.. found.Take(limit)] : found;
    }

    private static string? Difference(Job job, StoredJob? stored, ILookup<string, StoredJob> versions)
    {
        if (stored is null)
            return $"the source has it ({job.State.Name()}), the store does not";
        if (stored.IsMissing || stored.IsGone || stored.IsVanished)
            return $"the source has it ({job.State.Name()}), the store takes it for {stored.Absence}";
        if (stored.State != job.State)
            return $"its state is {job.State.Name()} in the source and {stored.State.Name()} in the store";
        if (stored.Attempt != job.Attempt)
            return $"its attempt is {job.Attempt} in the source and {stored.Attempt} in the store";
        if (stored.InsertedAt != job.InsertedAt)
            return $"the source has a job that was inserted at {job.InsertedAt:O}, the store has that of {stored.InsertedAt:O}";
        if (Link(job, stored, versions) is { } link)
            return link;
        if (stored.Worker != job.Worker)
            return $"its worker is {job.Worker} in the source and {stored.Worker} in the store";
        if (stored.Course != JobCourse.Of(job))
            return $"the source has {JobCourse.Of(job)}, the store has {stored.Course}";
        if (stored.IsTwice)
            return "its arguments lie in its row and beside it";
        if (stored.Payload != JobPayload.Of(job))
            return "its arguments, meta data or errors are not those of the store";
        return stored.Hash == JobHash.Of(job, [.. job.Parents.Take(FurtherParents.Most).Select(parent => JobKeys.Of(parent))]) ? null : "something that was read of it (args, meta, errors, priority, attempts it may take) is not the same in the store";
    }

    /// <summary>The rule of links, written another way: of the jobs that have had the id, the last that was there before the child.</summary>
    private static string? Link(Job job, StoredJob stored, ILookup<string, StoredJob> versions)
    {
        var named = ShortText.Of(job.RunKey) ?? JobKeys.Of(job.ParentId);
        var means = named;
        if (job.RunKey is null && named is not null && job.InsertedAt is { } inserted && versions[named].Count() > 1)
        {
            var known = versions[named].Where(v => v.InsertedAt is not null).OrderBy(v => v.InsertedAt).ToList();
            means = (known.LastOrDefault(v => v.InsertedAt <= inserted) ?? known[0]).Id;
        }

        return stored.Link == means ? null : $"its parent is {means ?? "none"} in the source and {stored.Link ?? "none"} in the store";
    }

    private static string? Absence(StoredJob stored)
    {
        if (stored.IsMissing)
            return null;
        if (!stored.IsGone)
            return $"the store has it ({stored.State.Name()}), the source does not";
        return stored.IsVanished == stored.State.IsFinished()
            ? $"it was {stored.State.Name()} when it left the source, and the store takes it for {stored.Absence}"
            : null;
    }
}
