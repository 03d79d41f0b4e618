using System.Reflection;
using System.Text.Json;
using JobLineage.Tests.Export;
using JobLineage.Tests.Hosting;

namespace JobLineage.Tests.Contract;

/// <summary>The shapes as <c>/openapi/v1.json</c> describes them.</summary>
internal sealed class DescribedShapes
{
    /// <summary>What files and terminals leave out where it says nothing, by the members of the shape: in what holds it, it has no name.</summary>
    private static readonly Dictionary<string, HashSet<string>> Terse = typeof(RunAnswer).Assembly.GetExportedTypes()
        .Where(type => type.GetProperties().Any(IsTerse))
        .ToDictionary(
            type => Key(ContractJson.Api.GetTypeInfo(type).Properties.Select(p => p.Name)),
            type => type.GetProperties().Where(IsTerse).Select(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name)).ToHashSet());

    private readonly JsonElement document;

    private DescribedShapes(JsonElement document) => this.document = document;

    /// <summary>The whole description.</summary>
    public JsonElement Document => document;

    /// <summary>The shapes by their names.</summary>
    public JsonElement All => document.GetProperty("components").GetProperty("schemas");

    /// <summary>As a dashboard tells them.</summary>
    public static async Task<DescribedShapes> ReadAsync()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        return await ReadAsync(dashboard);
    }

    /// <summary>As this one tells them.</summary>
    public static async Task<DescribedShapes> ReadAsync(TestDashboard dashboard) => new(await dashboard.GetAsync("/openapi/v1.json"));

    /// <summary>An answer of the API: every member is there.</summary>
    public void Check(JsonElement shape, JsonElement answer, string what) => None(new SchemaCheck(document).Check(shape, answer), what);

    /// <summary>What a file or a terminal shows: what says nothing is left out.</summary>
    public void CheckTerse(string shape, string text)
    {
        Assert.True(All.TryGetProperty(shape, out var schema), $"{shape} is not described");
        None(new SchemaCheck(document, MayLack).Check(schema, JsonDocument.Parse(text).RootElement), shape);
    }

    /// <summary>Whether a member of a shape may be left out of a file.</summary>
    internal static bool MayLack(JsonElement shape, string member)
    {
        var members = shape.GetProperty("properties");
        return MayBeNull(members.GetProperty(member))
            || (Terse.TryGetValue(Key(members.EnumerateObject().Select(m => m.Name)), out var terse) && terse.Contains(member));
    }

    private static bool IsTerse(PropertyInfo property) => property.GetCustomAttribute<TerseAttribute>() is not null;

    private static string Key(IEnumerable<string> members) => string.Join(' ', members.Order(StringComparer.Ordinal));

    private static bool MayBeNull(JsonElement schema) =>
        schema.TryGetProperty("type", out var type) ? type.ValueKind == JsonValueKind.Array && type.EnumerateArray().Any(t => t.GetString() == "null")
        : schema.TryGetProperty("oneOf", out var one) ? one.EnumerateArray().Any(o => o.TryGetProperty("type", out var t) && t.ValueEquals("null"))
        : schema.TryGetProperty("enum", out var words) ? words.EnumerateArray().Any(w => w.ValueKind == JsonValueKind.Null)
        : !schema.TryGetProperty("$ref", out var name) || name.GetString()!.EndsWith("/RawJson", StringComparison.Ordinal);

    private static void None(IReadOnlyList<string> errors, string what) => Assert.True(errors.Count == 0, $"{what}: {string.Join(Environment.NewLine, errors.Take(20))}");
}
