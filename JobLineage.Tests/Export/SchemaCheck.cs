using System.Text.Json;
using System.Text.RegularExpressions;

namespace JobLineage.Tests.Export;

/// <summary>
/// Checks a JSON document against a JSON Schema: the keywords that our schemas use, and an error for any other. Members that a schema does not name are
/// an error, too.
/// </summary>
/// <param name="root">What references are followed in.</param>
/// <param name="mayLack">Which members that are asked for may be left out all the same, by the schema of what has them and their name; null: none.</param>
internal sealed class SchemaCheck(JsonElement root, Func<JsonElement, string, bool>? mayLack = null)
{
    private static readonly string[] Words = ["$schema", "title", "description", "$defs", "deprecated", "format"];

    /// <summary>The places of a schema that name members and do not say that there are no others.</summary>
    public static IEnumerable<string> Open(JsonElement schema, string at = "$") => schema.ValueKind switch
    {
        JsonValueKind.Object => schema.EnumerateObject().SelectMany(part => Open(part.Value, $"{at}.{part.Name}"))
            .Concat(schema.TryGetProperty("properties", out var members) && members.ValueKind == JsonValueKind.Object && schema.TryGetProperty("type", out _)
                && !(schema.TryGetProperty("additionalProperties", out var others) && others.ValueKind == JsonValueKind.False) ? [at] : []),
        JsonValueKind.Array => schema.EnumerateArray().SelectMany((part, place) => Open(part, $"{at}[{place}]")),
        _ => [],
    };

    /// <summary>What is wrong with the document, with the places.</summary>
    public IReadOnlyList<string> Check(JsonElement document) => Check(root, document);

    /// <summary>What is wrong with a document that a part of the schema describes.</summary>
    public IReadOnlyList<string> Check(JsonElement rule, JsonElement document)
    {
        var errors = new List<string>();
        Check(rule, document, "$", errors);
        return errors;
    }

    private void Check(JsonElement rule, JsonElement value, string at, List<string> errors)
    {
        foreach (var keyword in rule.EnumerateObject())
        {
            switch (keyword.Name)
            {
                case "$ref":
                    Check(Follow(keyword.Value.GetString()!), value, at, errors);
                    break;
                case "type":
                    var types = keyword.Value.ValueKind == JsonValueKind.Array ? [.. keyword.Value.EnumerateArray()] : new[] { keyword.Value };
                    Expect(types.Any(type => IsType(type.GetString()!, value)), $"is no {keyword.Value}");
                    break;
                case "const":
                    Expect(JsonElement.DeepEquals(keyword.Value, value), $"is not {keyword.Value}");
                    break;
                case "enum":
                    Expect(keyword.Value.EnumerateArray().Any(allowed => JsonElement.DeepEquals(allowed, value)), $"is none of {keyword.Value}");
                    break;
                case "oneOf":
                    var wrong = keyword.Value.EnumerateArray().Select(one => Check(one, value)).ToList();
                    Expect(wrong.Count(one => one.Count == 0) == 1, $"is not exactly one of {keyword.Value}: {string.Join("; ", wrong.SelectMany(one => one))}");
                    break;
                case "minimum":
                    Expect(value.GetDecimal() >= keyword.Value.GetDecimal(), $"is less than {keyword.Value}");
                    break;
                case "pattern":
                    Expect(value.ValueKind != JsonValueKind.String || Regex.IsMatch(value.GetString()!, keyword.Value.GetString()!), $"does not match {keyword.Value}");
                    break;
                case "required":
                    foreach (var member in keyword.Value.EnumerateArray().Select(m => m.GetString()!))
                        Expect(value.ValueKind != JsonValueKind.Object || value.TryGetProperty(member, out _) || mayLack?.Invoke(rule, member) == true, $"has no {member}");
                    break;
                case "properties":
                    foreach (var member in value.ValueKind == JsonValueKind.Object ? value.EnumerateObject() : default)
                    {
                        if (keyword.Value.TryGetProperty(member.Name, out var inner))
                            Check(inner, member.Value, $"{at}.{member.Name}", errors);
                        else
                            Expect(false, $"has a {member.Name}");
                    }

                    break;
                case "additionalProperties":
                    // Members that are not named are errors anyway: a schema that allows them says what is not so.
                    Assert.True(keyword.Value.ValueKind is JsonValueKind.False or JsonValueKind.Object, $"{at}: additionalProperties is {keyword.Value}");
                    foreach (var member in keyword.Value.ValueKind == JsonValueKind.Object ? value.EnumerateObject() : default)
                        Check(keyword.Value, member.Value, $"{at}.{member.Name}", errors);
                    break;
                case "items":
                    foreach (var (item, place) in value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().Select((item, place) => (item, place)) : [])
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

    /// <summary>What a reference names.</summary>
    public JsonElement Follow(string reference)
    {
        Assert.StartsWith("#/", reference);
        return reference[2..].Split('/').Aggregate(root, (at, name) => at.GetProperty(name));
    }

    private static bool IsType(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "null" => value.ValueKind == JsonValueKind.Null,
        _ => throw new NotSupportedException(type),
    };
}
