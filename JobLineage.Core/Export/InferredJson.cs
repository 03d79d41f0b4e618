using System.Text.Json;
using JobLineage.Core.Lineage.Inference;

namespace JobLineage.Core.Export;

/// <summary>
/// An inferred run as JSON: <c>{"source","root","inferred":true,"by","value","suggested","keys","window","stages","notes","total","jobs"}</c>.
/// A stage has all that <c>stats --json</c> tells of it, and how sure it is; a job has its inferred <c>parent</c>. Pure.
/// </summary>
public static class InferredJson
{
    /// <summary>The JSON text.</summary>
    /// <param name="run">What was inferred.</param>
    /// <param name="withJobs">Whether the jobs are listed.</param>
    public static string Write(InferredRun run, bool withJobs) => StatsJson.ToText(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("source", run.Run.Source);
        writer.WriteString("root", run.Run.RootId);
        writer.WriteBoolean("inferred", true);
        writer.WriteString("by", run.Key);
        writer.WriteString("value", run.KeyValue);
        writer.WriteBoolean("suggested", run.KeyIsSuggested);
        writer.WriteStartArray("keys");
        foreach (var key in run.Keys)
            Write(writer, key);
        writer.WriteEndArray();
        Write(writer, run.Window);
        writer.WriteStartArray("stages");
        foreach (var (stage, inferred) in run.Run.Stages.Zip(run.Stages))
        {
            writer.WriteStartObject();
            writer.WriteString("path", stage.Path);
            writer.WriteString("worker", stage.Worker);
            writer.WriteNumber("depth", stage.Depth);
            writer.WriteNumber("total", stage.Total);
            StatsJson.WriteCounts(writer, stage.Counts);
            writer.WriteBoolean("inferred", stage.ParentPath is not null);
            writer.WriteNumber("confidence", inferred.Confidence);
            writer.WriteString("certainty", Word(inferred.Certainty));
            writer.WriteNumber("sure", inferred.Sure);
            writer.WriteNumber("likely", inferred.Likely);
            writer.WriteNumber("unsure", inferred.Unsure);
            writer.WriteNumber("recorded", inferred.Recorded);
            Strings(writer, "why", inferred.Why);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        Strings(writer, "notes", run.Notes);
        writer.WriteNumber("total", run.Jobs.Count);
        if (withJobs)
        {
            writer.WriteStartArray("jobs");
            foreach (var link in run.Jobs)
                Write(writer, link);
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }, indented: false);

    private static void Write(Utf8JsonWriter writer, KeySuggestion key)
    {
        writer.WriteStartObject();
        writer.WriteString("by", key.Key);
        writer.WriteString("value", key.Value);
        writer.WriteNumber("score", key.Score);
        writer.WriteNumber("jobs", key.Jobs);
        writer.WriteNumber("outside", key.Outside);
        if (key.Separates is { } separates)
            writer.WriteBoolean("separates", separates);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, InferenceWindow window)
    {
        writer.WriteStartObject("window");
        if (window.From is { } from)
            writer.WriteString("from", from.UtcDateTime);
        if (window.Until is { } until)
            writer.WriteString("until", until.UtcDateTime);
        if (window.NextRoot is not null)
            writer.WriteString("nextRoot", window.NextRoot);
        writer.WriteNumber("examined", window.Examined);
        writer.WriteBoolean("truncated", window.IsCut);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, InferredLink link)
    {
        writer.WriteStartObject();
        JobsJson.WriteMembers(writer, link.Job, new(link.Job, link.ParentId, link.Stage, link.Depth));
        writer.WriteBoolean("inferred", link.ParentId is not null && !link.IsRecorded);
        writer.WriteNumber("confidence", link.Confidence);
        writer.WriteNumber("membership", link.Membership);
        writer.WriteString("certainty", Word(link.Certainty));
        Strings(writer, "evidence", link.Evidence);
        writer.WriteStartArray("rivals");
        foreach (var rival in link.Rivals)
        {
            writer.WriteStartObject();
            writer.WriteString("id", rival.Id);
            writer.WriteString("worker", rival.Worker);
            writer.WriteNumber("confidence", rival.Confidence);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Strings(Utf8JsonWriter writer, string name, IReadOnlyList<string> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values)
            writer.WriteStringValue(value);
        writer.WriteEndArray();
    }

    private static string Word(Certainty certainty) => certainty.ToString().ToLowerInvariant();
}
