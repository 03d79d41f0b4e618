using JobLineage.Core.Feed.Trigger;
using JobLineage.Tests.Engines;
using JobLineage.Tests.Lineage;
using Npgsql;

namespace JobLineage.Tests.Feed.Trigger;

/// <summary>Who installs lends nobody his rights.</summary>
public sealed class TriggerOwnerTests
{
    private const string Owners = """
        select string_agg(distinct pg_get_userbyid(owner), ',') from (
            select relowner from pg_class where relnamespace = 'job_lineage'::regnamespace and relname ~ '^(change|gate)_'
            union all select proowner from pg_proc where pronamespace = 'job_lineage'::regnamespace) things (owner)
        """;

    [Fact]
    public async Task The_tables_owner_can_not_become_the_superuser_who_installs()
    {
        await using var fixture = await LineageFixture.CreateAsync();
        var role = fixture.Database.Name + "_tenant";
        var database = fixture.Database;
        await database.ExecuteAsync($"""
            create role {role} login;
            create schema tenant authorization {role};
            set role {role};
            create type tenant.odd as enum ('1', '2', '3');
            create table tenant.tasks (id tenant.odd primary key, kind text, status text);
            create table tenant.caught (as_whom text);
            create function tenant.caught(tenant.odd) returns text language plpgsql as $$
                begin
                    insert into tenant.caught values (current_user);
                    return 'caught';
                end $$;
            create cast (tenant.odd as text) with function tenant.caught(tenant.odd) as assignment;
            reset role
            """);
        try
        {
            var installer = new TriggerInstaller(TasksTable.Mapping with { Schema = "tenant" }, fixture.Connections);
            await installer.InstallAsync();
            // The second time over what there is.
            await installer.InstallAsync();

            await database.ExecuteAsync("insert into tenant.tasks values ('1', 'a', 'available'), ('2', 'a', 'available'); update tenant.tasks set id = '3' where id = '2'; delete from tenant.tasks where id = '1'");

            Assert.Null(await database.ScalarAsync<string>("select string_agg(as_whom, ',') from tenant.caught"));
            Assert.Equal(role, await database.ScalarAsync<string>(Owners));
            Assert.Equal(TriggerPresence.Ready, (await installer.InspectAsync(default)).Presence);
            var names = TriggerNames.Of(TasksTable.Mapping with { Schema = "tenant" });
            Assert.Equal(["1", "2", "3"], (await new TriggerConsumer(fixture.Connections, names).DrainAsync(100, default)).Ids.Order());
            Assert.False(await database.ScalarAsync<bool>($"select has_schema_privilege('{role}', 'job_lineage', 'create')"));

            // Its log is its own; what would act as the reader is not read.
            await database.ExecuteAsync($"""
                create function tenant.act() returns trigger language plpgsql as 'begin return old; end';
                create trigger act before delete on {names.Change} for each row execute function tenant.act()
                """);
            Assert.Equal(TriggerPresence.Incomplete, (await installer.InspectAsync(default)).Presence);
            await database.ExecuteAsync($"drop trigger act on {names.Change}");
            Assert.Equal(TriggerPresence.Ready, (await installer.InspectAsync(default)).Presence);
            await database.ExecuteAsync($"create table tenant.below () inherits ({names.Change})");
            Assert.Equal(TriggerPresence.Incomplete, (await installer.InspectAsync(default)).Presence);
            await database.ExecuteAsync("drop table tenant.below");
            Assert.Equal(TriggerPresence.Ready, (await installer.InspectAsync(default)).Presence);
            await database.ExecuteAsync($"alter table {names.Change} add column image tenant.odd");
            Assert.Equal(TriggerPresence.Incomplete, (await installer.InspectAsync(default)).Presence);
        }
        finally
        {
            await database.ExecuteAsync($"drop owned by {role} cascade; drop role {role}");
        }
    }

    [Fact]
    public async Task Who_is_not_the_owner_nor_may_act_as_him_is_refused()
    {
        await using var fixture = await LineageFixture.CreateAsync();
        var (owner, other) = (fixture.Database.Name + "_owner", fixture.Database.Name + "_other");
        await fixture.Database.ExecuteAsync($"""
            create role {owner} login; create role {other} login;
            create table tasks (id bigserial primary key, kind text, status text);
            alter table tasks owner to {owner};
            grant trigger, select on tasks to {other};
            grant create on database {fixture.Database.Name} to {other}, {owner}
            """);
        try
        {
            await using var connections = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(fixture.Database.ConnectionString) { Options = $"-c role={other}", Pooling = false });
            var refusal = await Assert.ThrowsAsync<TriggerException>(() => new TriggerInstaller(TasksTable.Mapping, connections).InstallAsync());
            Assert.Contains($"belongs to {owner}, as whom the trigger is to run", refusal.Message);

            await fixture.Database.ExecuteAsync($"grant {owner} to {other}");
            await new TriggerInstaller(TasksTable.Mapping, connections).InstallAsync();
            Assert.Equal(owner, await fixture.Database.ScalarAsync<string>(Owners));
            await fixture.Database.ExecuteAsync("insert into tasks (kind, status) values ('a', 'available')");
            Assert.Equal(1, await fixture.Database.ScalarAsync<long>($"select count(*) from {TriggerNames.Of(TasksTable.Mapping).Change}"));
        }
        finally
        {
            await fixture.Database.ExecuteAsync($"drop owned by {other} cascade; drop owned by {owner} cascade; drop role {other}; drop role {owner}");
        }
    }

    [Fact]
    public async Task An_installation_of_the_version_before_is_said_and_upgraded_in_place()
    {
        await using var fixture = await TriggerFixture.CreateAsync();
        var names = fixture.Sql.Names;
        await fixture.ExecuteAsync($"comment on function {names.Function}() is 'Job Lineage change feed, version 2'");
        await fixture.ExecuteAsync($"insert into {names.Change} values ('77')");
        var found = await fixture.Installer.InspectAsync(default);
        Assert.Equal(TriggerPresence.OtherVersion, found.Presence);
        Assert.Contains("run `joblineage install --source oban` once more", found.Problem("oban"));

        await fixture.Installer.InstallAsync();

        Assert.Equal(TriggerPresence.Ready, (await fixture.Installer.InspectAsync(default)).Presence);
        Assert.Equal(["77"], await fixture.DrainAsync());
    }
}
