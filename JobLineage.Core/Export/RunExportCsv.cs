using System.Globalization;
using System.Text.Json;
using CsvHelper;
using JobLineage.Core.Contract;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;

namespace JobLineage.Core.Export;

/// <summary>
/// The jobs of a run as CSV (RFC 4180): UTF-8, a heading, one row a job, lines ending in CR LF. Times are ISO 8601 in UTC,
/// spans in seconds; what is unknown is empty. Texts of others are guarded by <see cref="CsvGuard"/>; numbers and times, which
/// are ours, stand as they are.
/// </summary>
public static class RunExportCsv
{
    /// <summary>The columns, in their order. New ones come at the end.</summary>
    public static IReadOnlyList<string> Columns { get; } =
    [
        "id", "parent_id", "run", "stage", "worker", "queue", "step", "run_key", "state", "attempt", "max_attempts", "priority",
        "inserted_at", "scheduled_at", "attempted_at", "finished_at", "waited_seconds", "ran_seconds", "attempted_by", "args", "meta", "is_cut",
        "errors", "last_error", "last_error_at", "error_id", "is_gone",
        "parents",
    ];

    /// <summary>Writes the jobs as they are read; no more than a few are in memory.</summary>
    /// <param name="export">The run.</param>
    /// <param name="output">Where it goes; it is not closed.</param>
    /// <param name="bom">Whether a byte order mark comes first, by which Excel knows UTF-8.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>How many jobs were written.</returns>
    public static async Task<long> WriteAsync(RunExport export, Stream output, bool bom = false, CancellationToken cancellation = default)
    {
        // Disposed of only when all is written: that writes what is left, and what fails shall not look like an answer that has begun.
        var csv = CsvWriter.Create(output, CsvWriterOptions.Default with { WriteByteOrderMark = bom }, leaveOpen: true);
        foreach (var column in Columns)
            csv.WriteField(column);
        await csv.EndRecordAsync(cancellation);
        var jobs = 0L;
        await foreach (var job in export.Jobs.WithCancellation(cancellation))
        {
            Write(csv, export.Run, job);
            // Waits for whoever reads, whenever its buffer is full.
            await csv.EndRecordAsync(cancellation);
            jobs++;
        }

        await csv.FlushAsync(cancellation);
        await csv.DisposeAsync();
        return jobs;
    }

    private static void Write(CsvWriter csv, RunSnapshot run, ExportedJob exported)
    {
        var job = exported.Job;
        var last = job.Errors.Count > 0 ? job.Errors[^1] : null;
        Text(job.Id);
        Text(job.ParentId);
        Text(run.RootId);
        Text(exported.Stage);
        Text(job.Worker);
        Text(job.Queue);
        Text(job.Step);
        Text(job.RunKey);
        csv.WriteField(job.State.Name());
        Number(job.Attempt);
        Number(job.MaxAttempts);
        Number(job.Priority);
        Time(job.InsertedAt);
        Time(job.ScheduledAt);
        Time(job.AttemptedAt);
        Time(job.FinishedAt);
        Seconds(JobSpans.Waited(job.ScheduledAt, job.AttemptedAt));
        Seconds(JobSpans.Ran(job.State, job.AttemptedAt, job.FinishedAt));
        Text(job.AttemptedBy);
        Text(job.Args);
        Text(job.Meta);
        Flag(job.IsCut);
        Number(job.Errors.Count);
        Text(last?.Message);
        Time(last?.At);
        Number(exported.ErrorId);
        Flag(job.IsGone);
        // As JSON: an id may hold whatever would stand between two of them.
        Text(job.Parents.Count > 0 ? JsonSerializer.Serialize(job.Parents, ContractJson.File) : null);

        void Text(string? value) => csv.WriteField(value is null ? "" : CsvGuard.Neutralise(value));
        void Number(long? value) => csv.WriteField(value?.ToString(CultureInfo.InvariantCulture) ?? "");
        void Time(DateTimeOffset? value) => csv.WriteField(value is { } at ? Format.Iso(at) : "");
        void Seconds(TimeSpan? value) => csv.WriteField(Format.Seconds(value)?.ToString(CultureInfo.InvariantCulture) ?? "");
        void Flag(bool value) => csv.WriteField(value ? "true" : "false");
    }
}
