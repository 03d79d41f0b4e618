using System.Text.Json;
using System.Text.RegularExpressions;

namespace JobLineage.Tests.Export;

/// <summary>Checks a JSON document against a JSON Schema: the keywords that the published schema uses, and an error for any other.</summary>
internal sealed class SchemaCheck(JsonElement schema)
{
    private static readonly string[] Words = ["$schema", "title", "description", "$defs"];

    /// <summary>What is wrong with the document, with the places.</summary>
    public IReadOnlyList<string> Check(JsonElement document)
    {
        var errors = new List<string>();
        Check(schema, document, "$", errors);
        return errors;
    }

    private void Check(JsonElement rule, JsonElement value, string at, List<string> errors)
    {
        foreach (var keyword in rule.EnumerateObject())
        {
            switch (keyword.Name)
            {
                case "$ref":
                    var name = keyword.Value.GetString()!;
                    Assert.StartsWith("#/$defs/", name);
                    Check(schema.GetProperty("$defs").GetProperty(name[8..]), value, at, errors);
                    break;
                case "type":
                    Expect(IsType(keyword.Value.GetString()!, value), $"is no {keyword.Value}");
                    break;
                case "const":
                    Expect(JsonElement.DeepEquals(keyword.Value, value), $"is not {keyword.Value}");
                    break;
                case "enum":
                    Expect(keyword.Value.EnumerateArray().Any(allowed => JsonElement.DeepEquals(allowed, value)), $"is none of {keyword.Value}");
                    break;
                case "minimum":
                    Expect(value.GetDecimal() >= keyword.Value.GetDecimal(), $"is less than {keyword.Value}");
                    break;
                case "pattern":
                    Expect(Regex.IsMatch(value.GetString()!, keyword.Value.GetString()!), $"does not match {keyword.Value}");
                    break;
                case "required":
                    foreach (var member in keyword.Value.EnumerateArray())
                        Expect(value.TryGetProperty(member.GetString()!, out _), $"has no {member}");
                    break;
                case "properties":
                    foreach (var member in value.EnumerateObject())
                    {
                        if (keyword.Value.TryGetProperty(member.Name, out var inner))
                            Check(inner, member.Value, $"{at}.{member.Name}", errors);
                    }

                    break;
                case "additionalProperties":
                    Assert.Equal(JsonValueKind.False, keyword.Value.ValueKind);
                    foreach (var member in value.EnumerateObject())
                        Expect(rule.GetProperty("properties").TryGetProperty(member.Name, out _), $"has a {member.Name}");
                    break;
                case "items":
                    foreach (var (item, place) in value.EnumerateArray().Select((item, place) => (item, place)))
                        Check(keyword.Value, item, $"{at}[{place}]", errors);
                    break;
                default:
                    Assert.Contains(keyword.Name, Words);
                    break;
            }
        }

        void Expect(bool isRight, string what)
        {
            if (!isRight)
                errors.Add($"{at} {what}: {value.GetRawText()[..Math.Min(80, value.GetRawText().Length)]}");
        }
    }

    private static bool IsType(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        _ => throw new NotSupportedException(type),
    };
}
