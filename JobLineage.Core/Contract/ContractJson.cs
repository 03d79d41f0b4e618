using System.Collections;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using JobLineage.Core.Model;

namespace JobLineage.Core.Contract;

/// <summary>
/// How everything that leaves the program as JSON is written: camelCase, enums by their names in snake_case, times as <see cref="UtcTimes"/> has
/// them. The shapes are the records of this folder, the same for the API, its events, the command line and files.
/// </summary>
public static class ContractJson
{
    /// <summary>Answers of the API, its events and messages: every member is there, null where nothing is known.</summary>
    public static JsonSerializerOptions Api { get; } = Configured(new());

    /// <summary>
    /// Files and terminals: what is unknown is left out, and flags that are not set (<see cref="TerseAttribute"/>). Never for a page: names are not
    /// escaped beyond what JSON asks for.
    /// </summary>
    public static JsonSerializerOptions File { get; } = new(Api)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        TypeInfoResolver = Api.TypeInfoResolver!.WithAddedModifier(LeaveOut),
    };

    /// <summary>Makes options of somebody else those of <see cref="Api"/>.</summary>
    public static JsonSerializerOptions Configured(JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        // Those of ASP.NET have the encoder of files, and by that JSON of a queue would be written as it is.
        options.Encoder = null;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
        options.Converters.Add(new UtcTimes());
        options.TypeInfoResolverChain.Insert(0, Shapes(ContractContext.Default));
        return options;
    }

    /// <summary>One line for a terminal, in which nothing hides.</summary>
    public static string Line<T>(T answer) => VisibleText.Json(JsonSerializer.Serialize(answer, File));

    /// <summary>What evidence holds is known when it is written.</summary>
    private static IJsonTypeInfoResolver Shapes(IJsonTypeInfoResolver shapes) =>
        JsonTypeInfoResolver.Combine(shapes, new DefaultJsonTypeInfoResolver()).WithAddedModifier(SharedFirst);

    /// <summary>What two shapes share comes first in both.</summary>
    private static void SharedFirst(JsonTypeInfo info)
    {
        foreach (var member in info.Properties)
        {
            for (var type = member.DeclaringType.BaseType; type is not null && type != typeof(object); type = type.BaseType)
                member.Order++;
        }
    }

    private static void LeaveOut(JsonTypeInfo info)
    {
        foreach (var member in info.Properties.Where(p => p.AttributeProvider?.IsDefined(typeof(TerseAttribute), inherit: true) == true))
            member.ShouldSerialize = (_, value) => value is not (null or false or "" or ICollection { Count: 0 });
    }
}

/// <summary>A member that files and terminals leave out where it says nothing: a flag that is not set, an empty list or text.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class TerseAttribute : Attribute;

/// <summary>ISO 8601 in UTC, to the microsecond that Postgres keeps, without zeros at the end: <c>2026-03-14T12:00:00.5Z</c>.</summary>
internal sealed class UtcTimes : JsonConverter<DateTimeOffset>
{
    /// <inheritdoc />
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(Format.Iso(value));
}

/// <summary>The shapes that leave the program, each with what it is made of.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(CompareAnswer))]
[JsonSerializable(typeof(DigestsAnswer))]
[JsonSerializable(typeof(DigestAnswer))]
[JsonSerializable(typeof(DigestMessageAnswer))]
[JsonSerializable(typeof(DoctorAnswer))]
[JsonSerializable(typeof(DroppedRunAnswer))]
[JsonSerializable(typeof(ErrorsAnswer))]
[JsonSerializable(typeof(FailuresAnswer))]
[JsonSerializable(typeof(FinishedEvent))]
[JsonSerializable(typeof(FoundEnginesAnswer))]
[JsonSerializable(typeof(InferredRunAnswer))]
[JsonSerializable(typeof(JobAncestorsAnswer))]
[JsonSerializable(typeof(JobChildrenAnswer))]
[JsonSerializable(typeof(JobViewAnswer))]
[JsonSerializable(typeof(JobsAnswer))]
[JsonSerializable(typeof(LostEvent))]
[JsonSerializable(typeof(MutesAnswer))]
[JsonSerializable(typeof(PipelineAnswer))]
[JsonSerializable(typeof(QueuesAnswer))]
[JsonSerializable(typeof(RunAnswer))]
[JsonSerializable(typeof(RunExportAnswer))]
[JsonSerializable(typeof(RunsAnswer))]
[JsonSerializable(typeof(SourcesAnswer))]
[JsonSerializable(typeof(SqlAnswer))]
[JsonSerializable(typeof(StageEvidenceAnswer))]
[JsonSerializable(typeof(StatsAnswer))]
[JsonSerializable(typeof(TimelineAnswer))]
[JsonSerializable(typeof(ToldFailuresAnswer))]
[JsonSerializable(typeof(TreeAnswer))]
internal sealed partial class ContractContext : JsonSerializerContext;
