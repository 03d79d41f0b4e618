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
        var found = new List<string>();
        var present = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var chunk in reader.StreamAsync(null, 20_000, cancellation))
        {
            foreach (var job in chunk.Jobs)
            {
                present.Add(job.Id);
                if (Difference(job, stored.GetValueOrDefault(job.Id)) is { } difference)
                    found.Add($"job {job.Id}: {difference}");
            }
        }

        foreach (var job in stored.Values.Where(j => !present.Contains(j.Id)))
        {
            if (Absence(job) is { } difference)
                found.Add($"job {job.Id}: {difference}");
        }

        if (source.Mapping.RunKey is null)
            found.AddRange(PlaceAudit.Find(stored, source.IdKind, await StoredStage.ReadAsync(store, source.Mapping.Name, cancellation)));
        if (found.Count < limit)
            found.AddRange(await CounterAudit.FindAsync(store, limit - found.Count, cancellation));
        return found.Count > limit ? [.. found.Take(limit)] : found;
    }

    private static string? Difference(Job job, StoredJob? stored)
    {
        if (stored is null)
            return $"the source has it ({job.State.Name()}), the store does not";
        if (stored.IsMissing || stored.IsGone || stored.IsVanished)
            return $"the source has it ({job.State.Name()}), the store takes it for {stored.Absence}";
        if (stored.State != job.State)
            return $"its state is {job.State.Name()} in the source and {stored.State.Name()} in the store";
        if (stored.Attempt != job.Attempt)
            return $"its attempt is {job.Attempt} in the source and {stored.Attempt} in the store";
        if (stored.Link != (job.RunKey ?? job.ParentId))
            return $"its parent is {job.RunKey ?? job.ParentId ?? "none"} in the source and {stored.Link ?? "none"} in the store";
        if (stored.Worker != job.Worker)
            return $"its worker is {job.Worker} in the source and {stored.Worker} in the store";
        return stored.Hash == JobHash.Of(job) ? null : "something that was read of it (queue, times, args, meta, errors) is not the same in the store";
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
