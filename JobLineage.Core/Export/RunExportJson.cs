using System.Buffers;
using System.Text.Json;
using JobLineage.Core.Contract;
using JobLineage.Core.Runs;

namespace JobLineage.Core.Export;

/// <summary>
/// A run with its jobs as JSON, in the shape of <see cref="RunExportAnswer"/> and <c>docs/schemas/run-export.schema.json</c>: the run, stages, edges, links and findings
/// first, then the jobs, and at the very end how many they are. A file that broke off is no JSON.
/// </summary>
public static class RunExportJson
{
    /// <summary>Names the shape; it stands in <c>format</c>.</summary>
    public const string Format = "job-lineage/run-export";

    /// <summary>Grows when something that was there is called otherwise or is gone; what is new changes nothing.</summary>
    public const int Version = 1;

    private const int PieceLength = 32_768;

    /// <summary>Writes the jobs as they are read; no more than a few are in memory.</summary>
    /// <param name="export">The run.</param>
    /// <param name="output">Where it goes; it is not closed.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>How many jobs were written.</returns>
    public static async Task<long> WriteAsync(RunExport export, Stream output, CancellationToken cancellation = default)
    {
        // Not into the output itself: a writer flushes behind each value, and a response takes nothing that is not awaited. And what fails at
        // the first job shall not look like an answer that has begun.
        var piece = new ArrayBufferWriter<byte>(2 * PieceLength);
        await using var writer = new Utf8JsonWriter(piece, new() { Encoder = ContractJson.File.Encoder });
        writer.WriteStartObject();
        Write("format", Format);
        Write("version", Version);
        Write("selection", SelectionAnswer.Of(export.Selection.Filter));
        Write("run", RunHeadAnswer.Of(export.Run));
        Write<IReadOnlyList<StageAnswer>>("stages", [.. export.Run.Stages.Select(StageAnswer.Of)]);
        Write("edges", export.Run.Edges);
        Write("links", export.Run.Links);
        Write("linksTruncated", export.Run.LinksAreCut);
        Write<IReadOnlyList<FindingAnswer>>("findings", [.. export.Run.Findings.Select(FindingAnswer.Of)]);
        writer.WriteStartArray("jobs");
        var jobs = 0L;
        await foreach (var job in export.Jobs.WithCancellation(cancellation))
        {
            JsonSerializer.Serialize(writer, JobAnswer.Of(job.Job, job.Stage, job.ErrorId), ContractJson.File);
            jobs++;
            if (piece.WrittenCount < PieceLength)
                continue;
            await output.WriteAsync(piece.WrittenMemory, cancellation);
            piece.ResetWrittenCount();
        }

        writer.WriteEndArray();
        Write("jobCount", jobs);
        writer.WriteEndObject();
        await writer.FlushAsync(cancellation);
        await output.WriteAsync(piece.WrittenMemory, cancellation);
        await output.FlushAsync(cancellation);
        return jobs;

        void Write<T>(string name, T value)
        {
            writer.WritePropertyName(name);
            JsonSerializer.Serialize(writer, value, ContractJson.File);
        }
    }
}
