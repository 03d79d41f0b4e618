using JobLineage.Core.Diagnosis;
using JobLineage.Core.Model;

namespace JobLineage.Core.Store.Reading;

/// <summary>Reads what lists and diagnoses want to know beyond the picture.</summary>
internal static class FactRows
{
    /// <summary>A queue: its name, ready, executing, last start, starts and their moment; null when there is none.</summary>
    /// <param name="row">The row.</param>
    /// <param name="now">The moment for which the starts are reckoned.</param>
    public static QueueFacts? Queue(this RowCursor row, DateTimeOffset now)
    {
        var (name, available, executing) = (row.TextOrNull(), row.LongOrNull(), row.LongOrNull());
        var (last, starts, since) = (row.Time(), row.DoubleOrNull(), row.Time());
        if (name is null)
            return null;
        // A queue that no batch has told of yet: nothing was ever seen to execute in it.
        if (available is null)
            return new(name, 0, 0, null, 0);
        var rate = since is not null && starts is > 0
            ? starts.Value * Math.Exp(-Math.Max((now - since.Value) / Ingest.QueueDeltas.Memory, 0)) / Ingest.QueueDeltas.Memory.TotalMinutes
            : 0;
        return new(name, available.Value, executing!.Value, last, rate);
    }

    /// <summary>The attempts under way: four arrays.</summary>
    public static IReadOnlyList<Attempt> Attempts(this RowCursor row)
    {
        var (ids, since, nodes, seen) = (row.Array<string>(), row.Times(), row.Array<string?>(), row.Times());
        return [.. Enumerable.Range(0, ids.Length).Where(i => since[i] is not null).Select(i => new Attempt(ids[i], since[i]!.Value, nodes[i], seen[i]))];
    }

    /// <summary>Adds <see cref="SnapshotSql.Details"/>.</summary>
    public static StageFacts WithDetails(this StageFacts facts, RowCursor row) => facts with
    {
        Ready = row.Array<string>(),
        Due = row.Array<string>(),
        Failed = [.. row.Array<string>().Zip(row.Times(), (id, at) => new JobAt(id, at))],
        Errors = [.. row.Array<string>().Zip(row.Array<long>(), (text, count) => new ErrorShare(text, count))],
        ErrorKinds = row.LongOrNull() ?? 0,
        Childless = row.Array<string>(),
        ShortJobs = row.Array<string>(),
    };

    /// <summary>Jobs by state, in the order of <see cref="StateColumns"/>.</summary>
    public static StateCounts Counts(this RowCursor row)
    {
        var counts = default(StateCounts);
        foreach (var state in JobStates.All)
            counts = counts.Add(state, row.Long());
        return counts;
    }
}
