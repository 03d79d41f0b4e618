using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Runs;

public sealed class RunHubTests : RunHubContext
{
    [Fact]
    public async Task The_first_viewer_waits_for_a_load_and_the_second_gets_the_picture_at_once()
    {
        Reader.Put(SomeRuns.Run());

        using var first = Hub.Subscribe(Key);
        Assert.Equal(HubConnection.Loading, first.Current.Connection);
        var update = await Next(first);
        using var second = Hub.Subscribe(Key);

        Assert.Same(update.Value, second.Current.Value);
        Assert.Equal(1, Reader.Loads);
        Assert.Equal(2, Hub.Viewers);
    }

    [Fact]
    public async Task An_unknown_run_is_said_to_be_unknown_and_appears_when_it_is_born()
    {
        using var viewer = Hub.Subscribe(Key);
        Assert.True((await Next(viewer)).IsUnknown);

        Reader.Put(SomeRuns.Run());
        await Tick();

        Assert.Equal("1", (await Next(viewer)).Value?.RootId);
    }

    [Fact]
    public async Task A_change_during_a_load_is_not_lost_and_many_of_them_cost_one_more_load()
    {
        Reader.Put(SomeRuns.Run(version: 1));
        Reader.Gate = new();
        using var viewer = Hub.Subscribe(Key);
        await Eventually(() => Reader.Loads == 1);

        Reader.Put(SomeRuns.Run(version: 2));
        for (var i = 0; i < 50; i++)
            Signal.Raise(Key);
        Reader.Gate.SetResult();
        Assert.Equal(1, (await Next(viewer)).Value?.Version);
        await Pass(TimeSpan.FromMilliseconds(100));

        Assert.Equal(2, (await Next(viewer)).Value?.Version);
        await Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(2, Reader.Loads);
        Assert.Equal(1, Reader.MostInFlight);
    }

    [Fact]
    public async Task A_slow_viewer_gets_the_newest_picture_only()
    {
        Reader.Put(SomeRuns.Run(version: 1));
        using var slow = Hub.Subscribe(Key);
        using var quick = Hub.Subscribe(Key);
        await Next(quick);
        for (var version = 2; version <= 5; version++)
        {
            Reader.Put(SomeRuns.Run(version: version));
            Signal.Raise(Key);
            await Pass(TimeSpan.FromMilliseconds(100));
            Assert.Equal(version, (await Next(quick)).Value?.Version);
        }

        Assert.Equal(5, (await Next(slow)).Value?.Version);
        Assert.False(slow.Updates.TryRead(out _));
    }

    [Fact]
    public async Task Signals_for_other_runs_are_ignored_and_an_empty_signal_means_all()
    {
        Reader.Put(SomeRuns.Run());
        using var viewer = Hub.Subscribe(Key);
        await Next(viewer);

        Signal.Raise(new RunKey("oban", "2"));
        await Pass(TimeSpan.FromMilliseconds(200));
        Assert.Equal(1, Reader.Loads);

        Signal.Raise();
        await Pass(TimeSpan.FromMilliseconds(200));
        await Next(viewer);
        Assert.Equal(2, Reader.Loads);
    }

    [Fact]
    public async Task The_safety_tick_asks_once_for_all_runs_and_finds_what_no_signal_told()
    {
        Reader.Put(SomeRuns.Run("1") with { State = RunState.Finished });
        Reader.Put(SomeRuns.Run("2") with { State = RunState.Finished });
        using var one = Hub.Subscribe(Key);
        using var two = Hub.Subscribe(new("oban", "2"));
        await Next(one);
        await Next(two);

        Reader.Put(SomeRuns.Run("2", version: 7) with { State = RunState.Finished });
        await Tick();

        Assert.Equal(7, (await Next(two)).Value?.Version);
        Assert.Equal(1, Reader.VersionCalls);
        Assert.Equal(2, Reader.LastVersionKeys.Count);
        Assert.Equal(3, Reader.Loads);
    }

    [Fact]
    public async Task A_run_that_goes_on_is_read_again_without_any_signal_because_time_alone_makes_it_stuck()
    {
        Reader.Put(SomeRuns.Run());
        using var viewer = Hub.Subscribe(Key);
        await Next(viewer);

        Reader.Put(SomeRuns.Run() with { State = RunState.Stuck });
        await Tick();
        await Tick();

        Assert.Equal(RunState.Stuck, (await Next(viewer)).Value?.State);
    }

    [Fact]
    public async Task A_run_that_merged_into_another_is_followed_under_its_new_root()
    {
        Reader.Put(SomeRuns.Run());
        using var viewer = Hub.Subscribe(Key);
        await Next(viewer);

        Reader.Runs[Key] = SomeRuns.Run(rootId: "100", version: 2);
        Signal.Raise(Key);
        await Pass(TimeSpan.FromMilliseconds(100));
        Assert.Equal("100", (await Next(viewer)).Value?.RootId);

        Reader.Runs[Key] = SomeRuns.Run(rootId: "100", version: 3);
        Signal.Raise(new RunKey("oban", "100"));
        await Pass(TimeSpan.FromMilliseconds(100));
        Assert.Equal(3, (await Next(viewer)).Value?.Version);
    }

    [Fact]
    public async Task A_database_that_goes_away_leaves_the_last_picture_and_comes_back_by_itself()
    {
        Reader.Put(SomeRuns.Run());
        using var viewer = Hub.Subscribe(Key);
        await Next(viewer);

        Reader.Failure = new TimeoutException("no answer");
        await Tick();
        var lost = await Next(viewer);
        Assert.Equal(HubConnection.Disconnected, lost.Connection);
        Assert.Equal(1, lost.Value?.Version);
        Assert.Contains("does not answer", lost.Error);

        Reader.Failure = null;
        await Tick();
        var back = await Next(viewer);
        Assert.Equal(HubConnection.Connected, back.Connection);
        Assert.Null(back.Error);
    }

    [Fact]
    public async Task A_load_that_fails_is_tried_again_with_growing_pauses()
    {
        Reader.Failure = new InvalidOperationException("a bug");
        using var viewer = Hub.Subscribe(Key);
        Assert.Equal(HubConnection.Disconnected, (await Next(viewer)).Connection);

        await Pass(TimeSpan.FromMilliseconds(500));
        await Next(viewer);
        await Pass(TimeSpan.FromMilliseconds(500));
        Assert.Equal(2, Reader.Loads);

        Reader.Failure = null;
        Reader.Put(SomeRuns.Run());
        await Pass(TimeSpan.FromMilliseconds(500));
        Assert.Equal(HubConnection.Connected, (await Next(viewer)).Connection);
    }

    [Fact]
    public async Task When_the_last_viewer_has_left_nothing_is_read_and_soon_nothing_is_kept()
    {
        Reader.Put(SomeRuns.Run());
        var viewer = Hub.Subscribe(Key);
        await Next(viewer);
        viewer.Dispose();
        viewer.Dispose();

        Signal.Raise(Key);
        await Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(1, Reader.Loads);
        Assert.Equal(0, Hub.Viewers);
        Assert.Equal(1, Hub.Readings);

        for (var i = 0; i < 4; i++)
            await Tick();
        Assert.Equal(0, Hub.Readings);
        Assert.Equal(0, Reader.VersionCalls);
    }

    [Fact]
    public async Task Who_comes_right_after_the_last_viewer_left_finds_the_picture_warm()
    {
        Reader.Put(SomeRuns.Run());
        using (var first = Hub.Subscribe(Key))
            await Next(first);

        using var second = Hub.Subscribe(Key);

        Assert.NotNull(second.Current.Value);
        Assert.Equal(1, Reader.Loads);
    }

    [Fact]
    public async Task A_watched_job_follows_its_runs_signals()
    {
        var job = new Job { Source = "oban", Id = "7", State = JobState.Executing };
        Reader.Jobs[new("oban", "7")] = new(job, "1", "SyncJob", [], []);
        using var viewer = Hub.SubscribeJob("oban", "7");
        await Next(viewer);

        Reader.Jobs[new("oban", "7")] = new(job with { State = JobState.Completed }, "1", "SyncJob", [], []);
        Signal.Raise(Key);
        await Pass(TimeSpan.FromMilliseconds(100));

        Assert.Equal(JobState.Completed, (await Next(viewer)).Value?.Job.State);
    }

    [Fact]
    public async Task The_sources_are_told_when_they_change()
    {
        using var viewer = Hub.SubscribeSources();
        Assert.Equal(FeedState.Live, Assert.Single((await Next(viewer)).Value!).State);

        Reader.Sources = [new("oban", FeedState.Reconnecting, null, "gone", 0, 0)];
        Signal.RaiseSources();
        await Pass(TimeSpan.FromSeconds(1));

        Assert.Equal(FeedState.Reconnecting, Assert.Single((await Next(viewer)).Value!).State);
    }

    [Fact]
    public async Task Disposing_the_hub_completes_all_viewers_and_listens_no_more()
    {
        using var viewer = Hub.Subscribe(Key);
        await Next(viewer);

        await Hub.DisposeAsync();

        Assert.False(await viewer.Updates.WaitToReadAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(3)));
        Assert.False(Signal.HasListeners);
        Assert.Equal(0, Hub.Viewers);
    }
}
