using JobLineage.Core.Diagnosis;
using JobLineage.Core.Model;

namespace JobLineage.Tests.Diagnosis;

/// <summary>When a stage will be through, and when that can't be said.</summary>
public class StagePaceTests
{
    [Fact]
    public void A_steady_stage_is_through_within_a_range()
    {
        var forecast = StagePace.Of(new(Available: 100, Executing: 20, Scheduled: 50), [10, 20, 10, 20, 10, 20, 10, 20, 10, 20])!;

        Assert.Equal((120, 10, 20, 10), (forecast.Remaining, forecast.Slow, forecast.Fast, forecast.Minutes));
        Assert.Equal((TimeSpan.FromMinutes(6), TimeSpan.FromMinutes(12)), (forecast.Soonest, forecast.Latest));
    }

    [Fact]
    public void Minutes_before_it_began_do_not_count() =>
        Assert.Equal(3, StagePace.Of(new(Available: 5), [30, 30, 30, 0, 0, 0, 0, 0, 0, 0])!.Minutes);

    [Theory]
    [InlineData(0, 30, 30, 30, 30)] // nothing is left
    [InlineData(9, 0, 0, 0, 0)] // nothing moves
    [InlineData(9, 30, 30, 0, 0)] // it has just begun
    [InlineData(9, 3, 3, 3, 3)] // too few
    [InlineData(9, 0, 0, 90, 90)] // it has stopped
    [InlineData(9, 90, 0, 0, 90)] // by fits and starts
    public void Where_the_data_does_not_allow_it_nothing_is_said(long available, long last, long before, long third, long fourth) =>
        Assert.Null(StagePace.Of(new(Available: available, Retryable: 3), [last, before, third, fourth]));
}
