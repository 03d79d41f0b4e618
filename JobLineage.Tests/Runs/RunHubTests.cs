using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace JobLineage.Tests.Runs;

public sealed class RunHubTests : IAsyncLifetime
{
    private static readonly RunKey Key = new("oban", "1");

    private readonly FakeRunReader _reader = new();
    private readonly FakeRunSignal _signal = new();
    private readonly ManualTimeProvider _time = new();
    private readonly RunHub _hub;

    public RunHubTests() => _hub = new(_reader, _signal, _time, NullLogger<RunHub>.Instance);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _hub.DisposeAsync();

    [Fact]
    public async Task The_first_viewer_waits_for_a_load_and_the_second_gets_the_picture_at_once()
    {
        _reader.Put(SomeRuns.Run());

        using var first = _hub.Subscribe(Key);
        Assert.Equal(HubConnection.Loading, first.Current.Connection);
        var update = await Next(first);
        using var second = _hub.Subscribe(Key);

        Assert.Same(update.Value, second.Current.Value);
        Assert.Equal(1, _reader.Loads);
        Assert.Equal(2, _hub.Viewers);
    }

    [Fact]
    public async Task An_unknown_run_is_said_to_be_unknown_and_appears_when_it_is_born()
    {
        using var viewer = _hub.Subscribe(Key);
        Assert.True((await Next(viewer)).IsUnknown);

        _reader.Put(SomeRuns.Run());
        await Tick();

        Assert.Equal("1", (await Next(viewer)).Value?.RootId);
    }

    [Fact]
    public async Task A_change_during_a_load_is_not_lost_and_many_of_them_cost_one_more_load()
    {
        _reader.Put(SomeRuns.Run(version: 1));
        _reader.Gate = new();
        using var viewer = _hub.Subscribe(Key);
        await Eventually(() => _reader.Loads == 1);

        _reader.Put(SomeRuns.Run(version: 2));
        for (var i = 0; i < 50; i++)
            _signal.Raise(Key);
        _reader.Gate.SetResult();
        Assert.Equal(1, (await Next(viewer)).Value?.Version);
        await Pass(TimeSpan.FromMilliseconds(100));

        Assert.Equal(2, (await Next(viewer)).Value?.Version);
        await Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(2, _reader.Loads);
        Assert.Equal(1, _reader.MostInFlight);
    }

    [Fact]
    public async Task A_burst_of_signals_loads_at_most_ten_times_a_second()
    {
        _reader.Put(SomeRuns.Run());
        using var viewer = _hub.Subscribe(Key);
        await Next(viewer);

        for (var step = 0; step < 10; step++)
        {
            _signal.Raise(Key);
            _signal.Raise(Key);
            await Pass(TimeSpan.FromMilliseconds(50));
        }

        Assert.InRange(_reader.Loads, 2, 6);
    }

    [Fact]
    public async Task A_slow_viewer_gets_the_newest_picture_only()
    {
        _reader.Put(SomeRuns.Run(version: 1));
        using var slow = _hub.Subscribe(Key);
        using var quick = _hub.Subscribe(Key);
        await Next(quick);
        for (var version = 2; version <= 5; version++)
        {
            _reader.Put(SomeRuns.Run(version: version));
            _signal.Raise(Key);
            await Pass(TimeSpan.FromMilliseconds(100));
            Assert.Equal(version, (await Next(quick)).Value?.Version);
        }

        Assert.Equal(5, (await Next(slow)).Value?.Version);
        Assert.False(slow.Updates.TryRead(out _));
    }

    [Fact]
    public async Task Signals_for_other_runs_are_ignored_and_an_empty_signal_means_all()
    {
        _reader.Put(SomeRuns.Run());
        using var viewer = _hub.Subscribe(Key);
        await Next(viewer);

        _signal.Raise(new RunKey("oban", "2"));
        await Pass(TimeSpan.FromMilliseconds(200));
        Assert.Equal(1, _reader.Loads);

        _signal.Raise();
        await Pass(TimeSpan.FromMilliseconds(200));
        await Next(viewer);
        Assert.Equal(2, _reader.Loads);
    }

    [Fact]
    public async Task The_safety_tick_asks_once_for_all_runs_and_finds_what_no_signal_told()
    {
        _reader.Put(SomeRuns.Run("1") with { State = RunState.Finished });
        _reader.Put(SomeRuns.Run("2") with { State = RunState.Finished });
        using var one = _hub.Subscribe(Key);
        using var two = _hub.Subscribe(new("oban", "2"));
        await Next(one);
        await Next(two);

        _reader.Put(SomeRuns.Run("2", version: 7) with { State = RunState.Finished });
        await Tick();

        Assert.Equal(7, (await Next(two)).Value?.Version);
        Assert.Equal(1, _reader.VersionCalls);
        Assert.Equal(2, _reader.LastVersionKeys.Count);
        Assert.Equal(3, _reader.Loads);
    }

    [Fact]
    public async Task A_run_that_goes_on_is_read_again_without_any_signal_because_time_alone_makes_it_stuck()
    {
        _reader.Put(SomeRuns.Run());
        using var viewer = _hub.Subscribe(Key);
        await Next(viewer);

        _reader.Put(SomeRuns.Run() with { State = RunState.Stuck });
        await Tick();
        await Tick();

        Assert.Equal(RunState.Stuck, (await Next(viewer)).Value?.State);
    }

    [Fact]
    public async Task A_run_that_merged_into_another_is_followed_under_its_new_root()
    {
        _reader.Put(SomeRuns.Run());
        using var viewer = _hub.Subscribe(Key);
        await Next(viewer);

        _reader.Runs[Key] = SomeRuns.Run(rootId: "100", version: 2);
        _signal.Raise(Key);
        await Pass(TimeSpan.FromMilliseconds(100));
        Assert.Equal("100", (await Next(viewer)).Value?.RootId);

        _reader.Runs[Key] = SomeRuns.Run(rootId: "100", version: 3);
        _signal.Raise(new RunKey("oban", "100"));
        await Pass(TimeSpan.FromMilliseconds(100));
        Assert.Equal(3, (await Next(viewer)).Value?.Version);
    }

    [Fact]
    public async Task A_database_that_goes_away_leaves_the_last_picture_and_comes_back_by_itself()
    {
        _reader.Put(SomeRuns.Run());
        using var viewer = _hub.Subscribe(Key);
        await Next(viewer);

        _reader.Failure = new TimeoutException("no answer");
        await Tick();
        var lost = await Next(viewer);
        Assert.Equal(HubConnection.Disconnected, lost.Connection);
        Assert.Equal(1, lost.Value?.Version);
        Assert.Contains("does not answer", lost.Error);

        _reader.Failure = null;
        await Tick();
        var back = await Next(viewer);
        Assert.Equal(HubConnection.Connected, back.Connection);
        Assert.Null(back.Error);
    }

    [Fact]
    public async Task A_load_that_fails_is_tried_again_with_growing_pauses()
    {
        _reader.Failure = new InvalidOperationException("a bug");
        using var viewer = _hub.Subscribe(Key);
        Assert.Equal(HubConnection.Disconnected, (await Next(viewer)).Connection);

        await Pass(TimeSpan.FromMilliseconds(500));
        await Next(viewer);
        await Pass(TimeSpan.FromMilliseconds(500));
        Assert.Equal(2, _reader.Loads);

        _reader.Failure = null;
        _reader.Put(SomeRuns.Run());
        await Pass(TimeSpan.FromMilliseconds(500));
        Assert.Equal(HubConnection.Connected, (await Next(viewer)).Connection);
    }

    [Fact]
    public async Task When_the_last_viewer_has_left_nothing_is_read_and_soon_nothing_is_kept()
    {
        _reader.Put(SomeRuns.Run());
        var viewer = _hub.Subscribe(Key);
        await Next(viewer);
        viewer.Dispose();
        viewer.Dispose();

        _signal.Raise(Key);
        await Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(1, _reader.Loads);
        Assert.Equal(0, _hub.Viewers);
        Assert.Equal(1, _hub.Readings);

        for (var i = 0; i < 4; i++)
            await Tick();
        Assert.Equal(0, _hub.Readings);
        Assert.Equal(0, _reader.VersionCalls);
    }

    [Fact]
    public async Task Who_comes_right_after_the_last_viewer_left_finds_the_picture_warm()
    {
        _reader.Put(SomeRuns.Run());
        using (var first = _hub.Subscribe(Key))
            await Next(first);

        using var second = _hub.Subscribe(Key);

        Assert.NotNull(second.Current.Value);
        Assert.Equal(1, _reader.Loads);
    }

    [Fact]
    public async Task Equal_queries_share_a_list_that_is_read_at_most_once_a_second()
    {
        using var first = _hub.SubscribeList(new() { Source = "oban" });
        await Next(first);
        using var second = _hub.SubscribeList(new() { Source = "oban" });
        Assert.NotNull(second.Current.Value);

        for (var i = 0; i < 9; i++)
        {
            _signal.Raise(Key);
            await Pass(TimeSpan.FromMilliseconds(100));
        }

        Assert.Equal(1, _reader.ListLoads);
        await Pass(TimeSpan.FromMilliseconds(100));
        await Next(first);
        Assert.Equal(2, _reader.ListLoads);
    }

    [Fact]
    public async Task A_watched_job_follows_its_runs_signals()
    {
        var job = new Job { Source = "oban", Id = "7", State = JobState.Executing };
        _reader.Jobs[new("oban", "7")] = new(job, "1", "SyncJob", [], []);
        using var viewer = _hub.SubscribeJob("oban", "7");
        await Next(viewer);

        _reader.Jobs[new("oban", "7")] = new(job with { State = JobState.Completed }, "1", "SyncJob", [], []);
        _signal.Raise(Key);
        await Pass(TimeSpan.FromSeconds(1));

        Assert.Equal(JobState.Completed, (await Next(viewer)).Value?.Job.State);
    }

    [Fact]
    public async Task The_sources_are_told_when_they_change()
    {
        using var viewer = _hub.SubscribeSources();
        Assert.Equal(FeedState.Live, Assert.Single((await Next(viewer)).Value!).State);

        _reader.Sources = [new("oban", FeedState.Reconnecting, null, "gone", 0, 0)];
        _signal.RaiseSources();
        await Pass(TimeSpan.FromSeconds(1));

        Assert.Equal(FeedState.Reconnecting, Assert.Single((await Next(viewer)).Value!).State);
    }

    [Fact]
    public async Task Disposing_the_hub_completes_all_viewers_and_listens_no_more()
    {
        using var viewer = _hub.Subscribe(Key);
        await Next(viewer);

        await _hub.DisposeAsync();

        Assert.False(await viewer.Updates.WaitToReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.False(_signal.HasListeners);
        Assert.Equal(0, _hub.Viewers);
    }

    private static async Task<HubUpdate<T>> Next<T>(HubSubscription<T> viewer)
        where T : class => await viewer.Updates.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

    private Task Tick() => Pass(TimeSpan.FromSeconds(5));

    // Loads wait on pool threads: the clock moves only when all of them have got as far as they can.
    private async Task Pass(TimeSpan time)
    {
        await Eventually(() => _hub.IsSettled);
        _time.Advance(time);
        var ticks = (_time.GetUtcNow() - SomeRuns.Noon).Ticks / TimeSpan.FromSeconds(5).Ticks;
        await Eventually(() => _hub.Ticks == ticks && _hub.IsSettled);
    }

    private static async Task Eventually(Func<bool> condition)
    {
        for (var i = 0; i < 15_000 && !condition(); i++)
            await Task.Delay(2);
        Assert.True(condition());
    }
}
