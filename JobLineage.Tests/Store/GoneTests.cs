using JobLineage.Core.Store;

namespace JobLineage.Tests.Store;

/// <summary>Rows that left the source: viewers are told, and operators are told what it was.</summary>
public sealed class GoneTests
{
    [Fact]
    public async Task A_finished_job_that_was_pruned_raises_the_version_of_its_run_although_no_count_changes()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.ObanJobsAsync((1, null, "App.Sync", "completed"), (2, "1", "App.Page", "completed"));
        var feed = await fixture.FilledAsync();
        var before = await fixture.RunAsync(1);
        await using var ear = await fixture.Store.OpenConnectionAsync();
        var heard = new List<string>();
        ear.Notification += (_, e) => heard.Add(e.Payload);
        await using (var listen = new Npgsql.NpgsqlCommand($"listen {RunSignal.Channel}", ear))
            await listen.ExecuteNonQueryAsync();

        await fixture.SqlAsync("delete from oban_jobs where id = 2");
        Assert.Equal(1, await feed.ReconcileAsync());

        var after = await fixture.RunAsync(1);
        Assert.True(after.Version > before.Version);
        Assert.Equal(before.Counts, after.Counts);
        await ear.WaitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token);
        Assert.Equal(["""[["oban","1"]]"""], heard);
        // Once: it is gone already.
        Assert.Equal(0, await feed.ReconcileAsync());
    }

    [Fact]
    public async Task What_had_left_the_source_is_counted_apart_from_what_had_changed()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.ObanJobsAsync((1, null, "App.Sync", "completed"), (2, "1", "App.Page", "completed"), (3, "1", "App.Page", "executing"));
        var feed = await fixture.FilledAsync();

        await fixture.SqlAsync("delete from oban_jobs where id = 2; update oban_jobs set state = 'completed' where id = 3; insert into oban_jobs (id, worker) values (9, 'App.New')");
        var read = await feed.Feed.LookAgainAsync(["1", "2", "3", "9"], default);

        Assert.Equal((3, 1), (read.Changed, read.Gone));
        Assert.Equal(["2", "3", "9"], read.ChangedIds.Order());
    }
}
