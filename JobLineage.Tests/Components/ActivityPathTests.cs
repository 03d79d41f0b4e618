using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Runs;

namespace JobLineage.Tests.Components;

/// <summary>What stands for times and errors in views.</summary>
public sealed class ActivityPathTests
{
    [Fact]
    public void A_pause_is_a_gap_and_one_job_beside_many_is_seen()
    {
        Assert.Equal("", ActivityPath.Of([]));
        Assert.Equal("", ActivityPath.Of([0, 0]));
        // Two parts at work, a pause of three, one job, and as many as there were at most.
        Assert.Equal("M0 10v-10h2v10zM5 10v-3h1v3zM6 10v-10h1v10z", ActivityPath.Of([1_000, 1_000, 0, 0, 0, 1, 1_000]));
    }

    [Fact]
    public void Each_kind_of_error_stands_by_a_message_and_no_two_read_the_same()
    {
        static ErrorGroup Group(int id, string text, string? message) => new(id, text, 1, 0, null, null, null, []) { Message = message };
        var lines = ErrorLines.Of(
        [
            Group(1, "** (Oban.PerformError) App.A failed with {:error, <text>}", "** (Oban.PerformError) App.A failed with {:error, \"movie 5 not found\"}"),
            Group(2, "** (Oban.PerformError) App.B failed with {:error, <text>}", "** (Oban.PerformError) App.B failed with {:error, \"no such page\"}"),
            Group(3, "** (Oban.PerformError) App.C failed with {:error, :timeout}", null),
            Group(4, "** (Oban.PerformError) App.D failed with {:error, :timeout}", null),
        ]);
        Assert.Equal(
            [
                "{:error, \"movie 5 not found\"}", "{:error, \"no such page\"}",
                "** (Oban.PerformError) App.C failed with {:error, :timeout}", "** (Oban.PerformError) App.D failed with {:error, :timeout}",
            ],
            lines.Select(line => line.Line));
    }
}
