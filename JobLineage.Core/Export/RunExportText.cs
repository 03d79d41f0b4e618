using System.Globalization;
using System.Text;
using JobLineage.Core.Contract;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;

namespace JobLineage.Core.Export;

/// <summary>
/// A run as text: its stages as a tree with what was found in them (<see cref="TextTree"/>), then its jobs, one a line, by
/// stage. Control characters of others are replaced.
/// </summary>
public static class RunExportText
{
    private const int PieceLength = 32_768;

    /// <summary>Writes the jobs as they are read; no more than a few are in memory.</summary>
    /// <param name="export">The run.</param>
    /// <param name="output">Where it goes, in UTF-8; it is not closed.</param>
    /// <param name="glyphs">What it is drawn with; null for Unicode.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>How many jobs were written.</returns>
    public static async Task<long> WriteAsync(RunExport export, Stream output, TreeGlyphs? glyphs = null, CancellationToken cancellation = default)
    {
        var run = export.Run;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{VisibleText.Line(run.Source)} {VisibleText.Line(run.RootId)}: {run.State.ToString().ToLowerInvariant()}, as of {Format.Iso(run.AsOf)}\n\n");
        text.Append(TextTree.OfStages(run, glyphs));
        var jobs = 0L;
        string? stage = null;
        await foreach (var job in export.Jobs.WithCancellation(cancellation))
        {
            if (job.Stage != stage)
                text.Append('\n').Append(VisibleText.Line(stage = job.Stage)).Append('\n');
            text.Append("  ").Append(TextTree.Line(job.Job, StagePath.NameOf(job.Stage))).Append('\n');
            jobs++;
            if (text.Length >= PieceLength)
                await FlushAsync(text, output, cancellation);
        }

        text.Append(CultureInfo.InvariantCulture, $"\n{Format.Count(jobs)} of {Format.Count(run.Total)} jobs are listed{(export.Selection.IsWhole ? "" : ": those that were asked for")}.\n");
        await FlushAsync(text, output, cancellation);
        return jobs;
    }

    private static async Task FlushAsync(StringBuilder text, Stream output, CancellationToken cancellation)
    {
        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        text.Clear();
        await output.WriteAsync(bytes, cancellation);
        await output.FlushAsync(cancellation);
    }
}
