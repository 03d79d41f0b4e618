using JobLineage.Bench.Faults;
using JobLineage.Tests.Architecture;

namespace JobLineage.Tests.Support;

/// <summary>What is left out of a short run is one of several of its kind.</summary>
public sealed class TrialScopeTests
{
    [Theory]
    [InlineData(null, false)]
    [InlineData("", false)]
    [InlineData("some", false)]
    [InlineData("all", true)]
    public void It_is_short_unless_all_is_asked_for(string? value, bool all) => Assert.Equal(all, TrialScope.Read(value));

    [Fact]
    public void A_word_that_nobody_knows_is_refused_with_those_that_are()
    {
        var refused = Assert.Throws<InvalidOperationException>(() => TrialScope.Read("al"));
        Assert.Equal("JOBLINEAGE_TRIALS is 'al', and may be 'all' for all trials of the tests or 'some', as without it, for a part of each kind.", refused.Message);
    }

    [Fact]
    public void The_first_page_counts_the_faults() =>
        Assert.Contains($"lets {AllFaults.List.Count} faults strike", File.ReadAllText(Path.Combine(SourceFiles.Root, "README.md")));

    [Fact]
    public void Each_kind_of_fault_is_tried_in_every_run()
    {
        Assert.All(AllFaults.List.GroupBy(fault => fault.Kind), kind => Assert.Contains(kind, fault => fault.TriedIn == TriedIn.EveryRun));
        Assert.Equal(AllFaults.List.Count, AllFaults.List.Select(fault => fault.Name).Distinct().Count());
    }
}
