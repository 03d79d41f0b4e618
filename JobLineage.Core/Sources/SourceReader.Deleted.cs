using System.Data;
using JobLineage.Core.Engines.Sql;
using JobLineage.Core.Model;
using JobLineage.Core.Postgres;

namespace JobLineage.Core.Sources;

/// <content>Rows that are gone, as their last images have them, and jobs that other tables speak of.</content>
public sealed partial class SourceReader
{
    /// <summary>Raised with an id and a sentence when the last image of a deleted row can't be read: how that job ended is then not known.</summary>
    public event Action<string, string>? ImageRefused;

    /// <summary>The ids of the jobs that other tables spoke of.</summary>
    /// <param name="changes">What they said.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task<IReadOnlyCollection<string>> ResolveAsync(IReadOnlyList<ChangeElsewhere> changes, CancellationToken cancellation)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var tables = mapping.Changes.Where(c => c.Column is not null).ToList();
        foreach (var said in changes.GroupBy(c => c.Table))
        {
            // A table that the mapping does not name any more says nothing.
            if (said.Key < 1 || said.Key > tables.Count)
                continue;
            if (tables[said.Key - 1].ResolveSql(mapping) is not { } sql)
            {
                ids.UnionWith(said.Select(c => c.Value));
                continue;
            }

            await using var command = await SourceCommand.OpenAsync(database, mapping, timeoutSeconds, cancellation);
            command.Sql = sql;
            command.Add(Parameters.Texts(said.Select(c => c.Value)));
            await using var row = new RowCursor(await command.ReadAsync(CommandBehavior.Default, cancellation));
            while (await row.NextAsync(cancellation))
            {
                if (row.TextOrNull() is { } id)
                    ids.Add(id);
            }
        }

        return ids;
    }

    /// <summary>Adds the jobs of rows that are gone and whose last image tells how they ended.</summary>
    /// <param name="rows">What was read.</param>
    /// <param name="images">The last images, by id.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task<SourceRows> WithDeletedAsync(SourceRows rows, IReadOnlyDictionary<string, string> images, CancellationToken cancellation)
    {
        var gone = mapping.Deleted is null ? [] : rows.Absent.Where(images.ContainsKey).ToList();
        if (gone.Count == 0)
            return rows;
        var jobs = new List<Job>(gone.Count);
        try
        {
            await new RowSearch(mapping.Name, redaction, known).RunAsync(
                gone,
                some => ReadImagesAsync(some, images, jobs, cancellation),
                (id, error) =>
                {
                    ImageRefused?.Invoke(id, RowFaults.Sentence(id, nameof(SourceMapping.Deleted), error, redaction));
                    return Task.CompletedTask;
                },
                cancellation);
        }
        catch (SourceProblemException e)
        {
            // So many that it is the mapping which does not fit them: all others are read, and of these nothing is known.
            ImageRefused?.Invoke(gone[0], e.Message);
        }

        var told = jobs.Select(j => j.Id).ToHashSet(StringComparer.Ordinal);
        return rows with { Jobs = [.. rows.Jobs, .. jobs], Absent = [.. rows.Absent.Where(id => !told.Contains(id))], Deleted = told };
    }

    /// <summary>Reads all of these images or, when it throws, none.</summary>
    private async Task ReadImagesAsync(IReadOnlyList<string> ids, IReadOnlyDictionary<string, string> images, List<Job> jobs, CancellationToken cancellation)
    {
        await using var command = await SourceCommand.OpenAsync(database, mapping, timeoutSeconds, cancellation);
        command.Sql = ReadSql.Images(source);
        command.Add(Parameters.Texts(ids.Select(id => images[id])));
        var some = new List<Job>(ids.Count);
        await using (var row = new RowCursor(await command.ReadAsync(CommandBehavior.SequentialAccess, cancellation)))
        {
            while (await row.NextAsync(cancellation))
            {
                var id = row.Text();
                if (Read(row, id, row.TextOrNull() ?? "", []) is not { } job)
                    continue;
                var (isCut, deletedAt) = (row.Bool(), row.Time());
                // One that had not ended, and of which the mapping does not say how it did, just left.
                if (job.State.IsFinished())
                    some.Add(job with { FinishedAt = job.FinishedAt ?? deletedAt, IsCut = job.IsCut || isCut });
            }
        }

        jobs.AddRange(some);
    }
}
