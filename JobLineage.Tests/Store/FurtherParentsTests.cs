using System.Text;
using System.Text.Json;
using JobLineage.Core.Export;
using JobLineage.Core.Lineage;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Core.Store.Reading;
using JobLineage.Tests.Engines.Conformance;
using JobLineage.Tests.Export;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Store;

/// <summary>Jobs with several parents, as pg-boss's flows and dead letters have them: what a run says of those that are not in the tree.</summary>
[Takes(20)]
public sealed class FurtherParentsTests
{
    private const string Page = "sync/page";
    private const string Report = Page + "/report";
    private const string Mail = Page + "/mail";

    /// <summary>sync → 3 pages; two reports after all pages; a mail after a page and the first report.</summary>
    private static readonly string[] Flow =
    [
        "insert into pgboss.queue (name, policy, retry_limit, retry_delay, retry_backoff, expire_seconds, retention_seconds, deletion_seconds, partition, table_name) select name, 'standard', 2, 0, false, 900, 1209600, 604800, false, 'job_common' from unnest(array['sync', 'page', 'report', 'mail']) name",
        $$"""
        insert into pgboss.job (id, name, policy, data, state, created_on) values
            ('{{Id(1)}}', 'sync', 'standard', null, 'completed', '2026-01-01'),
            ('{{Id(11)}}', 'page', 'standard', '{"parentJobId": "{{Id(1)}}"}', 'completed', '2026-01-02'),
            ('{{Id(12)}}', 'page', 'standard', '{"parentJobId": "{{Id(1)}}"}', 'completed', '2026-01-03'),
            ('{{Id(13)}}', 'page', 'standard', '{"parentJobId": "{{Id(1)}}"}', 'active', '2026-01-04'),
            ('{{Id(21)}}', 'report', 'standard', null, 'created', '2026-01-05'),
            ('{{Id(22)}}', 'report', 'standard', null, 'created', '2026-01-06'),
            ('{{Id(31)}}', 'mail', 'standard', null, 'created', '2026-01-07'),
            ('{{Id(91)}}', 'page', 'standard', null, 'completed', '2026-01-08')
        """,
        $"""
        insert into pgboss.job_dependency (child_name, child_id, parent_name, parent_id) values
            ('report', '{Id(21)}', 'page', '{Id(11)}'), ('report', '{Id(21)}', 'page', '{Id(12)}'), ('report', '{Id(21)}', 'page', '{Id(13)}'),
            ('report', '{Id(22)}', 'page', '{Id(11)}'), ('report', '{Id(22)}', 'page', '{Id(12)}'), ('report', '{Id(22)}', 'page', '{Id(91)}'),
            ('mail', '{Id(31)}', 'page', '{Id(12)}'), ('mail', '{Id(31)}', 'report', '{Id(21)}'), ('mail', '{Id(31)}', 'sync', '{Id(1)}'), ('mail', '{Id(31)}', 'sync', '{Id(404)}')
        """,
        // The mail is to hang below a page, whatever the time of the root.
        $"update pgboss.job set created_on = '2026-02-01' where id = '{Id(1)}'",
    ];

    [Fact]
    public async Task A_run_says_between_which_stages_jobs_have_further_parents_and_how_many_jobs()
    {
        await using var fixture = await EngineRows.MakeAsync("pgboss12", Flow);
        await fixture.FilledAsync(Presets.Find("pg_boss", "q"));

        var run = await fixture.RunAsync(Id(1), "q");

        // A job with two further parents in a stage counts once, one outside the run and one that is not there not at all.
        Assert.Equal([new StageLink("sync", Mail, 1), new(Page, Report, 2), new(Report, Mail, 1)], run.Links);
        Assert.False(run.LinksAreCut);
        Assert.Equal([new StageEdge("sync", Page, 3), new(Page, Mail, 1), new(Page, Report, 2)], run.Edges.OrderBy(e => (e.From, e.To)));
        // That a page is a further parent of a job in another run says nothing in its own.
        Assert.Empty((await fixture.RunAsync(Id(91), "q")).Links);
    }

    [Fact]
    public async Task The_terminal_says_the_same_without_a_store()
    {
        await using var fixture = await EngineRows.MakeAsync("pgboss12", Flow);
        await fixture.FilledAsync(Presets.Find("pg_boss", "q"));
        var (source, _) = await SourceProbe.ProbeAsync(Presets.Find("pg_boss", "q")!, fixture.Source);
        var queries = new LineageQueries(source!, fixture.Source);

        var stats = (await queries.GetPipelineStatsAsync(Id(1)))!.Run;
        var tree = (await queries.GetJobTreeAsync(Id(1)))!;

        Assert.Equal((await fixture.RunAsync(Id(1), "q")).Links, stats.Links);
        Assert.Contains("report (2)  scheduled 2  also after page (2)\n", TextTree.OfStages(stats));
        Assert.Contains("  scheduled 1  also after sync (1), report (1)\n", TextTree.OfTotals(stats));
        Assert.Contains($"  also after {Id(12)}, {Id(13)}\n", TextTree.OfJobs(tree));
        Assert.Contains($"  also after {Id(21)}, {Id(1)} and 1 more\n", TextTree.OfJobs(tree));
        // The other pages are not below this one.
        Assert.Empty((await queries.GetJobTreeAsync(Id(11), fromHere: true))!.Run.Links);
    }

    [Fact]
    public async Task Exports_name_them_and_what_read_the_file_has_every_id_back()
    {
        await using var fixture = await EngineRows.MakeAsync("pgboss12", Flow);
        await fixture.FilledAsync(Presets.Find("pg_boss", "q"));

        var csv = CsvText.Named(await ExportAsync(fixture, ExportFormat.Csv));
        var text = await ExportAsync(fixture, ExportFormat.Text);
        var json = JsonDocument.Parse(await ExportAsync(fixture, ExportFormat.Json)).RootElement;

        var cell = csv.Single(row => row["id"] == Id(21))["parents"];
        Assert.Equal([Id(12), Id(13)], JsonSerializer.Deserialize<string[]>(CsvGuard.Restore(cell))!);
        Assert.All(csv.Where(row => row["worker"] == "page"), row => Assert.Equal("", row["parents"]));
        Assert.Contains($"  also after {Id(12)}, {Id(13)}\n", text);
        Assert.Contains("  also after page (2)\n", text);
        Assert.Equal("""[{"from":"sync","to":"sync/page/mail","jobs":1},{"from":"sync/page","to":"sync/page/report","jobs":2},{"from":"sync/page/report","to":"sync/page/mail","jobs":1}]""", json.GetProperty("links").GetRawText());
        Assert.False(json.GetProperty("linksTruncated").GetBoolean());
        Assert.Empty(RunExportTests.Schema().Check(json));
        Assert.Contains(" -.->|\"2\"| ", await ExportAsync(fixture, ExportFormat.Mermaid));
    }

    [Fact]
    public async Task Of_too_many_those_of_the_first_jobs_are_counted_and_it_is_said()
    {
        const int reports = 210;
        await using var fixture = await EngineRows.MakeAsync(
            "pgboss12", Flow[0],
            $$"""
            insert into pgboss.job (id, name, policy, data, state, created_on)
            select '{{Id(1)}}'::uuid, 'sync', 'standard', null::jsonb, 'completed'::pgboss.job_state, timestamp '2026-01-01'
            union all select ('00000000-0000-0000-0001-' || lpad(i::text, 12, '0'))::uuid, 'page', 'standard', '{"parentJobId": "{{Id(1)}}"}', 'completed', timestamp '2026-01-02' from generate_series(1, 100) i
            union all select ('00000000-0000-0000-0002-' || lpad(i::text, 12, '0'))::uuid, 'report', 'standard', null, 'created', timestamp '2026-01-03' from generate_series(1, {{reports}}) i
            """,
            $"""
            insert into pgboss.job_dependency (child_name, child_id, parent_name, parent_id)
            select 'report', ('00000000-0000-0000-0002-' || lpad(i::text, 12, '0'))::uuid, 'page', ('00000000-0000-0000-0001-' || lpad(p::text, 12, '0'))::uuid from generate_series(1, {reports}) i, generate_series(1, 100) p
            """);
        await fixture.FilledAsync(Presets.Find("pg_boss", "q"));

        var run = await fixture.RunAsync(Id(1), "q");

        Assert.True(run.LinksAreCut);
        // Each report has 99 further parents: so many of them are those that were looked up, the last one not with all.
        Assert.Equal([new StageLink(Page, Report, (LinkSql.Most + 98) / 99)], run.Links);
        Assert.Contains("more further parents than are counted", TextTree.OfStages(run));
    }

    [Fact]
    public async Task That_there_are_too_many_is_said_wherever_those_lead_that_were_looked_up()
    {
        // Reports of one run, each after 90 pages of another.
        const int reports = (LinkSql.Most / 90) + 2;
        await using var fixture = await EngineRows.MakeAsync(
            "pgboss12", Flow[0],
            $$"""
            insert into pgboss.job (id, name, policy, data, state, created_on)
            select '{{Id(1)}}'::uuid, 'sync', 'standard', null::jsonb, 'completed'::pgboss.job_state, timestamp '2026-01-01'
            union all select '{{Id(2)}}'::uuid, 'sync', 'standard', null::jsonb, 'completed', timestamp '2026-01-01'
            union all select ('00000000-0000-0000-0001-' || lpad(i::text, 12, '0'))::uuid, 'page', 'standard', '{"parentJobId": "{{Id(2)}}"}', 'completed', timestamp '2026-01-02' from generate_series(1, 90) i
            union all select ('00000000-0000-0000-0002-' || lpad(i::text, 12, '0'))::uuid, 'report', 'standard', '{"parentJobId": "{{Id(1)}}"}', 'created', timestamp '2026-01-03' from generate_series(1, {{reports}}) i
            """,
            $"""
            insert into pgboss.job_dependency (child_name, child_id, parent_name, parent_id)
            select 'report', ('00000000-0000-0000-0002-' || lpad(i::text, 12, '0'))::uuid, 'page', ('00000000-0000-0000-0001-' || lpad(p::text, 12, '0'))::uuid from generate_series(1, {reports}) i, generate_series(1, 90) p
            """,
            // The parent in the tree is the first by time.
            $"insert into pgboss.job_dependency (child_name, child_id, parent_name, parent_id) select 'report', id, 'sync', '{Id(1)}' from pgboss.job where name = 'report'");
        await fixture.FilledAsync(Presets.Find("pg_boss", "q"));

        var run = await fixture.RunAsync(Id(1), "q");

        Assert.Equal(reports + 1, run.Total);
        Assert.Empty(run.Links);
        Assert.True(run.LinksAreCut);
        Assert.False((await fixture.RunAsync(Id(2), "q")).LinksAreCut);
    }

    [Fact]
    public async Task Of_a_job_with_more_than_are_kept_it_is_said_that_there_are_more()
    {
        await using var fixture = await EngineRows.MakeAsync(
            "pgboss12", Flow[0],
            $$"""
            insert into pgboss.job (id, name, policy, data, state, created_on)
            select '{{Id(1)}}'::uuid, 'sync', 'standard', null::jsonb, 'completed'::pgboss.job_state, timestamp '2026-01-01'
            union all select ('00000000-0000-0000-0001-' || lpad(i::text, 12, '0'))::uuid, 'page', 'standard', '{"parentJobId": "{{Id(1)}}"}', 'completed', timestamp '2026-01-02' from generate_series(1, 2000) i
            union all select '{{Id(21)}}'::uuid, 'report', 'standard', null::jsonb, 'created', timestamp '2026-01-03'
            """,
            $"""
            insert into pgboss.job_dependency (child_name, child_id, parent_name, parent_id)
            select 'report', '{Id(21)}', 'page', ('00000000-0000-0000-0001-' || lpad(p::text, 12, '0'))::uuid from generate_series(1, 2000) p
            """);
        await fixture.FilledAsync(Presets.Find("pg_boss", "q"));
        var (source, _) = await SourceProbe.ProbeAsync(Presets.Find("pg_boss", "q")!, fixture.Source);

        // The text of so many is longer than what is read of one column.
        Assert.Equal(FurtherParents.Most, (await fixture.JobAsync(Id(21), "q")).Job.Parents.Count);
        var run = await fixture.RunAsync(Id(1), "q");
        var direct = (await new LineageQueries(source!, fixture.Source).GetPipelineStatsAsync(Id(1)))!.Run;
        Assert.All(new[] { run, direct }, r => Assert.Equal((new StageLink(Page, Report, 1), true), (Assert.Single(r.Links), r.LinksAreCut)));
    }

    [Theory]
    [InlineData("[\"a\", \"\\u0000\"]", 0)]
    [InlineData("[\"a\", \"x\\ud800y\"]", 0)]
    [InlineData("[\"a\", \"\\uDC00\\uD83D\"]", 0)]
    [InlineData("[\"a\", \"\\ud83d\\ud83d\\ude00\"]", 0)]
    [InlineData("[\"a\", \"\\\\\\u0000\"]", 0)]
    [InlineData("[\"{0}\", \"\\ud83d\\ude00\"]", 1)]
    [InlineData("[\"{0}\", \"\\\\u0000\", \"\\\\ud800\", \"\\u00e9\"]", 1)]
    public async Task No_stored_text_makes_a_run_unreadable_and_what_can_be_read_of_them_stays_at_the_next_version(string stored, int links)
    {
        await using var fixture = await EngineRows.MakeAsync("pgboss12", Flow);
        await fixture.FilledAsync(Presets.Find("pg_boss", "q"));
        await fixture.SqlAsync($"update job_lineage.job set parents = case when id = '{Id(22)}' then @text end", new { text = stored.Replace("{0}", Id(12)) });
        Assert.Equal(links, (await fixture.RunAsync(Id(1), "q")).Links.Sum(l => l.Jobs));

        await fixture.SqlAsync("delete from job_lineage.migration where version = 37");
        await Core.Store.Migrator.MigrateAsync(fixture.Store, null, default);
        Assert.Equal(links, await fixture.Database.ScalarAsync<long>("select count(parents) from job_lineage.job"));
        Assert.Equal(links, (await fixture.RunAsync(Id(1), "q")).Links.Sum(l => l.Jobs));
    }

    [Fact]
    public async Task Where_no_job_has_several_parents_it_is_one_look_into_an_index_that_has_nothing_of_the_run()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.SqlAsync(
            """
            insert into oban_jobs (id, worker, state, meta)
            select 1, 'App.SyncJob', 'completed'::oban_job_state, '{}'::jsonb union all
            select 100 + i, 'App.PageJob', 'completed', '{"parent_job_id": 1}' from generate_series(1, 5000) i
            """);
        await fixture.FilledAsync();
        await fixture.SqlAsync("vacuum analyze job_lineage.job");
        var plan = await PlanAsync(fixture, "oban", "1", "select * from further");

        Assert.Contains("job_further", plan);
        Assert.DoesNotContain("Seq Scan on job ", plan);
        Assert.DoesNotContain("Rows Removed by Filter", plan);
        Assert.Empty((await fixture.RunAsync(1)).Links);
    }

    [Fact]
    public async Task What_was_found_is_gone_over_once_and_not_with_each_stage()
    {
        await using var fixture = await EngineRows.MakeAsync("pgboss12", Flow);
        await fixture.FilledAsync(Presets.Find("pg_boss", "q"));
        Assert.True(await fixture.CountAsync("stage") > 2);

        var plan = await PlanAsync(fixture, "q", Id(1), $"select s.id, {LinkSql.Columns} from job_lineage.stage s {LinkSql.Join}");

        Assert.Contains("CTE Scan on further", plan);
        Assert.DoesNotMatch("CTE Scan on further .*loops=[2-9]", plan);
    }

    [Theory]
    [InlineData("[1, \"2\", 2, 3, \"x\", null, {}, 7, 4]", JobIdKind.BigInt, "2 3 7")]
    [InlineData("[\"a b\", \"\", \"c\\u0000\", \"\\ud800\", \"d\", \"d\"]", JobIdKind.Text, "a b d")]
    [InlineData("{\"a\": 1}", JobIdKind.BigInt, "")]
    [InlineData("[1, 2", JobIdKind.BigInt, "")]
    [InlineData(null, JobIdKind.BigInt, "")]
    public void What_is_no_id_is_no_parent(string? json, JobIdKind kind, string parents) =>
        Assert.Equal(parents, string.Join(' ', FurtherParents.Read(json, kind, "4", "1")));

    [Theory]
    [InlineData("[1, \"2\", 3", "2")]
    [InlineData("[1, 2, \"3,", "2")]
    [InlineData("[2, [5], {\"a\": 1}, 7, {\"a\": 1", "2 7")]
    [InlineData("[2, 7]", "2 7")]
    [InlineData("[", "")]
    [InlineData("2, 3", "")]
    public void Of_an_array_that_was_cut_off_what_is_whole_counts(string json, string parents) =>
        Assert.Equal(parents, string.Join(' ', FurtherParents.Read(json, JobIdKind.BigInt, "4", "1", cutAt: json.Length)));

    private static async Task<string> PlanAsync(StoreFixture fixture, string source, string job, string select)
    {
        await using var connection = await fixture.Store.OpenConnectionAsync();
        await using var command = new Npgsql.NpgsqlCommand(
            $"explain (analyze, costs off, timing off, summary off) with {LinkSql.Table} {select}".Replace("$1", $"'{source}'").Replace("$2", $"'{job}'"), connection);
        var plan = new StringBuilder();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            plan.AppendLine(reader.GetString(0));
        return plan.ToString();
    }

    private static string Id(int number) => $"00000000-0000-0000-0000-{number:D12}";

    private static async Task<string> ExportAsync(StoreFixture fixture, ExportFormat format)
    {
        await using var export = await new ExportReader(fixture.Store, fixture.Reader, TimeProvider.System).OpenAsync(new() { Source = "q", RootId = Id(1) }, default);
        using var output = new MemoryStream();
        await format.WriteAsync(export!, output);
        return Encoding.UTF8.GetString(output.ToArray());
    }
}
