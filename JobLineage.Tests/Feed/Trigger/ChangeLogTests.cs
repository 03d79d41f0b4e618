using JobLineage.Core.Feed.Trigger;
using Npgsql;

namespace JobLineage.Tests.Feed.Trigger;

/// <summary>What is logged, what is announced, and that nothing gets lost between the two.</summary>
public sealed class ChangeLogTests
{
    [Fact]
    public async Task Every_kind_of_statement_is_logged()
    {
        await using var fixture = await TriggerFixture.CreateAsync();
        await fixture.InsertAsync(2);
        Assert.Equal(["1", "2"], (await fixture.DrainAsync()).Order());

        await fixture.ExecuteAsync("update oban_jobs set state = 'executing' where id = 2");
        Assert.Equal(["2"], await fixture.DrainAsync());

        await fixture.ExecuteAsync("update oban_jobs set id = 20 where id = 2");
        Assert.Equal(["2", "20"], (await fixture.DrainAsync()).Order());

        await fixture.ExecuteAsync("delete from oban_jobs where id = 1");
        Assert.Equal(["1"], await fixture.DrainAsync());

        await fixture.ExecuteAsync("insert into oban_jobs (id, worker) values (20, 'App.A') on conflict (id) do update set priority = 1");
        Assert.Equal(["20"], await fixture.DrainAsync());

        await fixture.ExecuteAsync("truncate oban_jobs");
        Assert.True((await fixture.Consumer.DrainAsync(10, default)).Everything);
    }

    [Fact]
    public async Task A_statement_that_changes_nothing_is_neither_logged_nor_announced()
    {
        await using var fixture = await TriggerFixture.CreateAsync();
        await using var ear = await Ear.OpenAsync(fixture);

        await fixture.ExecuteAsync("update oban_jobs set state = 'executing' where id = 1; delete from oban_jobs");

        Assert.Equal(0, await fixture.LoggedAsync());
        Assert.Equal(0, await ear.CountAsync());
    }

    [Fact]
    public async Task What_was_drained_stays_until_it_has_arrived()
    {
        await using var fixture = await TriggerFixture.CreateAsync();
        await fixture.InsertAsync(3);

        var lost = await fixture.Consumer.DrainAsync(10, default);
        await fixture.InsertAsync(1);
        var drained = await fixture.Consumer.DrainAsync(3, default);
        Assert.Equal(lost.Ids.Order(), drained.Ids.Order());
        Assert.True(drained.HasMore);
        await drained.CommitAsync(default);

        Assert.Equal(["4"], await fixture.DrainAsync());
    }

    [Fact]
    public async Task Ten_thousand_rows_of_one_statement_are_announced_once()
    {
        await using var fixture = await TriggerFixture.CreateAsync();
        await using var ear = await Ear.OpenAsync(fixture);

        await using (var connection = await fixture.Database.OpenAsync())
        await using (var copy = await connection.BeginTextImportAsync("copy oban_jobs (worker) from stdin"))
        {
            for (var i = 0; i < 10_000; i++)
                await copy.WriteAsync("App.A\n");
        }

        Assert.Equal(1, await ear.CountAsync());
        Assert.Equal(10_000, (await fixture.DrainAsync()).Count);
    }

    [Fact]
    public async Task While_the_gate_is_shut_changes_are_logged_and_not_announced()
    {
        await using var fixture = await TriggerFixture.CreateAsync();
        await using var ear = await Ear.OpenAsync(fixture);
        // As if the last notification had just been sent; a gate that is a little ahead is one that another clock set.
        await fixture.ExecuteAsync($"select setval('{fixture.Sql.Names.Gate}', (extract(epoch from clock_timestamp()) * 1000 + 900)::bigint)");

        for (var i = 0; i < 20; i++)
            await fixture.InsertAsync(1);

        Assert.Equal(20, await fixture.LoggedAsync());
        Assert.Equal(0, await ear.CountAsync());
    }

    [Theory]
    [InlineData("- 101")]
    [InlineData("+ 60000")]
    public async Task A_gate_whose_time_is_over_or_lies_in_a_future_that_cannot_be_opens(string milliseconds)
    {
        await using var fixture = await TriggerFixture.CreateAsync();
        await using var ear = await Ear.OpenAsync(fixture);
        await fixture.ExecuteAsync($"select setval('{fixture.Sql.Names.Gate}', (extract(epoch from clock_timestamp()) * 1000 {milliseconds})::bigint)");

        await fixture.InsertAsync(1);

        Assert.Equal(1, await ear.CountAsync());
    }

    [Fact]
    public async Task A_log_that_nobody_has_read_for_a_day_is_closed_and_opened_by_the_next_reader()
    {
        await using var fixture = await TriggerFixture.CreateAsync();
        await fixture.ExecuteAsync("update job_lineage.feed set consumed_at = now() - interval '25 hours'");
        await fixture.InsertAsync(1);
        Assert.True(await fixture.Consumer.IsAsleepAsync(default));
        var logged = await fixture.LoggedAsync();

        await fixture.InsertAsync(1_000);
        Assert.Equal(logged, await fixture.LoggedAsync());

        await fixture.Consumer.WakeAsync(default);
        Assert.False(await fixture.Consumer.IsAsleepAsync(default));
        Assert.Equal(0, await fixture.LoggedAsync());
        await fixture.InsertAsync(1);
        Assert.Equal(["1002"], await fixture.DrainAsync());
        Assert.False(await fixture.Consumer.IsAsleepAsync(default));
    }

    [Theory]
    [InlineData("vacuum full {0}")]
    [InlineData("create index o on {0} (id); cluster {0} using o")]
    public async Task Only_what_was_read_is_struck_off_although_the_log_was_rewritten_meanwhile(string rewrite)
    {
        await using var fixture = await TriggerFixture.CreateAsync();
        // One transaction wrote them all: their writer does not tell them apart.
        await fixture.InsertAsync(30);
        await (await fixture.Consumer.DrainAsync(10, default)).CommitAsync(default);
        var second = await fixture.Consumer.DrainAsync(10, default);

        foreach (var sql in string.Format(rewrite, fixture.Sql.Names.Change).Split("; "))
            await fixture.ExecuteAsync(sql);
        await second.CommitAsync(default);

        Assert.Superset(Enumerable.Range(21, 10).Select(i => i.ToString()).ToHashSet(), (await fixture.DrainAsync()).ToHashSet());
    }

    [Fact]
    public async Task Only_what_was_read_is_struck_off_although_the_log_was_emptied_and_filled_meanwhile()
    {
        await using var fixture = await TriggerFixture.CreateAsync();
        await fixture.InsertAsync(10);
        var read = await fixture.Consumer.DrainAsync(100, default);

        await fixture.ExecuteAsync($"truncate {fixture.Sql.Names.Change}");
        // The same jobs in the same places.
        await fixture.ExecuteAsync("update oban_jobs set state = 'executing'");
        await read.CommitAsync(default);

        Assert.Equal(10, (await fixture.DrainAsync()).Count);
    }

    [Fact]
    public async Task A_log_that_was_too_long_is_short_after_waking_and_logs_again()
    {
        await using var fixture = await TriggerFixture.CreateAsync();
        await fixture.InsertAsync(5_000);
        await fixture.ExecuteAsync($"select setval('{fixture.Sql.Names.Gate}', {TriggerNames.Asleep})");
        await fixture.Consumer.WakeAsync(default);
        Assert.Equal(0, (await fixture.Installer.InspectAsync(default)).Logged);

        // Somebody still has the log in hand: it is emptied all the same.
        await using var writer = await fixture.Database.OpenAsync();
        await using var transaction = await writer.BeginTransactionAsync();
        await using (var insert = new NpgsqlCommand("insert into oban_jobs (worker) values ('App.A')", writer))
            await insert.ExecuteNonQueryAsync();
        await fixture.Consumer.WakeAsync(default);
        await transaction.CommitAsync();
        Assert.Equal(["5001"], await fixture.DrainAsync());
    }

    [Fact]
    public async Task No_id_is_lost_under_eight_producers_with_rollbacks()
    {
        await using var fixture = await TriggerFixture.CreateAsync();
        using var done = new CancellationTokenSource();
        var seen = new Dictionary<long, string>();
        var drainer = Task.Run(async () =>
        {
            for (var last = false; ; last = done.IsCancellationRequested)
            {
                var drained = await fixture.Consumer.DrainAsync(500, default);
                // What the row says when it is read after its id was found is what the reader would store.
                await using (var connection = await fixture.Database.OpenAsync())
                await using (var read = new NpgsqlCommand("select id, state::text from oban_jobs where id = any($1)", connection))
                {
                    var ids = drained.Ids.Select(long.Parse).ToArray();
                    read.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = ids });
                    foreach (var id in ids)
                        seen.Remove(id);
                    await using var rows = await read.ExecuteReaderAsync();
                    while (await rows.ReadAsync())
                        seen[rows.GetInt64(0)] = rows.GetString(1);
                }

                await drained.CommitAsync(default);
                if (last && drained.IsEmpty)
                    return;
            }
        });

        await Task.WhenAll(Enumerable.Range(1, 8).Select(seed => ProduceAsync(fixture, new Random(seed))));
        await done.CancelAsync();
        await drainer;

        var truth = await TruthAsync(fixture);
        Assert.True(truth.Count > 200);
        Assert.Equal(truth.OrderBy(r => r.Key), seen.OrderBy(r => r.Key));
        Assert.Equal(0, await fixture.LoggedAsync());
    }

    [Fact]
    public async Task A_second_reader_is_kept_out_while_the_first_listens()
    {
        await using var fixture = await TriggerFixture.CreateAsync();
        await using (var first = await fixture.Consumer.ListenAsync(TimeProvider.System, default))
        {
            Assert.NotNull(first);
            Assert.Null(await new TriggerConsumer(fixture.Connections, fixture.Sql.Names).ListenAsync(TimeProvider.System, default));
            Assert.Contains("Another Job Lineage", await TriggerListener.FindObstacleAsync(fixture.Connections, fixture.Sql.Names, Guid.NewGuid(), "oban", default));
        }

        Assert.Null(await TriggerListener.FindObstacleAsync(fixture.Connections, fixture.Sql.Names, Guid.NewGuid(), "oban", default));
        await using var second = await fixture.Consumer.ListenAsync(TimeProvider.System, default);
        Assert.NotNull(second);
        await fixture.InsertAsync(1);
        Assert.True(await second.WaitAsync(TimeSpan.FromSeconds(30), default));
    }

    [Fact]
    public async Task A_listener_whose_session_was_ended_says_so()
    {
        await using var fixture = await TriggerFixture.CreateAsync();
        await using var listener = await fixture.Consumer.ListenAsync(TimeProvider.System, default);
        await fixture.ExecuteAsync("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like 'listen %'");
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => listener!.WaitAsync(TimeSpan.FromSeconds(30), default));
    }

    private static async Task ProduceAsync(TriggerFixture fixture, Random random)
    {
        await using var connection = await fixture.Database.OpenAsync();
        for (var i = 0; i < 120; i++)
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await using var command = new NpgsqlCommand("", connection, transaction);
            command.CommandText = random.Next(4) switch
            {
                0 => "update oban_jobs set state = 'executing' where id in (select id from oban_jobs where state = 'available' order by id limit 3 for update skip locked)",
                1 => "update oban_jobs set state = 'completed' where id in (select id from oban_jobs where state = 'executing' order by id limit 3 for update skip locked)",
                2 when random.Next(3) == 0 => "delete from oban_jobs where id in (select id from oban_jobs where state = 'completed' order by id limit 1 for update skip locked)",
                _ => $"insert into oban_jobs (worker) select 'App.A' from generate_series(1, {random.Next(1, 5)})",
            };
            await command.ExecuteNonQueryAsync();
            if (random.Next(3) == 0)
                await transaction.RollbackAsync();
            else
                await transaction.CommitAsync();
        }
    }

    private static async Task<Dictionary<long, string>> TruthAsync(TriggerFixture fixture)
    {
        await using var connection = await fixture.Database.OpenAsync();
        await using var read = new NpgsqlCommand("select id, state::text from oban_jobs", connection);
        await using var rows = await read.ExecuteReaderAsync();
        var truth = new Dictionary<long, string>();
        while (await rows.ReadAsync())
            truth[rows.GetInt64(0)] = rows.GetString(1);
        return truth;
    }
}
