using JobLineage.Core.Feed.Trigger;
using Npgsql;

namespace JobLineage.Tests.Feed.Trigger;

/// <summary>What producers may do and may not: their own work without grants, and nothing as somebody else.</summary>
public sealed class TriggerSafetyTests
{
    [Fact]
    public async Task A_producer_without_any_grant_on_our_schema_still_inserts_and_is_logged()
    {
        await using var fixture = await TriggerFixture.CreateAsync();
        await AsProducerAsync(fixture, "", async producer =>
        {
            await RunAsync(producer, "insert into oban_jobs (worker) values ('App.A'); update oban_jobs set state = 'executing'; delete from oban_jobs");
            var denied = await Assert.ThrowsAsync<PostgresException>(() => RunAsync(producer, $"select * from {fixture.Sql.Names.Change}"));
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, denied.SqlState);
        });
        Assert.Equal(3, await fixture.LoggedAsync());
    }

    [Fact]
    public async Task Look_alikes_in_a_producers_own_schema_are_never_touched()
    {
        await using var fixture = await TriggerFixture.CreateAsync();
        var key = fixture.Sql.Names.Key;
        await AsProducerAsync(fixture, $"""
            create table mine.change_{key} (id text);
            create table mine.feed (key text, consumed_at timestamptz);
            create table mine.new_rows (id bigint);
            create function mine.clock_timestamp() returns timestamptz language plpgsql as $$ begin raise exception 'taken over as %', current_user; end $$;
            create function mine.now() returns timestamptz language plpgsql as $$ begin raise exception 'taken over as %', current_user; end $$;
            create function mine.pg_notify(text, text) returns void language plpgsql as $$ begin raise exception 'taken over as %', current_user; end $$;
            create function mine.more(bigint, bigint) returns boolean language plpgsql as $$ begin raise exception 'taken over as %', current_user; end $$;
            create operator mine.>= (leftarg = bigint, rightarg = bigint, function = mine.more);
            create operator mine.- (leftarg = bigint, rightarg = bigint, function = mine.more);
            """, async producer =>
        {
            await RunAsync(producer, "set search_path = mine, pg_catalog, public; create temp table new_rows (id bigint); create temp table feed (key text)");
            await RunAsync(producer, "insert into public.oban_jobs (worker) values ('App.A')");
            await RunAsync(producer, "update public.oban_jobs set state = 'executing'");
            Assert.Equal(0, await fixture.Database.ScalarAsync<long>($"select count(*) from mine.change_{key}"));
        });
        Assert.Equal(2, await fixture.LoggedAsync());
    }

    [Fact]
    public async Task A_schema_that_belongs_to_somebody_else_is_refused()
    {
        await using var fixture = await TriggerFixture.CreateAsync(install: false);
        await AsProducerAsync(fixture, "", async _ =>
        {
            var role = fixture.Database.Name + "_producer";
            await fixture.ExecuteAsync($"create schema job_lineage authorization {role}");

            var refusal = await Assert.ThrowsAsync<TriggerException>(() => fixture.Installer.InstallAsync());

            Assert.Contains($"schema job_lineage belongs to {role}", refusal.Message);
        });
    }

    [Fact]
    public async Task A_function_that_somebody_put_in_our_place_is_not_adopted()
    {
        await using var fixture = await TriggerFixture.CreateAsync();
        var role = fixture.Database.Name + "_producer";
        await AsProducerAsync(fixture, "", async _ =>
        {
            await fixture.ExecuteAsync($"alter table {fixture.Sql.Names.Change} owner to {role}");

            var refusal = await Assert.ThrowsAsync<TriggerException>(() => fixture.Installer.InstallAsync());

            Assert.Contains($"{fixture.Sql.Names.Change} belongs to another role", refusal.Message);
        });
    }

    private static async Task AsProducerAsync(TriggerFixture fixture, string prepare, Func<NpgsqlConnection, Task> act)
    {
        var role = fixture.Database.Name + "_producer";
        await fixture.ExecuteAsync($"""
            create role {role} login;
            grant select, insert, update, delete on oban_jobs to {role};
            grant usage on sequence oban_jobs_id_seq to {role};
            create schema mine authorization {role};
            set role {role}; {prepare}; reset role;
            """);
        try
        {
            await using var producer = new NpgsqlConnection(
                new NpgsqlConnectionStringBuilder(fixture.Database.ConnectionString) { Options = $"-c role={role}", Pooling = false }.ConnectionString);
            await producer.OpenAsync();
            await act(producer);
        }
        finally
        {
            await fixture.ExecuteAsync($"drop owned by {role} cascade; drop role {role}");
        }
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
