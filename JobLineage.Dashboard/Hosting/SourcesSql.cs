using JobLineage.Core.Lineage;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;

namespace JobLineage.Dashboard.Hosting;

/// <summary>Statements for the configured sources; see <see cref="IRunSql"/>.</summary>
internal sealed class SourcesSql(WatchedSources sources, IRunReader store, IRunExports exports, TimeProvider clock) : IRunSql
{
    /// <summary>Ids that a statement names: as much as one pastes.</summary>
    public const int MostIds = 5_000;

    private readonly Dictionary<string, HandSqlSource> writers = sources.All.ToDictionary(s => s.Mapping.Name, s => new HandSqlSource(s.Mapping, s.Database, clock));

    /// <inheritdoc />
    public async Task<RunSql?> FindAsync(JobSelection selection, CancellationToken cancellation)
    {
        // A source may have left the configuration, and its runs not the store.
        if (!writers.TryGetValue(selection.Source, out var writer))
            return null;
        var notes = new List<string> { "Rows that the queue has removed since, and whose parents it has removed, are no longer in its table." };
        if (selection.Text is not null)
            notes.Add("Arguments are searched as the queue has them; here they are searched as they are kept: without secrets, and cut where they are long.");
        if (selection.Error is null)
        {
            return await store.FindRunAsync(selection.Source, selection.RootId, cancellation) is { } run
                && (selection.Stage is null || run.Stages.Any(stage => stage.Path == selection.Stage))
                ? new(await writer.WriteAsync(run, selection, cancellation), notes)
                : null;
        }

        // No expression in SQL says which errors are alike: the jobs that have this one are named.
        await using var export = await exports.OpenAsync(selection, cancellation);
        if (export is null)
            return null;
        var ids = new List<string>();
        await foreach (var job in export.Jobs.WithCancellation(cancellation))
        {
            if (ids.Count == MostIds)
            {
                notes.Insert(0, $"More jobs have this error than a statement can name: these are the first {MostIds} to fail.");
                break;
            }

            ids.Add(job.Job.Id);
        }

        var named = new JobSelection { Source = selection.Source, RootId = selection.RootId, Ids = ids.Count > 0 ? ids : [""] };
        return new(await writer.WriteAsync(export.Run, named, cancellation), notes);
    }
}
