using System.Globalization;
using JobLineage.Bench.Faults;
using JobLineage.Tests.Browser;

namespace JobLineage.Tests.Feed.Faults;

/// <summary>Two replicas, of which the one that leads is cut off.</summary>
public sealed class FailOverTests(FaultServersFixture fixture) : IClassFixture<FaultServersFixture>
{
    private const string Turn = "select epoch from job_lineage.source where name = 'oban'";

    [Fact]
    public async Task When_the_leader_is_cut_off_the_other_leads_and_its_viewers_see_later_changes()
    {
        var log = new TrialLog();
        await using var world = await FaultWorld.CreateAsync(fixture.Servers, seed: 0, null, default);
        await world.ExecuteAsync("""insert into oban_jobs (worker) values ('App.SyncJob'); insert into oban_jobs (worker, meta) values ('App.PageJob', '{"parent_job_id": 1}')""", default);
        // The first one's only way to the databases.
        await using var toSource = new Relay { Target = At(fixture.Servers.Source.Port) };
        await using var toStore = new Relay { Target = At(fixture.Servers.Store.Port) };
        await using var first = await Replica.StartAsync(
            world, "first", FaultTrial.Options, TimeProvider.System, log, toSource.Address.Port, toStore.Address.Port);
        await Soon.IsTrueAsync(async () => await first.Reader.FindRunAsync("oban", "1", default) is not null);
        await using var second = await Replica.StartAsync(world, "second", FaultTrial.Options, TimeProvider.System, log);
        await using var viewer = Viewer.Look(second.Hub, new("oban", "1"));
        await Soon.IsTrueAsync(() => Task.FromResult(viewer.Seen?.Counts.Total == 2));
        var turn = (long)(await FaultWorld.ScalarAsync(world.Checking, Turn, default))!;

        foreach (var way in new[] { toSource, toStore })
        {
            way.Target = null;
            way.Cut();
        }

        await world.ExecuteAsync("""insert into oban_jobs (worker, meta) select 'App.PageJob', '{"parent_job_id": 1}' from generate_series(1, 3)""", default);

        await Soon.IsTrueAsync(() => Task.FromResult(viewer.Seen?.Counts.Total == 5));
        Assert.True((long)(await FaultWorld.ScalarAsync(world.Checking, Turn, default))! > turn);
        Assert.Empty(await world.DifferencesAsync(default));
        // Neither has given up: the first one may be needed again.
        Assert.True(first.IsRunning && second.IsRunning);

        // The first one comes back, does not lead, and its viewers see what the second reads.
        (toSource.Target, toStore.Target) = (At(fixture.Servers.Source.Port), At(fixture.Servers.Store.Port));
        await using var late = Viewer.Look(first.Hub, new("oban", "1"));
        await world.ExecuteAsync("""insert into oban_jobs (worker, meta) values ('App.PageJob', '{"parent_job_id": 1}')""", default);
        await Soon.IsTrueAsync(() => Task.FromResult(late.Seen?.Counts.Total == 6));
    }

    private static Uri At(int port) => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
}
