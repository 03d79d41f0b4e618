using System.Globalization;
using System.Text;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;

namespace JobLineage.Core.Export;

/// <summary>What a run is exported as.</summary>
public enum ExportFormat
{
    /// <summary>The run, its stages, edges, findings and jobs.</summary>
    Json,

    /// <summary>One row a job.</summary>
    Csv,

    /// <summary>For people: stages as a tree, and the jobs by stage.</summary>
    Text,

    /// <summary>A chart of the stages.</summary>
    Mermaid,
}

/// <summary>Names, types and writers of the formats.</summary>
public static class ExportFormats
{
    private const int LongestName = 60;

    /// <summary>Whether it holds jobs; otherwise nothing but a stage can be chosen.</summary>
    public static bool HasJobs(this ExportFormat format) => format != ExportFormat.Mermaid;

    /// <summary>The media type, with its character set where it has one.</summary>
    public static string ContentType(this ExportFormat format) => format switch
    {
        ExportFormat.Json => "application/json",
        ExportFormat.Csv => "text/csv; charset=utf-8; header=present",
        _ => "text/plain; charset=utf-8",
    };

    /// <summary>
    /// What a file is called: <c>oban-60-20260314T120000Z.csv</c>. Of the source and the id only what every file system and
    /// every header takes as it is.
    /// </summary>
    public static string FileName(this ExportFormat format, RunSnapshot run)
    {
        var extension = format switch
        {
            ExportFormat.Json => "json",
            ExportFormat.Csv => "csv",
            ExportFormat.Mermaid => "mmd",
            _ => "txt",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{Safe(run.Source)}-{Safe(run.RootId)}-{run.AsOf.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}.{extension}");
    }

    /// <summary>Writes an export in a format.</summary>
    /// <param name="format">The format.</param>
    /// <param name="export">The run.</param>
    /// <param name="output">Where it goes; it is not closed.</param>
    /// <param name="bom">Whether CSV begins with a byte order mark.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>How many jobs were written.</returns>
    public static async Task<long> WriteAsync(
        this ExportFormat format, RunExport export, Stream output, bool bom = false, CancellationToken cancellation = default)
    {
        switch (format)
        {
            case ExportFormat.Json:
                return await RunExportJson.WriteAsync(export, output, cancellation);
            case ExportFormat.Csv:
                return await RunExportCsv.WriteAsync(export, output, bom, cancellation);
            case ExportFormat.Text:
                return await RunExportText.WriteAsync(export, output, cancellation: cancellation);
            default:
                await output.WriteAsync(Encoding.UTF8.GetBytes(MermaidGraph.Write(export.Run, export.Selection.Filter.Stage)), cancellation);
                return 0;
        }
    }

    private static string Safe(string name)
    {
        var safe = string.Concat(name.Take(LongestName).Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' ? c : '-')).Trim('-');
        return safe.Length > 0 ? safe : "x";
    }
}
