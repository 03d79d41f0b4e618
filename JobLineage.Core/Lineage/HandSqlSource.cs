using JobLineage.Core.Engines.Sql;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Core.Lineage;

/// <summary>
/// Writes statements for one source, in the form that its indexes serve. Which those are is asked of the source now and then; while it does not
/// answer they are those that the preset's own migrations make. Safe for concurrent use.
/// </summary>
/// <param name="mapping">How the table is read.</param>
/// <param name="database">Connections to its database.</param>
/// <param name="clock">Says how old an answer is.</param>
public sealed class HandSqlSource(SourceMapping mapping, NpgsqlDataSource database, TimeProvider clock)
{
    private const int TimeoutSeconds = 5;

    private static readonly TimeSpan GoodFor = TimeSpan.FromMinutes(5);

    private (ProbedSource Source, ParentLookup Lookup, long At)? known;

    /// <summary>The statement that finds jobs of a run; null where SQL can't say which, and they have to be named by their ids.</summary>
    public async Task<string?> WriteAsync(RunSnapshot run, JobFilter filter, CancellationToken cancellation)
    {
        var (source, lookup) = await SourceAsync(cancellation);
        return FilterSql.CanSay(source, filter) ? HandSql.Of(source, lookup, run, filter) : null;
    }

    /// <summary>The statement for jobs by their ids alone.</summary>
    /// <param name="ids">Ids that were found in the run; there may be none.</param>
    /// <param name="cancellation">Stops.</param>
    public async Task<string> WriteAsync(IReadOnlyList<string> ids, CancellationToken cancellation) =>
        HandSql.OfIds((await SourceAsync(cancellation)).Source, ids);

    private async Task<(ProbedSource Source, ParentLookup Lookup)> SourceAsync(CancellationToken cancellation)
    {
        if (known is { } fresh && clock.GetElapsedTime(fresh.At) < GoodFor)
            return (fresh.Source, fresh.Lookup);
        try
        {
            var (probed, _) = await SourceProbe.ProbeAsync(mapping, database, cancellation);
            if (probed is not null)
            {
                var lookup = await new SourceIndexes(probed, database, TimeoutSeconds).FindLookupAsync(cancellation);
                known = (probed, lookup, clock.GetTimestamp());
                return (probed, lookup);
            }
        }
        catch (Exception e) when (DatabaseFailure.Is(e) && !cancellation.IsCancellationRequested)
        {
            // What is assumed below is as good as the source's own migrations.
        }

        if (known is { } old)
            return (old.Source, old.Lookup);
        var kind = mapping.Preset == "custom" ? JobIdKind.Text : JobIdKind.BigInt;
        return (new(mapping, kind, kind == JobIdKind.Text ? "text" : "bigint", null, HasRowVersions: true), mapping.ParentKey is null ? ParentLookup.Scan : ParentLookup.Containment);
    }
}
