using System.Reflection;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace JobLineage.Dashboard.Api;

/// <summary>Completes the description of the API by what is true of many endpoints.</summary>
internal static class ApiDescription
{
    private const string Problem = "application/problem+json";

    private static readonly Dictionary<string, string> Parameters = new(StringComparer.Ordinal)
    {
        ["source"] = "The source's name.",
        ["rootId"] = "The id of the root, or of any job of the run.",
        ["id"] = "The job's id.",
        ["stage"] = "Only jobs of the stage with this path.",
        ["state"] = "Only those in this state.",
        ["queue"] = "Only jobs of this queue.",
        ["error"] = "Only jobs with the error of this number: 'id' of an answer of errors.",
        ["q"] = "Only runs that hold this text, or that have a job which this filter finds: words such as state:, worker:, args.KEY:, error:. args. and error: need 'from', or from: as in from:2h.",
        ["below"] = "Only jobs below the one with this id.",
        ["worker"] = "Only runs whose root has this worker, by its full or short name.",
        ["sort"] = "The order: errors, newest, oldest or finished.",
        ["page"] = "Which page: 'next' of the page before.",
        ["pageSize"] = "How many there are on a page.",
        ["by"] = "The path of the stage by whose jobs failures are grouped.",
        ["path"] = "The path of the stage.",
        ["pair"] = "Two ids with three dots between them, of any job of either run, as in 60...61; or one id.",
        ["from"] = "Only runs whose last activity is not before this, as in 2026-03-14T12:00:00Z.",
        ["to"] = "Only runs whose last activity is before this.",
        ["order"] = "asc or desc.",
        ["native"] = "true: with the row as the queue's table has it now.",
        ["days"] = "Only runs that started in the last so many days.",
        ["before"] = "'older' of an answer: what comes behind it.",
        ["window"] = "How long the run may have taken, as in 90m or 2h.",
    };

    /// <summary>What is true of the shapes of files and terminals, and of all that they hold, though it is described as the API answers it.</summary>
    internal const string Terse = "As files and terminals show it: members that may be null are left out where they are, and so may be flags that are not set, empty lists and empty texts, "
        + "whatever is marked as required here and in all that this holds.";

    /// <summary>Shapes that no endpoint answers with as JSON: of files and the command line.</summary>
    private static readonly Type[] Files =
        [typeof(StatsAnswer), typeof(TreeAnswer), typeof(JobChildrenAnswer), typeof(JobAncestorsAnswer), typeof(DoctorAnswer), typeof(FoundEnginesAnswer), typeof(RunExportAnswer)];

    /// <summary>The same of problems, events and messages, which have every member.</summary>
    private static readonly Type[] Events = [typeof(DroppedRunAnswer), typeof(FinishedEvent), typeof(LostEvent), typeof(DigestMessageAnswer)];

    /// <summary>Adds what else leaves the program.</summary>
    public static async Task AddShapesAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellation)
    {
        foreach (var shape in (Type[])[.. Files, .. Events])
        {
            var schema = await context.GetOrCreateSchemaAsync(shape, cancellationToken: cancellation);
            if (Files.Contains(shape))
                schema.Description = Terse;
            document.AddComponent(shape.Name, schema);
        }
    }

    /// <summary>
    /// A member that holds JSON of a queue may be null, which is JSON as well: the generator's "either null or JSON" is exactly one of two for no null. It is
    /// made after each shape was completed, so it is mended when all are there.
    /// </summary>
    public static void DescribeJson(OpenApiDocument document)
    {
        foreach (var schema in document.Components?.Schemas?.Values.ToList() ?? [])
            DescribeJson(schema);
    }

    private static IOpenApiSchema DescribeJson(IOpenApiSchema schema)
    {
        if (schema is not OpenApiSchema inline)
            return schema;
        if (inline.OneOf?.OfType<OpenApiSchemaReference>().FirstOrDefault(one => one.Reference.Id == nameof(RawJson)) is { } json)
            return json;
        foreach (var (name, member) in inline.Properties?.ToList() ?? [])
            inline.Properties![name] = DescribeJson(member);
        if (inline.Items is { } items)
            inline.Items = DescribeJson(items);
        if (inline.AdditionalProperties is { } others)
            inline.AdditionalProperties = DescribeJson(others);
        return inline;
    }

    /// <summary>
    /// Completes what is described of a shape: an answer of the API has all members, but for a few older names that are there only where they say something; and of
    /// items that may be null nothing says so by itself.
    /// </summary>
    public static void Complete(OpenApiSchema schema, JsonTypeInfo shape)
    {
        if (shape.Kind != JsonTypeInfoKind.Object || shape.Type.Namespace != typeof(RunAnswer).Namespace)
            return;
        schema.Required = shape.Properties.Where(p => p.AttributeProvider?.IsDefined(typeof(JsonIgnoreAttribute), inherit: true) != true).Select(p => p.Name).ToHashSet();
        foreach (var member in shape.Properties)
        {
            if (schema.Properties?.TryGetValue(member.Name, out var described) == true && described is OpenApiSchema { Items: { } items } list && member.AttributeProvider is PropertyInfo property
                && new NullabilityInfoContext().Create(property).GenericTypeArguments is [{ ReadState: NullabilityState.Nullable, Type.IsValueType: false }])
                list.Items = new OpenApiSchema { OneOf = [new OpenApiSchema { Type = JsonSchemaType.Null }, items] };
        }
    }

    /// <summary>Describes parameters that the endpoint does not describe itself, and the problems that any endpoint may answer with.</summary>
    public static void Complete(OpenApiOperation operation, string path)
    {
        foreach (var parameter in operation.Parameters?.OfType<OpenApiParameter>() ?? [])
            parameter.Description ??= Parameters.GetValueOrDefault(parameter.Name ?? "");
        operation.Responses ??= [];
        Add("401", "No token and no signed-in browser, where the dashboard asks for one");
        if (!path.Contains("/schemas/", StringComparison.Ordinal))
            Add("503", "The store does not answer, or there is no place left: come again after Retry-After");

        void Add(string status, string description) => operation.Responses.TryAdd(
            status, new OpenApiResponse { Description = description, Content = new Dictionary<string, OpenApiMediaType> { [Problem] = new() } });
    }
}
