using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using JobLineage.Core.Model;

namespace JobLineage.Core.Export;

/// <summary>
/// The stages of a run as JSON:
/// <c>{"source":"oban","root":"60","stages":[{"path","worker","depth","total","counts":{"completed":1}}]}</c>.
/// Counts hold only states that have jobs, in the order of <see cref="JobStates.All"/>. Pure.
/// </summary>
public static class StatsJson
{
    /// <summary>The JSON text, indented for a person or on one line.</summary>
    public static string Write(RunSnapshot run, bool indented = false) => ToText(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("source", run.Source);
        writer.WriteString("root", run.RootId);
        WriteStages(writer, run.Stages);
        writer.WriteEndObject();
    }, indented);

    /// <summary>Writes the property <c>stages</c>.</summary>
    public static void WriteStages(Utf8JsonWriter writer, IReadOnlyList<Stage> stages)
    {
        writer.WriteStartArray("stages");
        foreach (var stage in stages)
        {
            writer.WriteStartObject();
            writer.WriteString("path", stage.Path);
            writer.WriteString("worker", stage.Worker);
            writer.WriteNumber("depth", stage.Depth);
            writer.WriteNumber("total", stage.Total);
            WriteCounts(writer, stage.Counts);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    /// <summary>Writes the property <c>counts</c>.</summary>
    public static void WriteCounts(Utf8JsonWriter writer, StateCounts counts)
    {
        writer.WriteStartObject("counts");
        foreach (var (state, count) in counts.NonZero())
            writer.WriteNumber(state.Name(), count);
        writer.WriteEndObject();
    }

    internal static string ToText(Action<Utf8JsonWriter> write, bool indented)
    {
        using var buffer = new MemoryStream();
        // For a terminal or a file, never for a page: names are not escaped beyond what JSON asks for.
        using (var writer = new Utf8JsonWriter(buffer, new() { Indented = indented, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            write(writer);
        return VisibleText.Json(Encoding.UTF8.GetString(buffer.ToArray()));
    }
}
