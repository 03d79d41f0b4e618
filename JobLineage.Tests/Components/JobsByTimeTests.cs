using Bunit;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Jobs;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Components;

/// <summary>Lists whose filter counts from now, over a clock that is moved by hand.</summary>
public sealed class JobsByTimeTests : PageContext
{
    private readonly TestClock time;

    public JobsByTimeTests()
        : this(new())
    {
    }

    private JobsByTimeTests(TestClock time)
        : base(time) => this.time = time;

    [Theory]
    [InlineData("newer:5m")]
    [InlineData("state:completed older:1h")]
    public async Task They_are_read_again_although_the_run_has_come_to_rest_and_as_long_as_somebody_looks(string typed)
    {
        var run = SomeRuns.Run() with { State = RunState.Finished, Counts = new(Completed: 4) };
        Render<JobsView>(p => p.Add(x => x.Run, run).Add(x => x.Address, new() { Source = "oban", RootId = "1", Tab = "jobs", Filter = JobFilter.Parse(typed).Filter }));

        // The clock is begun after the first reading.
        for (var i = 0; i < 3_000 && Views.Queries.Count < 2; i++)
        {
            time.Advance(TimeSpan.FromSeconds(10));
            await Task.Delay(10);
        }

        Assert.True(Views.Queries.Count >= 2, $"{Views.Queries.Count} readings");
        await AssertNothingLeaksAsync();
        Assert.Equal(0, time.Armed);
    }
}
