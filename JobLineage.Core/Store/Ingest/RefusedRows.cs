using JobLineage.Core.Model;
using JobLineage.Core.Sources;

namespace JobLineage.Core.Store.Ingest;

/// <summary>Writes a batch of which the store refuses some row: that row is found by halves and put aside, and all others are written.</summary>
/// <param name="source">The source's name.</param>
/// <param name="write">Writes some of the rows, all or none.</param>
internal sealed class RefusedRows(string source, Func<SourceRows, CancellationToken, Task<IngestResult>> write)
{
    /// <summary>What is written was redacted when it was read; an error may say a part of it that looks like a secret by itself.</summary>
    private static readonly Redaction Usual = new();

    /// <summary>Writes it.</summary>
    /// <param name="rows">The batch.</param>
    /// <param name="last">Writes what belongs to the batch as a whole, with the rows that are put aside.</param>
    /// <param name="cancellation">Stops between and within the parts.</param>
    /// <returns>What became of all of it.</returns>
    public async Task<IngestResult> ApplyAsync(SourceRows rows, Func<SourceRows, Task<IngestResult>> last, CancellationToken cancellation)
    {
        var results = new List<IngestResult>();
        var bad = rows.Bad.ToList();
        var byId = rows.Jobs.GroupBy(j => j.Id, StringComparer.Ordinal).ToDictionary(j => j.Key, j => j.Last(), StringComparer.Ordinal);
        await new RowSearch(source, Usual).RunAsync(
            [.. byId.Keys],
            async some => results.Add(await write(rows with { Jobs = [.. some.Select(id => byId[id])], Absent = [], Bad = [.. rows.Bad.Where(b => some.Contains(b.Id))], Unknown = [] }, cancellation)),
            (id, e) =>
            {
                bad.Add(Bad(byId[id], e));
                return Task.CompletedTask;
            },
            cancellation);
        results.Add(await last(rows with { Jobs = [], Bad = [.. bad.Where(b => !b.IsKept)] }));
        return new([.. results.SelectMany(r => r.ChangedIds)], results.Sum(r => r.Gone), [.. results.SelectMany(r => r.Missing)])
        {
            Returned = results.Sum(r => r.Returned),
            Added = [.. results.SelectMany(r => r.Added)],
            PutAside = [.. bad.Skip(rows.Bad.Count).Select(b => b.Id)],
        };
    }

    private static BadRow Bad(Job job, Exception e)
    {
        var state = RowFaults.SqlState(e) is { } code ? $" ({code})" : "";
        return new(job.Id, "", false, RowFaults.SqlState(e), $"Row {RowFaults.Shown(job.Id)} was read, and the store can't take it: {RowFaults.Reason(e, Usual)}{state}.")
        {
            ParentId = job.ParentId,
            RunKey = job.RunKey,
        };
    }
}
