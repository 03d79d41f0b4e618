using JobLineage.Core.Postgres;
using JobLineage.Core.Store;
using JobLineage.Core.Store.Ingest;
using JobLineage.Tests.Support;
using Npgsql;

namespace JobLineage.Tests.Postgres;

/// <summary>Leases in a store: who holds one, and when another may take it.</summary>
public sealed class LeaseMemberTests : IAsyncLifetime
{
    private TestDatabase database = null!;
    private NpgsqlDataSource store = null!;

    public async Task InitializeAsync()
    {
        database = await TestDatabase.CreateStoreAsync();
        store = StoreDatabase.Create(database.ConnectionString);
    }

    public async Task DisposeAsync()
    {
        await store.DisposeAsync();
        await database.DisposeAsync();
    }

    [Fact]
    public async Task A_lease_is_held_by_one_and_given_back_when_that_leaves()
    {
        await using var second = await JoinAsync();
        await using (var first = await JoinAsync())
        {
            Assert.Equal(["a", "b"], await first.TakeAsync(["b", "a"], default));
            Assert.Empty(await second.TakeAsync(["a"], default));
            Assert.Equal(["c"], await second.TakeAsync(["a", "c"], default));
        }

        Assert.Equal(["a"], await second.TakeAsync(["a"], default));
        Assert.Equal(second.Id, (await second.RenewAsync([], [], default)).Holders["a"]);
    }

    [Fact]
    public async Task What_a_killed_member_held_is_free_at_once()
    {
        await using var second = await JoinAsync();
        await using var first = await JoinAsync();
        await first.TakeAsync(["a"], default);
        // Its session ends, as with the end of its process; its time has not run out, and will not.
        await database.ExecuteAsync("update job_lineage.member set until = clock_timestamp() + interval '1 hour' where id = @id", new { id = first.Id });
        await database.ExecuteAsync("select pg_terminate_backend(pid) from job_lineage.member where id = @id", new { id = first.Id });
        await Feed.Soon.IsTrueAsync(async () => (await second.TakeAsync(["a"], default)).Count == 1);
        Assert.DoesNotContain((await second.RenewAsync([], [], default)).Alive, p => p.Id == first.Id);
    }

    [Fact]
    public async Task What_a_stopped_member_held_is_free_when_its_time_has_run_out_although_its_session_lives()
    {
        await using var second = await JoinAsync();
        await using var first = await JoinAsync();
        await first.TakeAsync(["a"], default);
        Assert.Empty(await second.TakeAsync(["a"], default));
        await database.ExecuteAsync("update job_lineage.member set until = clock_timestamp() - interval '1 ms' where id = @id", new { id = first.Id });
        Assert.Equal(["a"], await second.TakeAsync(["a"], default));
        // It wakes: it is alive again, and sees that it holds nothing.
        var view = await first.RenewAsync([], [], default);
        Assert.Equal(second.Id, view.Holders["a"]);
        Assert.Empty(await first.TakeAsync(["a"], default));
    }

    [Fact]
    public async Task A_lock_that_a_stranger_takes_keeps_nobody_from_leading()
    {
        await using var stranger = new NpgsqlConnection(database.ConnectionString);
        await stranger.OpenAsync();
        await using (var take = new NpgsqlCommand("select pg_advisory_lock(k) from unnest(array[81691557577028, 81691574617938]) k", stranger))
            await take.ExecuteNonQueryAsync();
        Assert.Equal(0, await Migrator.MigrateAsync(store, null, default).WaitAsync(TimeSpan.FromMinutes(1)));
        await using var member = await JoinAsync();
        Assert.Equal(["a"], await member.TakeAsync(["a"], default));
    }

    [Fact]
    public async Task A_turn_begins_only_for_the_holder_and_ends_the_one_before()
    {
        await using var first = await JoinAsync();
        await using var second = await JoinAsync();
        await first.TakeAsync([SourceLease.NameOf("oban")], default);
        await Assert.ThrowsAsync<LeadLostException>(() => SourceRecord.OpenAsync(store, "oban", second.Id, TimeProvider.System, default));
        var before = await SourceRecord.OpenAsync(store, "oban", first.Id, TimeProvider.System, default);
        await first.ReleaseAsync([SourceLease.NameOf("oban")], default);
        await second.TakeAsync([SourceLease.NameOf("oban")], default);
        var after = await SourceRecord.OpenAsync(store, "oban", second.Id, TimeProvider.System, default);
        Assert.Equal(before.Epoch + 1, after.Epoch);
        // What the former holder says or remembers would stand over what is so.
        await Assert.ThrowsAsync<LeadLostException>(() => before.SayAsync(Core.Model.FeedState.Live, null, TimeProvider.System.GetUtcNow(), default));
        await Assert.ThrowsAsync<LeadLostException>(() => before.BackfillAsync(true, 1, default));
        await after.SayAsync(Core.Model.FeedState.Live, null, TimeProvider.System.GetUtcNow(), default);
        await Assert.ThrowsAsync<LeadLostException>(() => SourceRecord.OpenAsync(store, "oban", first.Id, TimeProvider.System, default));
    }

    [Fact]
    public async Task A_holder_that_is_stopped_in_mid_batch_does_not_keep_the_next_one_waiting()
    {
        await using var stopped = await StopInBatchAsync();
        await using var next = await JoinAsync();
        await next.TakeAsync([SourceLease.NameOf("oban")], default);
        var record = await SourceRecord.OpenAsync(store, "oban", next.Id, TimeProvider.System, default).WaitAsync(TimeSpan.FromSeconds(25));
        Assert.Equal(2, record.Epoch);
    }

    [Fact]
    public async Task Whoever_waits_for_a_stalled_session_needs_no_second_connection_of_its_pool()
    {
        await using var stopped = await StopInBatchAsync();
        await using var small = StoreDatabase.Create(database.ConnectionString + ";Maximum Pool Size=1;Timeout=3");
        var taken = await StalledSessions.PastAsync(
            small,
            async (connection, token) =>
            {
                await using var wait = new NpgsqlCommand("select epoch from job_lineage.source where name = 'oban' for update", connection) { CommandTimeout = 25 };
                return (long)(await wait.ExecuteScalarAsync(token))!;
            },
            TimeProvider.System, default);
        Assert.Equal(1, taken);
    }

    [Fact]
    public async Task What_runs_past_stalled_sessions_is_waited_for_however_the_looking_ends()
    {
        using var stop = new CancellationTokenSource();
        var ended = false;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => StalledSessions.PastAsync(
            store,
            async (_, token) =>
            {
                await stop.CancelAsync();
                // It takes its time to notice.
                await Task.Delay(200, CancellationToken.None);
                ended = true;
                token.ThrowIfCancellationRequested();
                return 0;
            },
            TimeProvider.System, stop.Token));
        Assert.True(ended);
    }

    [Fact]
    public async Task A_viewer_of_one_replica_hurries_the_feed_of_another()
    {
        await using var leader = await JoinAsync();
        await using var follower = await JoinAsync();
        var attention = new Core.Feed.SharedAttention(new Nobody());
        var names = new Dictionary<string, string> { [SourceLease.NameOf("oban")] = "oban" };
        Assert.False(attention.IsWatched("oban"));

        await follower.RenewAsync([], [SourceLease.NameOf("oban")], default);
        attention.Hear(await leader.RenewAsync([], [], default), names);
        Assert.True(attention.IsWatched("oban"));
        Assert.False(attention.IsWatchedHere("oban"));
        Assert.False(attention.IsWatched("other"));

        await follower.RenewAsync([], [], default);
        attention.Hear(await leader.RenewAsync([], [], default), names);
        Assert.False(attention.IsWatched("oban"));
    }

    private sealed class Nobody : Core.Runs.IAttention
    {
        public bool IsWatched(string source) => false;
    }

    [Fact]
    public async Task Somebody_may_hold_a_lease_for_one_pass_and_see_as_of_when_a_source_is_known()
    {
        Assert.Empty(await Core.Store.Reading.SourcesReader.ReadAsync(store, default));
        var asOf = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
        await using (var lease = await SourceLease.TryTakeAsync(store, "oban", "digest", TimeProvider.System, default))
        {
            Assert.NotNull(lease);
            Assert.Null(await SourceLease.TryTakeAsync(store, "oban", "digest", TimeProvider.System, default));
            var record = await SourceRecord.OpenAsync(store, "oban", lease.Holder, TimeProvider.System, default);
            await record.SayAsync(Core.Model.FeedState.Polling, null, asOf, default);
            var held = Assert.Single(await Core.Store.Reading.SourcesReader.ReadAsync(store, default));
            Assert.Equal(("oban", asOf), (held.Source, held.AsOf));
            Assert.StartsWith("digest on ", held.Reader, StringComparison.Ordinal);
            Assert.False(lease.Lost.IsCancellationRequested);
        }

        Assert.Null(Assert.Single(await Core.Store.Reading.SourcesReader.ReadAsync(store, default)).Reader);
        await using var again = await SourceLease.TryTakeAsync(store, "oban", "digest", TimeProvider.System, default);
        Assert.NotNull(again);
    }

    /// <summary>As an ingester that is stopped: its transaction has the source's row, and nobody speaks in its session.</summary>
    private async Task<NpgsqlConnection> StopInBatchAsync()
    {
        await SourceRecord.OpenAsync(store, "oban", default);
        // No pool: nothing is said in it when it is closed either, for it is ended by then.
        var stopped = new NpgsqlConnection(database.ConnectionString + ";Pooling=false");
        await stopped.OpenAsync();
        await using var batch = new NpgsqlCommand("begin; select from job_lineage.source where name = 'oban' for update", stopped);
        await batch.ExecuteNonQueryAsync();
        return stopped;
    }

    private async Task<LeaseMember> JoinAsync()
    {
        var member = await LeaseMember.OpenAsync(store, "test", default);
        await member.RenewAsync([], [], default);
        return member;
    }
}
