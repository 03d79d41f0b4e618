using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Runs;

public sealed class RunHubPaceTests : RunHubContext
{
    [Fact]
    public async Task A_burst_of_signals_loads_at_most_ten_times_a_second()
    {
        Reader.Put(SomeRuns.Run());
        using var viewer = Hub.Subscribe(Key);
        await Next(viewer);

        for (var step = 0; step < 10; step++)
        {
            Signal.Raise(Key);
            Signal.Raise(Key);
            await Pass(TimeSpan.FromMilliseconds(50));
        }

        Assert.InRange(Reader.Loads, 2, 6);
    }

    [Fact]
    public async Task A_lone_change_is_read_at_once()
    {
        Reader.Put(SomeRuns.Run(version: 1));
        using var viewer = Hub.Subscribe(Key);
        await Next(viewer);
        await Pass(TimeSpan.FromSeconds(1));

        Reader.Put(SomeRuns.Run(version: 2));
        Signal.Raise(Key);

        Assert.Equal(2, (await Next(viewer)).Value?.Version);
    }

    [Fact]
    public async Task A_reading_that_takes_long_is_made_less_often()
    {
        Reader.Put(SomeRuns.Run());
        Reader.Gate = new();
        using var viewer = Hub.Subscribe(Key);
        await Eventually(() => Reader.Loads == 1);
        Time.Advance(TimeSpan.FromSeconds(1));
        Reader.Gate.SetResult();
        await Next(viewer);

        Signal.Raise(Key);
        await Pass(TimeSpan.FromMilliseconds(900));
        Assert.Equal(1, Reader.Loads);

        await Pass(TimeSpan.FromMilliseconds(100));
        await Next(viewer);
        Assert.Equal(2, Reader.Loads);
    }

    [Fact]
    public async Task Equal_queries_share_a_list_that_is_read_at_most_ten_times_a_second()
    {
        using var first = Hub.SubscribeList(new() { Source = "oban" });
        await Next(first);
        using var second = Hub.SubscribeList(new() { Source = "oban" });
        Assert.NotNull(second.Current.Value);

        for (var i = 0; i < 40; i++)
        {
            Signal.Raise(Key);
            await Pass(TimeSpan.FromMilliseconds(25));
        }

        Assert.InRange(Reader.ListLoads, 10, 11);
    }

    [Theory]
    [InlineData(RunState.Running)]
    [InlineData(RunState.Stuck)]
    [InlineData(RunState.Failing)]
    [InlineData(RunState.Failed)]
    [InlineData(null)]
    public async Task A_list_that_reads_many_runs_whole_or_counts_them_is_read_at_most_once_a_second(RunState? state)
    {
        using var viewer = Hub.SubscribeList(new() { State = state, Last = state is null ? TimeSpan.FromDays(1) : null });
        await Next(viewer);

        for (var i = 0; i < 9; i++)
        {
            Signal.Raise(Key);
            await Pass(TimeSpan.FromMilliseconds(100));
        }

        Assert.Equal(1, Reader.ListLoads);
        await Pass(TimeSpan.FromMilliseconds(100));
        Assert.Equal(2, Reader.ListLoads);
    }

    [Fact]
    public async Task A_text_is_looked_for_at_most_every_three_seconds()
    {
        using var viewer = Hub.SubscribeList(new() { Text = "boom" });
        await Next(viewer);

        for (var i = 0; i < 29; i++)
        {
            Signal.Raise(Key);
            await Pass(TimeSpan.FromMilliseconds(100));
        }

        Assert.Equal(1, Reader.ListLoads);
        await Pass(TimeSpan.FromMilliseconds(100));
        Assert.Equal(2, Reader.ListLoads);
    }

    [Fact]
    public async Task A_list_that_is_read_again_and_has_not_changed_wakes_nobody()
    {
        var run = new RunSummary { Source = "oban", RootId = "1", Worker = "App.SyncJob", Version = 1, Counts = new(Completed: 1), Stages = 1, State = RunState.Running };
        Reader.Page = new([run], [], 1, SomeRuns.Noon);
        using var viewer = Hub.SubscribeList(new());
        await Next(viewer);

        Reader.Page = new([run with { }], [], 1, SomeRuns.Noon.AddSeconds(10));
        await Tick();
        await Tick();
        Assert.Equal(2, Reader.ListLoads);
        Assert.False(viewer.Updates.TryRead(out _));

        // Time alone makes a run stuck.
        Reader.Page = new([run with { State = RunState.Stuck }], [], 1, SomeRuns.Noon.AddSeconds(20));
        await Tick();
        await Tick();
        Assert.Equal(RunState.Stuck, Assert.Single((await Next(viewer)).Value!.Runs).State);
    }

    [Fact]
    public async Task A_list_that_comes_back_unchanged_after_an_outage_is_told_all_the_same()
    {
        using var viewer = Hub.SubscribeList(new());
        await Next(viewer);
        Reader.Failure = new TimeoutException("no answer");
        Signal.Raise(Key);
        await Pass(TimeSpan.FromMilliseconds(100));
        Assert.Equal(HubConnection.Disconnected, (await Next(viewer)).Connection);

        Reader.Failure = null;
        await Tick();

        Assert.Equal(HubConnection.Connected, (await Next(viewer)).Connection);
    }
}
