using JobLineage.Core.Engines.Sql;
using JobLineage.Core.Sources;
using JobLineage.Tests.Store;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Engines;

/// <summary>What workflows of Oban Pro cost, and how a source does without them.</summary>
public sealed class ObanProTests
{
    private const string Pro = """
        create table oban_producers (node text, queue text, started_at timestamp, updated_at timestamp, meta jsonb);
        insert into oban_jobs (id, worker, state, meta) values (1, 'App.Sync', 'completed', '{"workflow_id": "w", "name": "a"}'), (2, 'App.Page', 'available', '{"workflow_id": "w", "name": "b", "deps": ["a"]}')
        """;

    [Theory]
    [InlineData(null, null, true)]
    [InlineData("", null, false)]
    [InlineData("", "meta->>'parent_job_id'", false)]
    [InlineData("left join lateral (select 1 as one) other on true", "meta->>'parent_job_id'", false)]
    public async Task What_the_configuration_joins_be_it_nothing_is_what_is_joined(string? joins, string? parent, bool isPro)
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.SqlAsync(Pro);
        var given = new (string Key, string? Value)[] { ("Preset", "oban"), ("ConnectionString", "Host=db"), ("Joins", joins), ("ParentId", parent) };
        var read = ReadOptions.Sources(given.Where(s => s.Value is not null).Select(s => ($"JobLineage:Sources:jobs:{s.Key}", s.Value)));
        Assert.Empty(read.Errors);

        var (source, problem) = await SourceProbe.ProbeAsync(Assert.Single(read.Sources).Mapping, fixture.Source);

        Assert.Null(problem?.Message);
        var mapping = source!.Mapping;
        Assert.Equal((isPro, isPro), (mapping.Parents is not null, mapping.KeepsParent));
        if (isPro)
            return;
        Assert.Equal((joins is "" ? null : joins, "meta->>'parent_job_id'", new JsonKey("meta", "parent_job_id")), (mapping.Joins, mapping.ParentId, mapping.ParentKey));
    }

    [Fact]
    public async Task A_parent_by_way_of_other_rows_is_read_with_its_row_and_not_with_every_look_and_comparison()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.SqlAsync(Pro);
        var (source, _) = await SourceProbe.ProbeAsync(Presets.Oban("q"), fixture.Source);
        Assert.True(source!.Mapping.KeepsParent);
        Assert.Empty(source.Outside);
        foreach (var sql in new[] { ScanSql.Scan(source, null, null, null), ScanSql.States(source, isAfter: false, 10) })
            Assert.DoesNotContain("jsonb_array_elements", string.Join('\n', await fixture.Database.TextsAsync("explain " + sql)));

        var feed = await fixture.FilledAsync(Presets.Oban("q"));
        Assert.Equal("1", await ParentAsync());
        Assert.Equal(0, await feed.ReconcileAsync());
        // What came to be there later is found when the job's own row changes.
        await fixture.SqlAsync("insert into oban_jobs (id, worker, state, meta) values (4, 'App.Page', 'available', '{\"workflow_id\": \"w\", \"name\": \"d\", \"deps\": [\"c\"]}')");
        await feed.TickAsync();
        await fixture.SqlAsync("insert into oban_jobs (id, worker, state, meta) values (3, 'App.Sync', 'completed', '{\"workflow_id\": \"w\", \"name\": \"c\"}')");
        await feed.TickAsync();
        await fixture.SqlAsync("update oban_jobs set state = 'executing' where id = 4");
        await feed.TickAsync();
        Assert.Equal("3", await ParentAsync(4));
        // And one that was seen stays.
        await fixture.SqlAsync("delete from oban_jobs where id = 1");
        await feed.ReconcileAsync();
        Assert.Equal("1", await ParentAsync());

        Task<string?> ParentAsync(int id = 2) => fixture.Database.ScalarAsync<string>($"select parent_id from job_lineage.job where id = '{id}'");
    }
}
