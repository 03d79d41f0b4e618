using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Shared;
using JobLineage.Dashboard.Components.StageGraph;

namespace JobLineage.Tests.Components;

public sealed class BarSegmentsTests
{
    [Fact]
    public void One_discarded_among_fifty_thousand_can_be_seen()
    {
        var segments = BarSegments.Of(new(Completed: 49_999, Discarded: 1), 200, 3);

        Assert.Equal([JobState.Completed, JobState.Discarded], segments.Select(segment => segment.State));
        Assert.Equal([197.0, 3.0], segments.Select(segment => segment.Width));
    }

    [Fact]
    public void Widths_are_in_proportion_where_nothing_is_too_small()
    {
        var segments = BarSegments.Of(new(Completed: 60, Executing: 30, Available: 10), 200, 3);

        Assert.Equal([120.0, 60.0, 20.0], segments.Select(segment => Math.Round(segment.Width, 9)));
    }

    [Fact]
    public void No_jobs_is_no_segment()
    {
        Assert.Empty(BarSegments.Of(default, 200));
    }

    [Fact]
    public void A_bar_that_is_too_short_for_all_is_shared_equally()
    {
        var segments = BarSegments.Of(new(1, 1_000, 1, 1, 1, 1, 1, 1), 16, 3);

        Assert.All(segments, segment => Assert.Equal(2, segment.Width));
    }

    [Fact]
    public void Whatever_the_counts_the_segments_fill_the_bar_without_gap_and_none_is_below_the_least()
    {
        var random = new Random(3);
        for (var i = 0; i < 500; i++)
        {
            long Count() => random.Next(3) == 0 ? 0 : (long)Math.Pow(10, random.NextDouble() * 7);
            var counts = new StateCounts(Count(), Count(), Count(), Count(), Count(), Count(), Count(), Count());
            var segments = BarSegments.Of(counts, 200, 3);

            var x = 0.0;
            foreach (var segment in segments)
            {
                Assert.Equal(x, segment.X, 6);
                Assert.True(segment.Width >= 3 - 1e-9);
                x += segment.Width;
            }

            Assert.Equal(counts.Total == 0 ? 0 : 200, x, 6);
        }
    }

    [Theory]
    [InlineData(999, "999")]
    [InlineData(12_345, "12.3k")]
    [InlineData(999_999, "999k")]
    [InlineData(1_250_000, "1.2M")]
    public void A_number_too_long_for_its_cell_is_cut_never_rounded_up(long count, string text)
    {
        Assert.Equal(text, NodeText.Brief(count));
    }

    [Fact]
    public void Counts_of_a_node_stay_in_their_cells_as_they_grow()
    {
        var few = NodeText.Counts(new(Executing: 1, Completed: 9, Discarded: 1), 280);
        var more = NodeText.Counts(new(Executing: 999, Completed: 99_999, Discarded: 8_888), 280);

        Assert.Equal(few.Select(count => (count.X, count.Y)), more.Select(count => (count.X, count.Y)));
        Assert.All(few, count => Assert.NotNull(count.Label));
        Assert.All(NodeText.Counts(new(1, 1, 1, 1, 1, 1, 1, 1), 280), count => Assert.Null(count.Label));
    }
}
