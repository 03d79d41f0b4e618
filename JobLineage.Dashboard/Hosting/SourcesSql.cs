using System.Collections.Concurrent;
using JobLineage.Core.Lineage;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;

namespace JobLineage.Dashboard.Hosting;

/// <summary>Statements for the configured sources; see <see cref="IRunSql"/>.</summary>
internal sealed class SourcesSql(WatchedSources sources, IRunReader store, IRunExports exports, TimeProvider clock) : IRunSql
{
    /// <summary>Ids that a statement names: as much as one pastes.</summary>
    public const int MostIds = 5_000;

    private readonly ConcurrentDictionary<string, HandSqlSource> writers = new(StringComparer.Ordinal);

    /// <inheritdoc />
    public async Task<RunSql?> FindAsync(JobSelection selection, CancellationToken cancellation)
    {
        // A source may have left the configuration, and its runs not the store.
        if (sources.All.FirstOrDefault(s => s.Name == selection.Source) is not { } watched)
            return null;
        var writer = writers.GetOrAdd(watched.Name, _ => new(watched.Mapping, watched.Database, clock));
        var notes = new List<string> { "Rows that the queue has removed since, and whose parents it has removed, are no longer in its table." };
        var filter = selection.Filter;
        var looksAtArgs = filter.Texts.Count > 0 || filter.Args.Count > 0;
        if (await store.FindRunAsync(selection.Source, selection.RootId, cancellation) is not { } run
            || (filter.Stage is { } path && run.Stages.All(stage => stage.Path != path)))
            return null;
        if (await writer.WriteAsync(run, filter, cancellation) is { } statement)
        {
            if (looksAtArgs)
                notes.Add("Arguments are searched as the queue has them; here they are searched as they are kept: without secrets, and cut where they are long.");
            return new(statement, notes);
        }

        if (looksAtArgs)
            notes.Add("The jobs were found by their arguments as they are kept here: without secrets, and cut where they are long.");
        // As no expression in SQL says which errors are alike: the jobs are named.
        await using var export = await exports.OpenAsync(selection, cancellation);
        if (export is null)
            return null;
        var ids = new List<string>();
        await foreach (var job in export.Jobs.WithCancellation(cancellation))
        {
            if (ids.Count == MostIds)
            {
                notes.Insert(0, $"{(filter.HasError ? "More jobs have this error than a statement can name" : "More jobs match than a statement can name, and no condition in SQL finds them")}: these are the first {MostIds}{(filter.HasError ? " to fail" : "")}.");
                break;
            }

            ids.Add(job.Job.Id);
        }

        return new(await writer.WriteAsync(ids, cancellation), notes);
    }
}
