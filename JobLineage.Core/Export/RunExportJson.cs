using System.Text.Encodings.Web;
using System.Text.Json;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;

namespace JobLineage.Core.Export;

/// <summary>
/// A run with its jobs as JSON, in the shape of <c>docs/schemas/run-export.schema.json</c>: the run, stages, edges and findings first, then the
/// jobs, and at the very end how many they are. A file that broke off is no JSON.
/// </summary>
public static class RunExportJson
{
    /// <summary>Names the shape; it stands in <c>format</c>.</summary>
    public const string Format = "job-lineage/run-export";

    /// <summary>Grows when something that was there is called otherwise or is gone; what is new changes nothing.</summary>
    public const int Version = 1;

    private const int PieceLength = 32_768;

    // For a file, never for a page: names are not escaped beyond what JSON asks for.
    private static readonly JsonSerializerOptions Evidence = new(JsonSerializerOptions.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the jobs as they are read; no more than a few are in memory.</summary>
    /// <param name="export">The run.</param>
    /// <param name="output">Where it goes; it is not closed.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>How many jobs were written.</returns>
    public static async Task<long> WriteAsync(RunExport export, Stream output, CancellationToken cancellation = default)
    {
        // Disposed of only when all is written: that writes what is left, and what fails shall not look like an answer that has begun.
        var writer = new Utf8JsonWriter(output, Options);
        writer.WriteStartObject();
        writer.WriteString("format", Format);
        writer.WriteNumber("version", Version);
        WriteSelection(writer, export.Selection);
        WriteRun(writer, export.Run);
        writer.WriteStartArray("jobs");
        var jobs = 0L;
        await foreach (var job in export.Jobs.WithCancellation(cancellation))
        {
            WriteJob(writer, job);
            jobs++;
            if (writer.BytesPending < PieceLength)
                continue;
            await writer.FlushAsync(cancellation);
        }

        writer.WriteEndArray();
        writer.WriteNumber("jobCount", jobs);
        writer.WriteEndObject();
        await writer.FlushAsync(cancellation);
        await writer.DisposeAsync();
        return jobs;
    }

    private static void WriteSelection(Utf8JsonWriter writer, JobSelection selection)
    {
        writer.WriteStartObject("selection");
        var filter = selection.Filter;
        Text(writer, "stage", filter.Stage);
        Text(writer, "state", filter.States is [var state] ? state.Name() : null);
        Text(writer, "queue", filter.Queue);
        if (filter.Error is { } error)
            writer.WriteNumber("error", error);
        Text(writer, "q", filter.Texts is [var text] ? text : null);
        Text(writer, "below", filter.Below);
        if (filter.Ids.Count > 0)
            Texts(writer, "ids", filter.Ids);
        // The whole of it, as it is typed: the members above have what always had one.
        Text(writer, "filter", filter.IsAll ? null : filter.ToString());
        writer.WriteEndObject();
    }

    private static void WriteRun(Utf8JsonWriter writer, RunSnapshot run)
    {
        writer.WriteStartObject("run");
        writer.WriteString("source", run.Source);
        writer.WriteString("root", run.RootId);
        Text(writer, "runKey", run.RunKey);
        writer.WriteString("worker", run.Worker);
        writer.WriteString("name", run.Name);
        writer.WriteString("state", run.State.ToString().ToLowerInvariant());
        writer.WriteNumber("version", run.Version);
        Time(writer, "asOf", run.AsOf);
        Time(writer, "startedAt", run.StartedAt);
        Time(writer, "finishedAt", run.FinishedAt);
        writer.WriteBoolean("rootIsMissing", run.RootIsMissing);
        Embedded(writer, "rootArgs", run.RootArgs);
        writer.WriteNumber("total", run.Total);
        StatsJson.WriteCounts(writer, run.Counts);
        writer.WriteEndObject();
        writer.WriteStartArray("stages");
        foreach (var stage in run.Stages)
            WriteStage(writer, stage);
        writer.WriteEndArray();
        writer.WriteStartArray("edges");
        foreach (var edge in run.Edges)
        {
            writer.WriteStartObject();
            writer.WriteString("from", edge.From);
            writer.WriteString("to", edge.To);
            writer.WriteNumber("jobs", edge.Jobs);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("findings");
        foreach (var finding in run.Findings)
            WriteFinding(writer, finding);
        writer.WriteEndArray();
    }

    private static void WriteStage(Utf8JsonWriter writer, Stage stage)
    {
        writer.WriteStartObject();
        writer.WriteString("path", stage.Path);
        Text(writer, "parentPath", stage.ParentPath);
        writer.WriteString("worker", stage.Worker);
        writer.WriteString("name", stage.Name);
        writer.WriteNumber("depth", stage.Depth);
        writer.WriteNumber("total", stage.Total);
        StatsJson.WriteCounts(writer, stage.Counts);
        writer.WriteNumber("childless", stage.Childless);
        writer.WriteNumber("vanished", stage.Vanished);
        writer.WriteNumber("cycleCuts", stage.CycleCuts);
        Texts(writer, "queues", stage.Queues);
        Time(writer, "firstInsertedAt", stage.FirstInsertedAt);
        Time(writer, "lastAttemptedAt", stage.LastAttemptedAt);
        Time(writer, "lastFinishedAt", stage.LastFinishedAt);
        Time(writer, "oldestAvailableAt", stage.OldestAvailableAt);
        Time(writer, "oldestExecutingAt", stage.OldestExecutingAt);
        Time(writer, "nextDueAt", stage.NextDueAt);
        writer.WriteEndObject();
    }

    private static void WriteFinding(Utf8JsonWriter writer, Finding finding)
    {
        writer.WriteStartObject();
        writer.WriteString("kind", finding.KindName);
        Text(writer, "stage", finding.Stage);
        if (finding.AlsoStages.Count > 0)
            Texts(writer, "alsoStages", finding.AlsoStages);
        writer.WriteString("reason", finding.Reason);
        writer.WritePropertyName("evidence");
        // Not into the writer itself: that flushes, and a response takes nothing that is not awaited.
        writer.WriteRawValue(JsonSerializer.SerializeToUtf8Bytes(finding.Evidence, Evidence), skipInputValidation: true);
        Texts(writer, "jobs", finding.Jobs);
        writer.WriteEndObject();
    }

    private static void WriteJob(Utf8JsonWriter writer, ExportedJob exported)
    {
        var job = exported.Job;
        writer.WriteStartObject();
        writer.WriteString("id", job.Id);
        Text(writer, "parent", job.ParentId);
        writer.WriteString("stage", exported.Stage);
        writer.WriteString("worker", job.Worker);
        Text(writer, "queue", job.Queue.Length == 0 ? null : job.Queue);
        Text(writer, "step", job.Step);
        Text(writer, "runKey", job.RunKey);
        writer.WriteString("state", job.State.Name());
        writer.WriteNumber("attempt", job.Attempt);
        writer.WriteNumber("maxAttempts", job.MaxAttempts);
        writer.WriteNumber("priority", job.Priority);
        Time(writer, "insertedAt", job.InsertedAt);
        Time(writer, "scheduledAt", job.ScheduledAt);
        Time(writer, "attemptedAt", job.AttemptedAt);
        Time(writer, "finishedAt", job.FinishedAt);
        Seconds(writer, "waitedSeconds", JobSpans.Waited(job.ScheduledAt, job.AttemptedAt));
        Seconds(writer, "ranSeconds", JobSpans.Ran(job.State, job.AttemptedAt, job.FinishedAt));
        Text(writer, "attemptedBy", job.AttemptedBy);
        Embedded(writer, "args", job.Args);
        Embedded(writer, "meta", job.Meta);
        if (job.IsCut)
            writer.WriteBoolean("isCut", true);
        if (job.Errors.Count > 0)
        {
            writer.WriteStartArray("errors");
            foreach (var error in job.Errors)
            {
                writer.WriteStartObject();
                writer.WriteNumber("attempt", error.Attempt);
                Time(writer, "at", error.At);
                writer.WriteString("message", error.Message);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        if (exported.ErrorId is { } number)
            writer.WriteNumber("errorId", number);
        if (job.IsCycleCut)
            writer.WriteBoolean("cycleCut", true);
        if (job.IsGone)
            writer.WriteBoolean("isGone", true);
        writer.WriteEndObject();
    }

    /// <summary>JSON that a queue stored, as JSON; as a string when it was cut or is none.</summary>
    private static void Embedded(Utf8JsonWriter writer, string name, string? text)
    {
        if (text is null)
            return;
        writer.WritePropertyName(name);
        if (IsJson(text))
            writer.WriteRawValue(text, skipInputValidation: true);
        else
            writer.WriteStringValue(text);
    }

    private static bool IsJson(string text)
    {
        try
        {
            var reader = new Utf8JsonReader(System.Text.Encoding.UTF8.GetBytes(text));
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static void Text(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
            writer.WriteString(name, value);
    }

    private static void Texts(Utf8JsonWriter writer, string name, IReadOnlyList<string> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values)
            writer.WriteStringValue(value);
        writer.WriteEndArray();
    }

    private static void Time(Utf8JsonWriter writer, string name, DateTimeOffset? value)
    {
        if (value is { } time)
            writer.WriteString(name, ExportTimes.Text(time));
    }

    private static void Seconds(Utf8JsonWriter writer, string name, TimeSpan? value)
    {
        if (value is { } span)
            writer.WriteNumber(name, ExportTimes.Seconds(span));
    }
}
