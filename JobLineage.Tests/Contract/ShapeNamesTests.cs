using System.Text.Json;
using JobLineage.Tests.Architecture;

namespace JobLineage.Tests.Contract;

/// <summary>Names that others rely on: of every shape that is described, and of its members.</summary>
public sealed class ShapeNamesTests
{
    private const string Recorded = "JobLineage.Tests/Contract/shapes.txt";

    [Fact]
    public async Task No_name_goes_and_each_new_one_is_recorded()
    {
        var shapes = await DescribedShapes.ReadAsync();
        var now = shapes.All.EnumerateObject().Select(shape => $"{shape.Name}: {string.Join(' ', Members(shape.Value))}".TrimEnd()).Order(StringComparer.Ordinal).ToList();
        var before = await File.ReadAllLinesAsync(Path.Combine(SourceFiles.Root, Recorded));

        var gone = before.SelectMany(Names).Except(now.SelectMany(Names)).ToList();
        Assert.True(gone.Count == 0, $"Somebody may rely on {string.Join(", ", gone)}: keep the name beside the new one for a release.");
        Assert.True(before.SequenceEqual(now), $"{Recorded} is to be:\n{string.Join('\n', now)}");
    }

    private static IEnumerable<string> Names(string line) => line.Split(": ") is [var shape, var members] ? members.Split(' ').Select(member => $"{shape}.{member}") : [];

    /// <summary>Its members, and those of what has no name of its own: <c>selection.stage</c>.</summary>
    private static IEnumerable<string> Members(JsonElement shape)
    {
        if (shape.TryGetProperty("properties", out var members))
            return members.EnumerateObject().OrderBy(m => m.Name, StringComparer.Ordinal).SelectMany(m => Members(m.Value).Select(inner => $"{m.Name}.{inner}").Prepend(m.Name));
        if (shape.TryGetProperty("items", out var items))
            return Members(items);
        if (shape.TryGetProperty("oneOf", out var one))
            return one.EnumerateArray().SelectMany(Members);
        return shape.TryGetProperty("enum", out var words) ? words.EnumerateArray().Select(w => w.ToString()) : [];
    }
}
