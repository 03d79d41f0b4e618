using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Core.Store;
using JobLineage.Core.Store.Ingest;

namespace JobLineage.Core.Feed;

/// <summary>
/// Reads jobs of which it is known, by whatever feed, that they may have changed, and brings them into the store
/// together with ancestors that nobody has seen yet.
/// </summary>
public sealed class JobRefresh(SourceReader reader, Ingester ingester, FeedOptions options)
{
    /// <summary>Reads these jobs again.</summary>
    /// <param name="ids">Their ids.</param>
    /// <param name="read">Gets the jobs that were found among them; null when nobody asks.</param>
    /// <param name="progress">What to remember of the feed's position with the last of them; null for nothing.</param>
    /// <param name="turn">The turn at the source's database, passed on between batches to those who wait; null where nobody shares it.</param>
    /// <param name="cancellation">Stops between and within batches.</param>
    /// <param name="images">The last images of those that were deleted, by id; null where there are none.</param>
    /// <returns>What became of them.</returns>
    public async Task<Refreshed> RunAsync(
        IReadOnlyList<string> ids, List<Job>? read, FeedProgress? progress, DatabaseTurn? turn, CancellationToken cancellation,
        IReadOnlyDictionary<string, IReadOnlyList<string>>? images = null)
    {
        var changed = new List<string>();
        var added = new List<string>();
        var aside = new List<string>();
        var (gone, returned) = (0, 0);
        var batches = ids.Chunk(options.Batch).ToList();
        Task<(SourceRows Rows, IReadOnlyList<SourceRows> Before)>? next = null;
        if (batches.Count == 0 && progress is not null)
            await StoreSide.Of(ingester.ApplyAsync([], [], progress, cancellation));
        try
        {
            for (var i = 0; i < batches.Count; i++)
            {
                if (i > 0 && turn is { IsAwaited: true })
                {
                    await EndAsync(next);
                    await turn.PassAsync(cancellation);
                }

                var (rows, before) = await (next ?? ReadAsync(batches[i]));
                // The next batch is read while this one is written.
                next = i + 1 < batches.Count ? ReadAsync(batches[i + 1]) : null;
                read?.AddRange(rows.Jobs);
                foreach (var earlier in before)
                    Count(earlier, await StoreSide.Of(ingester.ApplyAsync(earlier, null, cancellation)));
                var result = await StoreSide.Of(ingester.ApplyAsync(rows, i == batches.Count - 1 ? progress : null, cancellation));
                Count(rows, result);
                gone += result.Gone;
                // A parent that is named and was never seen may well be there: finished long ago, or not yet backfilled.
                for (var missing = result.Missing; missing.Count > 0;)
                {
                    // A turn is one connection.
                    await EndAsync(next);
                    rows = await reader.ReadAsync(missing, cancellation);
                    if (rows.Jobs.Count == 0 && rows.Bad.Count == 0)
                        break;
                    result = await StoreSide.Of(ingester.ApplyAsync(rows with { Absent = [] }, null, cancellation));
                    Count(rows, result);
                    missing = result.Missing;
                }
            }
        }
        finally
        {
            // What was read ahead, and is not wanted any more, still has its connection.
            await EndAsync(next);
        }

        return new(changed, gone) { Added = added, Returned = returned, PutAside = aside };

        async Task<(SourceRows Rows, IReadOnlyList<SourceRows> Before)> ReadAsync(IReadOnlyCollection<string> some)
        {
            var those = await reader.ReadAsync(some, cancellation);
            return images is null ? (those, []) : await reader.WithDeletedAsync(those, some, images, cancellation);
        }

        void Count(SourceRows those, IngestResult result)
        {
            aside.AddRange(those.Bad.Select(b => b.Id));
            changed.AddRange(result.ChangedIds);
            added.AddRange(result.Added);
            returned += result.Returned;
            aside.AddRange(result.PutAside);
        }
    }

    /// <summary>The ids of the jobs that other tables spoke of.</summary>
    public Task<IReadOnlyCollection<string>> ResolveAsync(IReadOnlyList<ChangeElsewhere> changes, CancellationToken cancellation) =>
        reader.ResolveAsync(changes, cancellation);

    /// <summary>Until a reading has ended; what it failed with is for whoever takes what it read.</summary>
    private static async Task EndAsync(Task? reading)
    {
        if (reading is not null)
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}

/// <summary>What became of jobs that were read again.</summary>
/// <param name="ChangedIds">Those that were new, changed or gone.</param>
/// <param name="Gone">How many of them had left the source.</param>
public sealed record Refreshed(IReadOnlyList<string> ChangedIds, int Gone)
{
    /// <summary>The ids of those that the store did not have.</summary>
    public IReadOnlyList<string> Added { get; init; } = [];

    /// <summary>The ids of rows of which something could not be read, or not be stored.</summary>
    public IReadOnlyList<string> PutAside { get; init; } = [];

    /// <summary>How many ids came back with another insertion time: other jobs.</summary>
    public int Returned { get; init; }

    /// <summary>How many were new, changed or gone.</summary>
    public int Changed => ChangedIds.Count;
}
