using System.Text.Json;
using JobLineage.Tests.Contract;

namespace JobLineage.Tests.Export;

/// <summary>What is said of our schemas is only worth as much as the check.</summary>
public sealed class SchemaCheckTests
{
    [Theory]
    [InlineData("""{"oneOf": [{"type": "null"}, {"type": "integer"}]}""", "7", true)]
    [InlineData("""{"oneOf": [{"type": "null"}, {"type": "integer"}]}""", "true", false)]
    [InlineData("""{"oneOf": [{"type": "null"}, {}]}""", "null", false)]
    [InlineData("""{"type": "object", "properties": {"a": {"type": "integer"}}}""", """{"b": 1}""", false)]
    [InlineData("""{"type": "object", "additionalProperties": {"type": "integer"}}""", """{"b": 1}""", true)]
    [InlineData("""{"type": "object", "additionalProperties": {"type": "integer"}}""", """{"b": true}""", false)]
    public void A_document_fits_or_does_not(string schema, string document, bool fits) =>
        Assert.Equal(fits, new SchemaCheck(Json(schema)).Check(Json(document)).Count == 0);

    [Fact]
    public void A_schema_that_allows_what_it_does_not_name_is_none_of_ours()
    {
        const string open = """{"type": "object", "properties": {"a": {"type": "object", "additionalProperties": true, "properties": {}}}, "additionalProperties": false}""";

        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => new SchemaCheck(Json(open)).Check(Json("""{"a": {}}""")));
        Assert.Equal(["$.properties.a"], SchemaCheck.Open(Json(open)));
    }

    [Fact]
    public void The_published_schema_names_every_member()
    {
        using var stream = typeof(Dashboard.Hosting.DashboardHost).Assembly.GetManifestResourceStream("run-export.schema.json")!;
        var schema = JsonDocument.Parse(stream).RootElement;

        Assert.Equal(JsonValueKind.False, schema.GetProperty("additionalProperties").ValueKind);
        Assert.Empty(SchemaCheck.Open(schema));
    }

    [Fact]
    public async Task What_one_shape_may_leave_out_another_may_not()
    {
        var described = await DescribedShapes.ReadAsync();
        var shapes = described.All;

        Assert.True(DescribedShapes.MayLack(shapes.GetProperty("JobAnswer"), "queue"));
        Assert.True(DescribedShapes.MayLack(shapes.GetProperty("JobAnswer"), "isGone"));
        Assert.True(DescribedShapes.MayLack(Items("TreeAnswer", "jobs"), "isGone"));
        Assert.False(DescribedShapes.MayLack(shapes.GetProperty("JobAnswer"), "id"));
        Assert.False(DescribedShapes.MayLack(shapes.GetProperty("JobLineAnswer"), "queue"));
        Assert.False(DescribedShapes.MayLack(shapes.GetProperty("JobLineAnswer"), "isGone"));
        Assert.False(DescribedShapes.MayLack(Items("StatsAnswer", "stages"), "worker"));

        // Described in their place, or by their name.
        JsonElement Items(string shape, string member)
        {
            var items = shapes.GetProperty(shape).GetProperty("properties").GetProperty(member).GetProperty("items");
            return items.TryGetProperty("$ref", out var name) ? new SchemaCheck(described.Document).Follow(name.GetString()!) : items;
        }
    }

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}
