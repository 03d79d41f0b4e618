using JobLineage.Dashboard.Demo;
using JobLineage.Dashboard.Demo.Oban;
using JobLineage.Dashboard.Live;
using JobLineage.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace JobLineage.Tests.Demo;

public class DemoSimulatorTests
{
    [Fact]
    public async Task The_incident_comes_to_rest_with_1111_discarded_showtimes_and_a_detail_queue_that_nothing_runs()
    {
        await using var database = await TestDatabase.CreateAsync();
        await DemoDatabase.CreateAsync(database.ConnectionString, CancellationToken.None);
        // So that the sources of all children are still there to be counted.
        var options = new DemoOptions { Speed = 60, Seed = 1, CompletedMaxAge = TimeSpan.FromDays(30) };
        using var simulator = new DemoSimulator(database.ConnectionString, options, TimeProvider.System, NullLogger<DemoSimulator>.Instance);

        await simulator.StartAsync(CancellationToken.None);
        var (root, sync) = await simulator.FirstIncidentAtRest.WaitAsync(TimeSpan.FromMinutes(3));
        await simulator.StopAsync(CancellationToken.None);

        Task<long> CountAsync(string condition) => database.ScalarAsync<long>(
            "select count(*) from oban_jobs where id > @root and args->>'sync' = @sync and " + condition, new { root, sync });
        Assert.Equal(83, await CountAsync("worker like '%.MoviePageJob' and meta @> jsonb_build_object('parent_job_id', @root)"));
        Assert.Equal(1_111, await CountAsync("worker like '%.ShowtimeProcessJob' and state = 'discarded' and errors[1]->>'error' like '%:movie_not_ready}'"));
        Assert.Equal(1_111, await CountAsync("worker like '%.ShowtimeProcessJob' and state = 'discarded'"));
        Assert.InRange(await CountAsync("worker like '%.MovieDetailJob' and state = 'available'"), 40, 70);
        Assert.Equal("108", await database.ScalarAsync<string>("select meta->>'expected_children' from oban_jobs where id = @root", new { root }));

        Assert.True(await database.ScalarAsync<long>("select count(*) from oban_jobs where id > @root and queue = 'google_lookup' and state = 'available'", new { root }) > 0);
        Assert.True(await database.ScalarAsync<long>("select count(*) from oban_jobs where id > @root and jsonb_typeof(meta->'parent_job_id') = 'string'", new { root }) > 0);
        Assert.Equal(1, await database.ScalarAsync<long>("select count(*) from oban_peers"));
    }

    [Fact]
    public async Task The_demonstration_begins_in_mid_incident_and_heals_when_somebody_wishes_it()
    {
        await using var database = await TestDatabase.CreateAsync();
        await DemoDatabase.CreateAsync(database.ConnectionString, TimeProvider.System, midIncident: true, CancellationToken.None);
        Task<long> CountAsync(string condition) => database.ScalarAsync<long>("select count(*) from oban_jobs where args->>'sync' like '%-opening' and " + condition);
        // From the first second there is what is worth a look: a queue that stands still, and failures since.
        Assert.InRange(await CountAsync("queue = 'scraper_detail' and state = 'available'"), 40, 70);
        Assert.InRange(await CountAsync("worker like '%.ShowtimeProcessJob' and state = 'discarded'"), 700, 800);
        Assert.Equal(0, await CountAsync(
            "worker like '%.ShowtimeProcessJob' and discarded_at <= (select max(completed_at) from oban_jobs where queue = 'scraper_detail' and args->>'sync' like '%-opening')"));
        Assert.True(await database.ScalarAsync<long>("select count(*) from oban_jobs where queue = 'google_lookup' and state = 'available'") > 0);
        // A run without a failure came before it, to be compared with.
        Assert.Equal(0, await database.ScalarAsync<long>("select count(*) from oban_jobs where args->>'sync' = (select args->>'sync' from oban_jobs where id = 458934) and state <> 'completed'"));

        var stage = new DemoStage();
        var options = new DemoOptions { Speed = 60, Seed = 1, CompletedMaxAge = TimeSpan.FromDays(30) };
        using var simulator = new DemoSimulator(database.ConnectionString, options, TimeProvider.System, NullLogger<DemoSimulator>.Instance, stage);
        await simulator.StartAsync(CancellationToken.None);
        await simulator.FirstIncidentAtRest.WaitAsync(TimeSpan.FromMinutes(3));
        Assert.Equal(1_111, await CountAsync("worker like '%.ShowtimeProcessJob' and state = 'discarded'"));
        Assert.True(stage.CanHeal);

        stage.Ask(DemoWish.Heal);
        while (await CountAsync("state not in ('completed', 'cancelled')") > 0 || await database.ScalarAsync<long>("select count(*) from oban_jobs where queue = 'google_lookup' and state <> 'completed'") > 0)
            await Task.Delay(200);
        await simulator.StopAsync(CancellationToken.None);

        Assert.False(stage.CanHeal);
        Assert.Contains("over", stage.Story);
    }

    [Fact]
    public async Task The_pruner_leaves_the_invented_past_alone()
    {
        await using var database = await TestDatabase.CreateAsync();
        await DemoDatabase.CreateAsync(database.ConnectionString, CancellationToken.None);
        var past = await database.ScalarAsync<long>("select count(*) from oban_jobs");

        var clock = new DemoClock(TimeProvider.System, 1);
        await database.ExecuteAsync(
            "insert into oban_jobs (worker, state, scheduled_at, completed_at) values ('App.Old', 'completed', now() - interval '1 day', now())");
        await using var source = NpgsqlDataSource.Create(DemoDatabase.Tuned(database.ConnectionString));
        var until = await DemoState.HistoryUntilAsync(source, CancellationToken.None);
        var pruned = await LeaderStatements.PruneAsync(source, until, clock.NaiveNow, clock.NaiveNow, CancellationToken.None);

        Assert.Equal(1, pruned);
        Assert.Equal(past, await database.ScalarAsync<long>("select count(*) from oban_jobs"));
    }
}
