using JobLineage.Core.Diagnosis;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Core.Store;
using JobLineage.Core.Store.Reading;
using JobLineage.Tests.Store;
using JobLineage.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace JobLineage.Tests.Runs;

/// <summary>What the store is asked, counted where statements leave the program: a change costs what is looked at, not who looks.</summary>
public sealed class QuietTests : IAsyncLifetime
{
    private readonly StatementCount _statements = new();
    private readonly TestClock _time = new();
    private StoreFixture _fixture = null!;
    private HandFeed _feed = null!;
    private NpgsqlDataSource _reading = null!;
    private RunSignal _signal = null!;
    private RunHub _hub = null!;
    private int _announced;

    public async Task InitializeAsync()
    {
        _fixture = await StoreFixture.ObanAsync();
        await _fixture.ObanJobsAsync((1, null, "App.Sync", "completed"), (2, "1", "App.Page", "available"), (3, null, "App.Sync", "completed"), (4, "3", "App.Page", "available"));
        _feed = await _fixture.FilledAsync();
        _reading = new NpgsqlDataSourceBuilder(_fixture.Database.ConnectionString).UseLoggerFactory(_statements).Build();
        _signal = new(_fixture.Store, TimeProvider.System, NullLogger<RunSignal>.Instance);
        _hub = new(new RunReader(_reading, new DiagnosisOptions(), _time), _signal, _time, NullLogger<RunHub>.Instance);
        // After the hub's own: what is counted here the hub has heard.
        _signal.Changed += _ => Interlocked.Increment(ref _announced);
        await _signal.StartAsync(default);
        await EventuallyAsync(() => Volatile.Read(ref _announced) == 1);
    }

    public async Task DisposeAsync()
    {
        await _hub.DisposeAsync();
        await _signal.StopAsync(default);
        _signal.Dispose();
        await _reading.DisposeAsync();
        await _fixture.DisposeAsync();
    }

    [Fact]
    public async Task Without_viewers_the_store_is_asked_nothing_whatever_changes()
    {
        for (var change = 0; change < 10; change++)
            await ChangeAsync(2);
        await PassAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(0, _statements.Count);

        // Nor when the last one has left.
        using (var viewer = _hub.Subscribe(new("oban", "1")))
            Assert.NotNull((await NextAsync(viewer)).Value);
        await PassAsync(TimeSpan.FromMinutes(1));
        var before = _statements.Count;
        Assert.True(before > 0);
        for (var change = 0; change < 10; change++)
            await ChangeAsync(2);
        await PassAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(before, _statements.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(25)]
    public async Task A_change_of_a_run_costs_one_statement_however_many_look_at_it(int viewers)
    {
        var looking = Enumerable.Range(0, viewers).Select(_ => _hub.Subscribe(new("oban", "1"))).ToList();
        foreach (var viewer in looking)
            Assert.NotNull((await NextAsync(viewer)).Value);
        // The snapshot, and what is usual for runs of this pipeline, which is asked once a minute.
        Assert.Equal(2, _statements.Count);

        for (var change = 1; change <= 5; change++)
        {
            await ChangeAsync(2);
            await PassAsync(TimeSpan.FromMilliseconds(100));
            foreach (var viewer in looking)
                Assert.Equal(change, (await NextAsync(viewer)).Value!.Stages.Single(s => s.Depth == 2).Counts[change % 2 == 1 ? JobState.Executing : JobState.Available] * change);
            Assert.Equal(2 + change, _statements.Count);
        }

        // Another run is nobody's business.
        await ChangeAsync(4);
        await PassAsync(TimeSpan.FromMilliseconds(100));
        Assert.Equal(7, _statements.Count);
        foreach (var viewer in looking)
            viewer.Dispose();
    }

    /// <summary>Changes a job's state, to executing and back, and waits until the hub has heard of it.</summary>
    private async Task ChangeAsync(long id)
    {
        var heard = Volatile.Read(ref _announced);
        await _fixture.SqlAsync("update oban_jobs set state = case when state = 'available' then 'executing' else 'available' end::oban_job_state where id = @id", new { id });
        Assert.Equal(1, await _feed.TickAsync());
        await EventuallyAsync(() => Volatile.Read(ref _announced) > heard);
    }

    private async Task PassAsync(TimeSpan time)
    {
        await EventuallyAsync(() => _hub.IsSettled);
        _time.Advance(time);
        var ticks = (_time.GetUtcNow() - SomeRuns.Noon).Ticks / TimeSpan.FromSeconds(5).Ticks;
        await EventuallyAsync(() => _hub.Ticks == ticks && _hub.IsSettled);
    }

    private static async Task<HubUpdate<RunSnapshot>> NextAsync(HubSubscription<RunSnapshot> viewer) =>
        viewer.Current.Value is null || viewer.Updates.TryPeek(out _)
            ? await viewer.Updates.ReadAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(3))
            : viewer.Current;

    private static async Task EventuallyAsync(Func<bool> condition)
    {
        for (var i = 0; i < 15_000 && !condition(); i++)
            await Task.Delay(2);
        Assert.True(condition());
    }
}
