using JobLineage.Core.Diagnosis;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>Reads what lists and diagnoses want to know beyond the picture.</summary>
internal static class FactRows
{
    /// <summary>A queue, whose columns begin at <paramref name="at"/>; null when there is none.</summary>
    /// <param name="row">The row.</param>
    /// <param name="at">Its name, ready, executing, last start, starts and their moment.</param>
    /// <param name="now">The moment for which the starts are reckoned.</param>
    public static QueueFacts? Queue(NpgsqlDataReader row, int at, DateTimeOffset now)
    {
        if (row.IsDBNull(at))
            return null;
        // A queue that no batch has told of yet: nothing was ever seen to execute in it.
        if (row.IsDBNull(at + 1))
            return new(row.GetString(at), 0, 0, null, 0);
        var rate = row.TimeAt(at + 5) is { } since && row.GetDouble(at + 4) is var starts and > 0
            ? starts * Math.Exp(-Math.Max((now - since) / Ingest.QueueDeltas.Memory, 0)) / Ingest.QueueDeltas.Memory.TotalMinutes
            : 0;
        return new(row.GetString(at), row.GetInt64(at + 1), row.GetInt64(at + 2), row.TimeAt(at + 3), rate);
    }

    /// <summary>The attempts under way, whose four columns begin at <paramref name="at"/>.</summary>
    public static IReadOnlyList<Attempt> Attempts(NpgsqlDataReader row, int at)
    {
        if (row.IsDBNull(at))
            return [];
        var ids = row.GetFieldValue<string[]>(at);
        var since = Times(row, at + 1);
        var nodes = row.GetFieldValue<string?[]>(at + 2);
        var seen = Times(row, at + 3);
        return [.. Enumerable.Range(0, ids.Length).Where(i => since[i] is not null).Select(i => new Attempt(ids[i], since[i]!.Value, nodes[i], seen[i]))];
    }

    /// <summary>Adds the columns of <see cref="SnapshotSql.Details"/>.</summary>
    public static StageFacts WithDetails(this StageFacts facts, NpgsqlDataReader row, int at)
    {
        var failed = Texts(row, at + 2);
        var failedAt = row.IsDBNull(at + 3) ? [] : Times(row, at + 3);
        var errors = Texts(row, at + 4);
        var counts = row.IsDBNull(at + 5) ? [] : row.GetFieldValue<long[]>(at + 5);
        return facts with
        {
            Ready = Texts(row, at),
            Due = Texts(row, at + 1),
            Failed = [.. failed.Select((id, i) => new JobAt(id, failedAt[i]))],
            Errors = [.. errors.Select((text, i) => new ErrorShare(text, counts[i]))],
            ErrorKinds = row.LongAt(at + 6) ?? 0,
            Childless = Texts(row, at + 7),
            ShortJobs = Texts(row, at + 8),
        };
    }

    /// <summary>Jobs by state, whose columns begin at <paramref name="at"/> in the order of <see cref="JobStates.All"/>.</summary>
    public static StateCounts Counts(NpgsqlDataReader row, int at)
    {
        var counts = default(StateCounts);
        foreach (var state in JobStates.All)
            counts = counts.Add(state, row.GetInt64(at + (int)state));
        return counts;
    }

    private static string[] Texts(NpgsqlDataReader row, int at) => row.IsDBNull(at) ? [] : row.GetFieldValue<string[]>(at);

    private static DateTimeOffset?[] Times(NpgsqlDataReader row, int at) =>
        [.. row.GetFieldValue<DateTime?[]>(at).Select(t => t is { } time ? new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Utc)) : (DateTimeOffset?)null)];
}
