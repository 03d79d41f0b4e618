using System.Data;
using System.Globalization;
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
    /// <param name="asked">The ids that were asked for.</param>
    /// <param name="images">The last images, by id.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <returns>The rows with those jobs; and, in the order in which they are to be stored before them, jobs whose id has come back since.</returns>
    public async Task<(SourceRows Rows, IReadOnlyList<SourceRows> Before)> WithDeletedAsync(
        SourceRows rows, IReadOnlyCollection<string> asked, IReadOnlyDictionary<string, IReadOnlyList<string>> images, CancellationToken cancellation)
    {
        var wanted = mapping.Deleted is null ? [] : asked.Distinct(StringComparer.Ordinal).Where(images.ContainsKey).ToList();
        if (wanted.Count == 0)
            return (rows, []);
        var absent = rows.Absent.ToHashSet(StringComparer.Ordinal);
        var byId = (await ImagesAsync([.. wanted.SelectMany(id => images[id].Select(image => (id, image)))], cancellation))
            .GroupBy(image => image.Job.Id, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.OrderBy(image => image.DeletedAt).ToList(), StringComparer.Ordinal);
        var last = byId.Where(i => absent.Contains(i.Key)).Select(i => i.Value[^1]).ToList();
        // Without a time of insertion an id is one job, whatever row stands for it.
        var earlier = mapping.InsertedAt is null
            ? []
            : byId.Select(i => absent.Contains(i.Key) ? i.Value.SkipLast(1).ToList() : i.Value).Where(i => i.Count > 0).ToList();
        var told = Deleted(last);
        return (
            rows with { Jobs = [.. rows.Jobs, .. told.Jobs], Absent = [.. rows.Absent.Where(id => !told.Deleted.Contains(id))], Deleted = told.Deleted, Partial = told.Partial },
            [.. Enumerable.Range(0, earlier.Count == 0 ? 0 : earlier.Max(i => i.Count)).Select(nth => Deleted([.. earlier.Where(i => i.Count > nth).Select(i => i[nth])]))]);
    }

    private static SourceRows Deleted(IReadOnlyList<Image> images) => new([.. images.Select(i => i.Job)], [])
    {
        Deleted = images.Select(i => i.Job.Id).ToHashSet(StringComparer.Ordinal),
        Partial = images.Where(i => i.IsCut).Select(i => i.Job.Id).ToHashSet(StringComparer.Ordinal),
    };

    /// <summary>The images that can be read, of jobs that are known to have ended.</summary>
    private async Task<List<Image>> ImagesAsync(IReadOnlyList<(string Id, string Text)> images, CancellationToken cancellation)
    {
        var read = new List<Image>(images.Count);
        static int Place(string key) => int.Parse(key, CultureInfo.InvariantCulture);
        try
        {
            // By their places: an id may have several.
            await new RowSearch(mapping.Name, redaction).RunAsync(
                [.. Enumerable.Range(0, images.Count).Select(place => place.ToString(CultureInfo.InvariantCulture))],
                some => ReadImagesAsync(some.Select(key => images[Place(key)].Text), read, cancellation),
                (key, error) =>
                {
                    ImageRefused?.Invoke(images[Place(key)].Id, RowFaults.Sentence(images[Place(key)].Id, nameof(SourceMapping.Deleted), error, redaction));
                    return Task.CompletedTask;
                },
                cancellation);
        }
        catch (SourceProblemException e)
        {
            // So many that it is the mapping which does not fit them: all others are read, and of these nothing is known.
            ImageRefused?.Invoke(images[0].Id, e.Message);
        }

        return read;
    }

    /// <summary>Reads all of these images or, when it throws, none.</summary>
    private async Task ReadImagesAsync(IEnumerable<string> images, List<Image> read, CancellationToken cancellation)
    {
        await using var command = await SourceCommand.OpenAsync(database, mapping, timeoutSeconds, cancellation);
        command.Sql = ReadSql.Images(source);
        command.Add(Parameters.Texts(images));
        var some = new List<Image>();
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
                    some.Add(new(job with { FinishedAt = job.FinishedAt ?? deletedAt, IsCut = job.IsCut || isCut }, isCut, deletedAt));
            }
        }

        read.AddRange(some);
    }

    /// <summary>A job as the last image of its row has it.</summary>
    /// <param name="Job">The job.</param>
    /// <param name="IsCut">Whether something of the row was too long for it.</param>
    /// <param name="DeletedAt">When the row was deleted.</param>
    private sealed record Image(Job Job, bool IsCut, DateTimeOffset? DeletedAt);
}
