using System.Text;

namespace JobLineage.Tests.Architecture;

/// <summary>The checker itself: each way to refer to a type is seen.</summary>
public class TypeReferencesTests
{
    private const string Here = "JobLineage.Tests.Architecture.Samples.";

    private static readonly IReadOnlySet<Arrow> Arrows = TypeReferences.Of(typeof(TypeReferencesTests).Assembly);

    [Theory]
    [InlineData(nameof(Samples.Inherits))]
    [InlineData(nameof(Samples.Implements))]
    [InlineData(nameof(Samples.HasField))]
    [InlineData(nameof(Samples.TakesArray))]
    [InlineData(nameof(Samples.ReturnsList))]
    [InlineData(nameof(Samples.IsMarked))]
    [InlineData("Constrains`1")]
    [InlineData(nameof(Samples.CallsStatic))]
    [InlineData(nameof(Samples.CallsGeneric))]
    [InlineData(nameof(Samples.CallsInLambda))]
    [InlineData(nameof(Samples.CallsAfterAwait))]
    [InlineData(nameof(Samples.Catches))]
    [InlineData(nameof(Samples.NamesType))]
    public void Every_way_to_refer_to_a_type_is_an_arrow(string sample) =>
        Assert.Contains(Arrows, a => a.From == Here + sample && a.To.StartsWith(Here + "Target", StringComparison.Ordinal));

    [Fact]
    public void A_type_that_refers_to_nothing_has_no_arrow_to_it() =>
        Assert.DoesNotContain(Arrows, a => a.From == Here + nameof(Samples.Innocent) && a.To.StartsWith(Here, StringComparison.Ordinal));

    [Fact]
    public void Types_of_other_assemblies_are_seen() =>
        Assert.Contains(new(typeof(TypeReferencesTests).FullName!, typeof(StringBuilder).FullName!), Arrows);

    [Fact]
    public void A_wrong_arrow_is_told_with_both_ends()
    {
        var rules = new FolderRules("A", new Dictionary<string, string[]> { ["Up"] = ["Down"], ["Down"] = [] });

        Assert.Equal(
            ["Down may not know Up: A.Down.X → A.Up.Y", "New is not in the rules (A.New.Z)"],
            rules.Violations(
            [
                new("A.Up.Y", "A.Down.X"), new("A.Down.X", "A.Up.Y"), new("A.Down.Deep.X", "A.Down.Y"), new("A.Down.X", "System.String"),
                new("A.Composer", "A.Up.Y"), new("A.New.Z", "A.Down.X"),
            ]));
    }

    [Fact]
    public void Rules_that_lead_in_a_circle_are_found()
    {
        Assert.Null(new FolderRules("A", new Dictionary<string, string[]> { ["X"] = ["Y"], ["Y"] = ["Z"] }).Circle());
        Assert.NotNull(new FolderRules("A", new Dictionary<string, string[]> { ["X"] = ["Y"], ["Y"] = ["Z"], ["Z"] = ["X"] }).Circle());
    }

    private static readonly string Elsewhere = new StringBuilder("a type of another assembly").ToString();
}
