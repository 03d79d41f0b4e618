using JobLineage.Core.Model;

namespace JobLineage.Tests.Store;

public sealed class LongWayUpTests
{
    [Fact]
    public async Task Of_a_long_way_up_the_first_and_the_nearest_are_listed_and_those_between_counted()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.ObanJobsAsync([.. Enumerable.Range(1, 400).Select(n => ((long)n, n == 1 ? null : $"{n - 1}", $"App.W{n % 3}", "completed"))]);
        await fixture.FilledAsync();

        var view = await fixture.JobAsync(400);

        Assert.Equal(
            [.. Enumerable.Range(1, JobView.FirstAncestors), .. Enumerable.Range(400 - JobView.NearAncestors, JobView.NearAncestors)],
            view.Ancestors.Select(a => int.Parse(a.Id)));
        Assert.Equal((299, 400), (view.AncestorsOmitted, view.Level));
        Assert.Equal((0, 101), ((await fixture.JobAsync(101)).AncestorsOmitted, (await fixture.JobAsync(101)).Level));
        Assert.Equal((1, 102), ((await fixture.JobAsync(102)).AncestorsOmitted, (await fixture.JobAsync(102)).Level));
        Assert.Empty((await fixture.JobAsync(1)).Ancestors);
    }
}
