using System.Text.Json;
using JobLineage.Core.Lineage;
using JobLineage.Core.Model;

namespace JobLineage.Core.Export;

/// <summary>Jobs of a source as JSON: a tree, children, ancestors. Members that a job lacks are left out. Pure.</summary>
public static class JobsJson
{
    /// <summary>
    /// A run with its jobs, as a list in which each names the one above it; <c>total</c> says how many there are where
    /// the list is cut.
    /// </summary>
    public static string Write(JobTree tree, bool indented = false) => StatsJson.ToText(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("source", tree.Run.Source);
        writer.WriteString("root", tree.Run.RootId);
        StatsJson.WriteStages(writer, tree.Run.Stages);
        writer.WriteNumber("total", tree.TotalNodes);
        writer.WriteBoolean("truncated", tree.IsTruncated);
        writer.WriteStartArray("jobs");
        foreach (var node in tree.Nodes)
            WriteJob(writer, node.Job, node);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }, indented);

    /// <summary>A job's children.</summary>
    public static string Write(JobChildren children, bool indented = false) => StatsJson.ToText(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("source", children.Parent.Source);
        writer.WriteString("id", children.Parent.Id);
        writer.WriteNumber("total", children.Total);
        writer.WriteBoolean("truncated", children.Jobs.Count < children.Total);
        writer.WriteStartArray("children");
        foreach (var job in children.Jobs)
            WriteJob(writer, job, null);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }, indented);

    /// <summary>A job's ancestors, from the root down.</summary>
    public static string Write(JobAncestors ancestors, bool indented = false) => StatsJson.ToText(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("source", ancestors.Job.Source);
        writer.WriteString("id", ancestors.Job.Id);
        writer.WriteStartArray("ancestors");
        foreach (var job in ancestors.Ancestors)
            WriteJob(writer, job, null);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }, indented);

    private static void WriteJob(Utf8JsonWriter writer, Job job, JobNode? node)
    {
        writer.WriteStartObject();
        WriteMembers(writer, job, node);
        writer.WriteEndObject();
    }

    /// <summary>Writes the members of a job into an object that is open.</summary>
    internal static void WriteMembers(Utf8JsonWriter writer, Job job, JobNode? node)
    {
        writer.WriteString("id", job.Id);
        if (node is not null)
        {
            if (node.ParentId is not null)
                writer.WriteString("parent", node.ParentId);
            writer.WriteString("stage", node.Stage);
            writer.WriteNumber("depth", node.Depth);
        }

        if (job.IsMissing)
        {
            writer.WriteBoolean("missing", true);
        }
        else
        {
            writer.WriteString("worker", job.Worker);
            writer.WriteString("state", job.State.Name());
            Text(writer, "queue", job.Queue.Length > 0 ? job.Queue : null);
            Text(writer, "step", job.Step);
            writer.WriteNumber("attempt", job.Attempt);
            writer.WriteNumber("maxAttempts", job.MaxAttempts);
            Time(writer, "insertedAt", job.InsertedAt);
            Time(writer, "scheduledAt", job.ScheduledAt);
            Time(writer, "attemptedAt", job.AttemptedAt);
            Time(writer, "finishedAt", job.FinishedAt);
            if (job.IsCycleCut)
                writer.WriteBoolean("cycleCut", true);
        }
    }

    private static void Text(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
            writer.WriteString(name, value);
    }

    private static void Time(Utf8JsonWriter writer, string name, DateTimeOffset? value)
    {
        if (value is { } time)
            writer.WriteString(name, time.UtcDateTime);
    }
}
