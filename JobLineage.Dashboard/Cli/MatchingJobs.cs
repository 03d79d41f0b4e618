using System.Runtime.CompilerServices;
using JobLineage.Core.Diagnosis;
using JobLineage.Core.Lineage;
using JobLineage.Core.Model;

namespace JobLineage.Dashboard.Cli;

/// <summary>
/// The jobs of a tree that meet a filter. Where they stand is of the one reading that found them; only what is long (arguments, errors) is read
/// besides, some at a time.
/// </summary>
/// <param name="question">The source, and where notes go.</param>
/// <param name="tree">All jobs of the run.</param>
/// <param name="filter">Which of them.</param>
/// <param name="now">The moment from which spans are counted.</param>
internal sealed class MatchingJobs(Question question, JobTree tree, JobFilter filter, DateTimeOffset now)
{
    /// <summary>Jobs whose arguments and errors are read at a time.</summary>
    private const int Piece = 500;

    /// <summary>Whether a job must be read whole to be known as one of them.</summary>
    public bool NeedsWhole => filter.Args.Count > 0 || filter.Texts.Count > 0 || filter.HasError;

    /// <summary>Those that meet all of it but arguments and errors, level by level.</summary>
    public IEnumerable<JobNode> Near()
    {
        var below = filter.Below is { } above ? Below(above) : [];
        return tree.Nodes.Where(n => !n.Job.IsMissing && JobFilterMatch.IsNear(filter, n.Job, n.Stage, now, _ => below.Contains(n.Job.Id)));
    }

    /// <summary>Those of some that meet the rest of it, read whole, in their order.</summary>
    /// <param name="near">Some of <see cref="Near"/>.</param>
    /// <param name="fate">What becomes of a job that matches and can't be read whole; null: it is not worth a word.</param>
    /// <param name="cancellation">Stops.</param>
    public async IAsyncEnumerable<JobNode> WholeAsync(
        IEnumerable<JobNode> near, Func<BadRow, string>? fate, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var piece in near.Chunk(Piece))
        {
            var rows = await question.Reader.ReadAsync([.. piece.Select(n => n.Job.Id)], cancellation);
            var gone = rows.Absent.ToHashSet(StringComparer.Ordinal);
            // An id that is not unique is said to be so; one of its rows is shown.
            var read = rows.Jobs.GroupBy(j => j.Id, StringComparer.Ordinal).ToDictionary(j => j.Key, j => j.First(), StringComparer.Ordinal);
            var bad = rows.Bad.ToLookup(row => row.Id, StringComparer.Ordinal);
            foreach (var node in piece)
            {
                // A row that has gone since, or that can't be read whole, is what was seen of it.
                var job = read.TryGetValue(node.Job.Id, out var whole)
                    ? node.Job with
                    {
                        Priority = whole.Priority,
                        AttemptedBy = whole.AttemptedBy,
                        ScheduledAt = node.Job.ScheduledAt ?? node.Job.InsertedAt,
                        Args = whole.Args,
                        Meta = whole.Meta,
                        Errors = whole.Errors,
                        IsCut = whole.IsCut,
                    }
                    : node.Job with { IsGone = gone.Contains(node.Job.Id) };
                var isFound = JobFilterMatch.IsWhole(filter, job, errorId: null);
                // Of a job that does not match by what could be read of it there is nothing to say.
                if (bad.Contains(job.Id) && (isFound ? fate is not null : JobFilterMatch.IsWhole(Known(bad[job.Id]), job, errorId: null)))
                {
                    foreach (var part in bad[job.Id])
                        await question.Error.WriteLineAsync(VisibleText.Line($"{part.Sentence} {(isFound ? fate!(part) : "Whether the job matches is not known: it is left out.")}"));
                }

                if (isFound)
                    yield return node with { Job = job };
            }
        }
    }

    /// <summary>What is said where a filter names a stage that the run has not.</summary>
    public static QueryFailure NoStage(Question question, string path) => new(
        ExitCodes.NotFound, $"The run of job {VisibleText.Line(question.Id)} has no stage '{VisibleText.Line(path)}'; `joblineage stats` lists them.");

    /// <summary>What the filter asks of a job besides that which could not be read of it.</summary>
    private JobFilter Known(IEnumerable<BadRow> bad)
    {
        var known = filter;
        foreach (var part in bad)
        {
            if (!part.IsKept || part.Member == nameof(SourceMapping.Args))
                known = known with { Args = [], Texts = [] };
            if (!part.IsKept || part.Member is nameof(SourceMapping.Errors) or nameof(SourceMapping.LastError))
                known = known with { ErrorTexts = [] };
        }

        return known;
    }

    /// <summary>The ids of the jobs below one: the list has parents before their children.</summary>
    private HashSet<string> Below(string above)
    {
        var below = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in tree.Nodes)
        {
            if (node.ParentId is { } parent && (parent == above || below.Contains(parent)))
                below.Add(node.Job.Id);
        }

        return below;
    }
}
