using JobLineage.Core.Store;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Store;

/// <summary>The store could be distributed by source: what one source has is told from what another has by the keys alone.</summary>
public sealed class SourceKeysTests
{
    /// <summary>Tables that are not one source's; docs/scale.md says where they would be.</summary>
    private static readonly string[] OfAll =
    [
        "source", "label", "fingerprint", "identity", "lease", "member", "latch", "session", "protection_key", "migration",
        "digest", "digest_line", "mute", "overdue",
    ];

    private const string Filled =
        """
        select string_agg(line, E'\n' order by line) from (
            select concat_ws(' ', 'stage', source_id, id, run_id, rows) as line from job_lineage.stage
            union all select concat_ws(' ', 'edge', source_id, from_stage, to_stage, jobs) from job_lineage.stage_edge
            union all select concat_ws(' ', 'error', source_id, stage_id, fingerprint, final, retrying) from job_lineage.error_group
            union all select concat_ws(' ', 'run', source_id, id, root_id) from job_lineage.run) l
        """;

    [Fact]
    public async Task Every_key_of_what_a_source_has_begins_with_the_source()
    {
        await using var fixture = await StoreFixture.CreateAsync();
        var keys = await fixture.Database.TextsAsync(
            """
            select c.relname || ' ' || (select string_agg(a.attname, ' ' order by k.n)
                from unnest(i.indkey::int2[]) with ordinality k (attnum, n) join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum)
            from pg_class c join pg_index i on i.indrelid = c.oid and i.indisunique
            where c.relnamespace = 'job_lineage'::regnamespace and c.relkind in ('r', 'p') and c.relname <> all(@OfAll)
            order by 1
            """, new { OfAll });
        Assert.Contains("job source_id id", keys);
        Assert.Contains("stage_edge source_id from_stage to_stage", keys);
        Assert.All(keys, key => Assert.Equal("source_id", key.Split(' ')[1]));
        // A table without a key could be in neither.
        Assert.Empty(await fixture.Database.TextsAsync(
            """
            select c.relname::text from pg_class c
            where c.relnamespace = 'job_lineage'::regnamespace and c.relkind in ('r', 'p') and c.relname <> all(@OfAll)
                and not exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary)
            """, new { OfAll }));
    }

    [Fact]
    public async Task No_table_has_a_trigger()
    {
        await using var fixture = await StoreFixture.CreateAsync();
        Assert.Empty(await fixture.Database.TextsAsync(
            """
            select c.relname || '.' || t.tgname from pg_trigger t join pg_class c on c.oid = t.tgrelid
            where c.relnamespace = 'job_lineage'::regnamespace and not t.tgisinternal
            """));
    }

    [Fact]
    public async Task A_store_of_the_first_version_learns_whose_its_stages_are()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var store = StoreDatabase.Create(database.ConnectionString);
        var (version, name, sql) = Migrator.Migrations()[0];
        await database.ExecuteAsync(
            """
            create schema job_lineage;
            create table job_lineage.migration (version integer primary key, name text not null, applied_at timestamptz not null default now());
            """);
        await database.ExecuteAsync(sql);
        await database.ExecuteAsync(
            """
            insert into job_lineage.migration (version, name) values (@version, @name);
            insert into job_lineage.source (name) values ('one'), ('other');
            insert into job_lineage.label (text) values ('App.RootJob'), ('App.PageJob');
            insert into job_lineage.fingerprint (version, text) values (1, 'timed out');
            insert into job_lineage.run (id, source_id, root_id, worker, version, rows) values (1, 1, '1', 1, 1, 2), (2, 2, '1', 1, 2, 3);
            insert into job_lineage.stage (id, run_id, parent_id, worker, depth, rows)
                values (11, 1, null, 1, 1, 1), (12, 1, 11, 2, 2, 1), (21, 2, null, 1, 1, 1), (22, 2, 21, 2, 2, 2), (99, 9, null, 1, 1, 1);
            insert into job_lineage.stage_edge (from_stage, to_stage, jobs) values (11, 12, 1), (21, 22, 2), (99, 99, 1);
            insert into job_lineage.error_group (stage_id, fingerprint, final, retrying) values (12, 1, 1, 0), (22, 1, 1, 1), (99, 1, 1, 0);
            insert into job_lineage.job (source_id, id, run_id, stage_id, parent_id, worker, queue, state, attempt, max_attempts, priority, hash, fingerprint)
                values (1, '1', 1, 11, null, 1, 1, 5, 1, 1, 0, 1, null), (1, '2', 1, 12, '1', 2, 1, 6, 1, 1, 0, 2, 1),
                    (2, '1', 2, 21, null, 1, 1, 5, 1, 1, 0, 3, null), (2, '2', 2, 22, '1', 2, 1, 6, 1, 1, 0, 4, 1), (2, '3', 2, 22, '1', 2, 1, 4, 1, 2, 0, 5, 1);
            """, new { version, name });

        await Migrator.MigrateAsync(store, null, default);

        // Stage 99 was of no run.
        Assert.Equal(
            """
            edge 1 11 12 1
            edge 2 21 22 2
            error 1 12 1 1 0
            error 2 22 1 1 1
            run 1 1 1
            run 2 2 1
            stage 1 11 1 1
            stage 1 12 1 1
            stage 2 21 2 1
            stage 2 22 2 2
            """.ReplaceLineEndings("\n"),
            await database.ScalarAsync<string>(Filled));
    }

    [Fact]
    public async Task A_store_of_the_version_before_is_brought_to_what_a_new_one_would_have()
    {
        await using var fixture = await StoreFixture.CreateAsync(RecordedData.ObanEnd);
        await fixture.FilledAsync();
        var fresh = await fixture.Database.ScalarAsync<string>(Filled);
        Assert.Contains("\nrun 1 ", fresh);
        await fixture.SqlAsync(
            """
            delete from job_lineage.migration where version = 34;
            alter table job_lineage.stage drop column source_id, add primary key (id);
            alter table job_lineage.stage_edge drop column source_id, add primary key (from_stage, to_stage);
            alter table job_lineage.error_group drop column source_id, add primary key (stage_id, fingerprint);
            create index stage_run on job_lineage.stage (run_id);
            create index stage_edge_to on job_lineage.stage_edge (to_stage);
            create index error_group_most on job_lineage.error_group (stage_id, final desc) where final > 0;
            """);

        await Migrator.MigrateAsync(fixture.Store, null, default);

        Assert.Equal(fresh, await fixture.Database.ScalarAsync<string>(Filled));
        var feed = await fixture.FeedAsync();
        Assert.Equal(0, await feed.ReconcileAsync());
    }
}
