using JobLineage.Core.Feed.Trigger;
using JobLineage.Core.Sources;
using JobLineage.Core.Store;
using JobLineage.Tests.Support;
using Npgsql;

namespace JobLineage.Tests.Feed.Trigger;

public sealed class TriggerInstallTests
{
    [Fact]
    public async Task What_is_installed_is_found_and_ready()
    {
        await using var fixture = await TriggerFixture.CreateAsync(install: false);
        Assert.Equal(TriggerState.None, await fixture.Installer.InspectAsync(default));

        await fixture.Installer.InstallAsync();

        var state = await fixture.Installer.InspectAsync(default);
        Assert.Equal((TriggerPresence.Ready, TriggerSql.Version), (state.Presence, state.Version));
        Assert.Equal(fixture.Sql.Names, state.Names);
        Assert.Null(state.Problem("oban"));
    }

    [Fact]
    public async Task Installing_twice_is_installing_once()
    {
        await using var fixture = await TriggerFixture.CreateAsync();
        var once = await fixture.CatalogAsync();
        await fixture.InsertAsync(3);

        await fixture.Installer.InstallAsync();

        Assert.Equal(once, await fixture.CatalogAsync());
        Assert.Equal(3, await fixture.LoggedAsync());
    }

    [Fact]
    public async Task Uninstalling_leaves_the_catalog_as_it_was()
    {
        await using var fixture = await TriggerFixture.CreateAsync(install: false);
        var before = await fixture.CatalogAsync();
        await fixture.Installer.InstallAsync(index: true);
        await fixture.InsertAsync(5);
        await fixture.DrainAsync();
        Assert.NotEqual(before, await fixture.CatalogAsync());

        await fixture.Installer.UninstallAsync();
        Assert.Equal(before, await fixture.CatalogAsync());

        await fixture.Installer.UninstallAsync();
        Assert.Equal(before, await fixture.CatalogAsync());
    }

    [Fact]
    public async Task Uninstalling_leaves_the_stores_tables_in_the_same_schema()
    {
        await using var fixture = await TriggerFixture.CreateAsync(install: false);
        await Migrator.MigrateAsync(fixture.Connections, null, default);
        var before = await fixture.CatalogAsync();

        await fixture.Installer.InstallAsync();
        await fixture.InsertAsync(1);
        Assert.Equal(["1"], await fixture.DrainAsync());
        await fixture.Installer.UninstallAsync();

        Assert.Equal(before, await fixture.CatalogAsync());
        Assert.Equal(0, await Migrator.MigrateAsync(fixture.Connections, null, default));
    }

    [Fact]
    public async Task Two_tables_of_a_database_are_installed_and_removed_apart()
    {
        await using var fixture = await TriggerFixture.CreateAsync();
        await fixture.ExecuteAsync("create schema other; create table other.oban_jobs (like oban_jobs including all)");
        var other = new TriggerInstaller(fixture.Mapping with { Schema = "other" }, fixture.Connections);
        await other.InstallAsync();
        await fixture.ExecuteAsync("insert into other.oban_jobs (id, worker) values (77, 'App.B')");
        Assert.Equal(0, await fixture.LoggedAsync());

        await other.UninstallAsync();

        Assert.Equal(TriggerPresence.None, (await other.InspectAsync(default)).Presence);
        Assert.Equal(TriggerPresence.Ready, (await fixture.Installer.InspectAsync(default)).Presence);
        await fixture.InsertAsync(1);
        Assert.Single(await fixture.DrainAsync());
    }

    [Fact]
    public async Task Names_that_need_quoting_work()
    {
        const string schema = """O'Brien "$job_lineage$" \x""";
        const string table = """Jobs; drop table "x" --""";
        const string id = """the "Id" """;
        var mapping = new SourceMapping
        {
            Name = "odd",
            Schema = schema,
            Table = table,
            Id = id,
            State = "state",
            Worker = "'w'",
            States = new Dictionary<string, Core.Model.JobState>(),
        };
        await using var fixture = await TriggerFixture.OfAsync(
            $"create schema {SourceMapping.Quote(schema)}; create table {mapping.QualifiedTable} ({SourceMapping.Quote(id)} uuid primary key default gen_random_uuid(), state text)", mapping);
        var before = await fixture.CatalogAsync();

        await fixture.Installer.InstallAsync();
        await fixture.ExecuteAsync($"insert into {mapping.QualifiedTable} (state) values ('a'), ('b')");

        Assert.Equal(2, (await fixture.DrainAsync()).Count);
        Assert.Equal(TriggerPresence.Ready, (await fixture.Installer.InspectAsync(default)).Presence);
        await fixture.Installer.UninstallAsync();
        Assert.Equal(before, await fixture.CatalogAsync());
    }

    [Fact]
    public async Task A_renamed_table_keeps_its_feed()
    {
        await using var fixture = await TriggerFixture.CreateAsync();
        await fixture.ExecuteAsync("alter table oban_jobs rename to jobs");

        var state = await new TriggerInstaller(fixture.Mapping with { Table = "jobs" }, fixture.Connections).InspectAsync(default);

        Assert.Equal((TriggerPresence.Ready, fixture.Sql.Names), (state.Presence, state.Names));
    }

    [Theory]
    [InlineData("alter table oban_jobs disable trigger job_lineage_update", TriggerPresence.Incomplete)]
    [InlineData("drop trigger job_lineage_delete on oban_jobs", TriggerPresence.Incomplete)]
    [InlineData("comment on function job_lineage.log_{0}() is 'Job Lineage change feed, version 0'", TriggerPresence.OtherVersion)]
    [InlineData("comment on function job_lineage.log_{0}() is null", TriggerPresence.OtherVersion)]
    public async Task What_is_not_whole_is_told_and_mended_by_installing_again(string harm, TriggerPresence presence)
    {
        await using var fixture = await TriggerFixture.CreateAsync();
        await fixture.ExecuteAsync(harm.Replace("{0}", fixture.Sql.Names.Key));

        var found = await fixture.Installer.InspectAsync(default);
        Assert.Equal(presence, found.Presence);
        Assert.Contains("joblineage install --source oban", found.Problem("oban"));

        await fixture.Installer.InstallAsync();
        Assert.Equal(TriggerPresence.Ready, (await fixture.Installer.InspectAsync(default)).Presence);
    }

    [Fact]
    public async Task A_table_that_is_busy_is_told_in_a_sentence_and_nothing_is_left_behind()
    {
        await using var fixture = await TriggerFixture.CreateAsync(install: false);
        var before = await fixture.CatalogAsync();
        await using var writer = await fixture.Database.OpenAsync();
        await using var transaction = await writer.BeginTransactionAsync();
        await using (var insert = new NpgsqlCommand("insert into oban_jobs (worker) values ('App.A')", writer))
            await insert.ExecuteNonQueryAsync();

        var refusal = await Assert.ThrowsAsync<TriggerException>(() => fixture.Installer.InstallAsync());

        Assert.StartsWith("Table public.oban_jobs was busy", refusal.Message);
        await transaction.RollbackAsync();
        Assert.Equal(before, await fixture.CatalogAsync());
        await fixture.Installer.InstallAsync();
    }

    [Fact]
    public async Task A_view_is_refused_in_a_sentence()
    {
        await using var fixture = await TriggerFixture.CreateAsync(install: false);
        await fixture.ExecuteAsync("create view jobs as select * from oban_jobs");
        var installer = new TriggerInstaller(fixture.Mapping with { Table = "jobs" }, fixture.Connections);

        var refusal = await Assert.ThrowsAsync<TriggerException>(() => installer.InstallAsync());

        Assert.Contains("public.jobs is not a table", refusal.Message);
    }

    [Fact]
    public async Task A_partitioned_table_logs_what_is_written_through_it()
    {
        await using var fixture = await TriggerFixture.OfAsync(
            """
            create table jobs (id bigint, state text, primary key (id)) partition by range (id);
            create table jobs_1 partition of jobs for values from (0) to (100);
            create table jobs_2 partition of jobs for values from (100) to (200);
            """,
            Presets.Oban("parts") with { Table = "jobs" });
        await fixture.Installer.InstallAsync();

        await fixture.ExecuteAsync("insert into jobs values (1, 'a'), (150, 'a'); update jobs set id = 151 where id = 1; delete from jobs where id = 150");

        Assert.Equal(["1", "150", "151"], (await fixture.DrainAsync()).Order());
    }

    [Fact]
    public async Task An_index_that_was_left_invalid_is_made_anew()
    {
        await using var fixture = await TriggerFixture.CreateAsync(install: false);
        await fixture.ExecuteAsync($"create index {fixture.Sql.Names.Index} on oban_jobs (worker)");
        await fixture.ExecuteAsync($"update pg_index set indisvalid = false where indexrelid = '{fixture.Sql.Names.Index}'::regclass");

        await fixture.Installer.InstallAsync(index: true);

        Assert.Contains("parent_job_id", await fixture.Database.ScalarAsync<string>($"select pg_get_indexdef('{fixture.Sql.Names.Index}'::regclass)"));
        Assert.True(await fixture.Database.ScalarAsync<bool>($"select indisvalid from pg_index where indexrelid = '{fixture.Sql.Names.Index}'::regclass"));
    }

    [Fact]
    public async Task A_reader_that_may_only_select_gets_what_it_needs_by_name()
    {
        await using var fixture = await TriggerFixture.CreateAsync();
        var role = fixture.Database.Name + "_reader";
        await fixture.ExecuteAsync($"create role {role} login; grant select on oban_jobs to {role}");
        try
        {
            await using var connections = NpgsqlDataSource.Create(
                new NpgsqlConnectionStringBuilder(fixture.Database.ConnectionString) { Options = $"-c role={role}", Pooling = false });
            var installer = new TriggerInstaller(fixture.Mapping, connections);
            Assert.Equal(TriggerPresence.NoPrivilege, (await installer.InspectAsync(default)).Presence);

            await fixture.Installer.InstallAsync(reader: role);

            Assert.Equal(TriggerPresence.Ready, (await installer.InspectAsync(default)).Presence);
            await fixture.InsertAsync(1);
            var consumer = new TriggerConsumer(connections, fixture.Sql.Names);
            await consumer.WakeAsync(default);
            await consumer.BeatAsync(default);
            await fixture.InsertAsync(1);
            var drained = await consumer.DrainAsync(10, default);
            Assert.Equal(["2"], drained.Ids);
            await drained.CommitAsync(default);
            Assert.False(await consumer.IsAsleepAsync(default));
            await Assert.ThrowsAsync<TriggerException>(() => installer.InstallAsync());
        }
        finally
        {
            await fixture.ExecuteAsync($"drop owned by {role}; drop role {role}");
        }
    }
}
