using JobLineage.Core.Model;
using JobLineage.Tests.Store;

namespace JobLineage.Tests.Views;

/// <summary>A run over time, and the jobs of a span of it.</summary>
public class ActivityTests
{
    [Fact]
    public async Task Starts_finishes_and_failures_stand_in_the_step_in_which_they_happened()
    {
        await using var fixture = await ViewsFixture.CreateAsync(
            new(1, null, "Root", Due: 0, Began: 10, Ended: 20), new(2, 1, "A", Due: 20, Began: 41, Ended: 61),
            new(3, 1, "A", "discarded", Due: 20, Began: 41, Ended: 101), new(4, 1, "A", "cancelled", Due: 20, Began: 41, Ended: 160));

        var activity = (await fixture.Views.FindActivityAsync("oban", "1", default))!;

        Assert.Equal((4, true), (activity.Jobs, activity.IsWhole));
        Assert.Equal(["Root", "Root/A"], activity.Stages.Select(stage => stage.Stage).Order());
        var a = activity.Stages.Single(stage => stage.Stage == "Root/A");
        // 160 s in 80 steps.
        Assert.Equal((3, 2, 1), (a.Started.Sum(), a.Finished.Sum(), a.Failed.Sum()));
        Assert.Equal([20, 20, 20], Steps(a.Started));
        Assert.Equal([50], Steps(a.Failed));
        Assert.Equal([30, 79], Steps(a.Finished));
        Assert.True(a.IsActive(20, 20));
        Assert.False(a.IsActive(0, 19));
        Assert.False(a.IsActive(51, 78));
    }

    [Fact]
    public async Task Only_jobs_that_ran_in_a_span_are_listed()
    {
        await using var fixture = await ViewsFixture.CreateAsync(
            new(1, null, "Root", Began: 0, Ended: 5), new(2, 1, "A", Began: 10, Ended: 20), new(3, 1, "A", Began: 30, Ended: 40), new(4, 1, "A", Began: 15, Ended: 60), new(5, 1, "A", "available", Due: 12));

        async Task<IEnumerable<string>> In(int from, int to) =>
            (await fixture.Views.ListJobsAsync(new() { Source = "oban", RootId = "1", Within = new(At(from), At(to)) }, default))!.Jobs.Select(job => job.Id).Order();

        Assert.Equal(["2", "4"], await In(12, 30));
        Assert.Equal(["3", "4"], await In(30, 31));
        Assert.Equal(["4"], await In(41, 90));
        Assert.Empty(await In(61, 90));
        Assert.Equal(["1"], await In(0, 6));
    }

    [Theory]
    [InlineData("2026-03-14T12:00Z", "2026-03-14T12:05:30Z", true)]
    [InlineData("2026-03-14T12:05Z", "2026-03-14T12:05Z", false)]
    [InlineData("2026-03-14T12:05Z", "2026-03-14T12:00Z", false)]
    [InlineData("yesterday", "2026-03-14T12:00Z", false)]
    [InlineData(null, "2026-03-14T12:00Z", false)]
    public void A_span_of_an_address_has_a_beginning_before_its_end(string? from, string? to, bool isOne) => Assert.Equal(isOne, JobsWindow.Parse(from, to) is not null);

    private static List<int> Steps(IReadOnlyList<int> counts) => [.. counts.SelectMany((count, step) => Enumerable.Repeat(step, count))];

    private static DateTimeOffset At(int seconds) => ViewsFixture.Noon.AddSeconds(seconds);
}
