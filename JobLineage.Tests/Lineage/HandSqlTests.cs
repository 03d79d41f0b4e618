using JobLineage.Core.Lineage;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Core.Store.Reading;
using JobLineage.Dashboard.Hosting;
using JobLineage.Tests.Store;
using JobLineage.Tests.Support;
using Microsoft.Extensions.Configuration;

namespace JobLineage.Tests.Lineage;

/// <summary>Statements to paste: run as they are, they find what the pages list.</summary>
[Takes(40)]
public sealed class HandSqlTests
{
    private const string Showtime = "SyncJob/MoviePageJob/ShowtimeProcessJob";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pasted_it_finds_the_jobs_that_the_page_lists(bool isAdvised)
    {
        await using var store = await StoreFixture.CreateAsync(RecordedData.ObanEnd);
        await store.FilledAsync();
        if (isAdvised)
            await store.SqlAsync("create index advised on oban_jobs ((meta->>'parent_job_id')) where (meta->>'parent_job_id') is not null");
        var run = await store.RunAsync(60);
        var whole = new JobSelection { Source = "oban", RootId = "60" };
        var page = run.Findings.SelectMany(f => f.Jobs).First();
        var above = (await store.JobAsync(page)).Ancestors[^1].Id;
        foreach (var selection in new[]
        {
            whole, whole with { Filter = new() { Stage = Showtime } }, whole with { Filter = new() { Stage = Showtime, States = [JobState.Discarded] } }, whole with { Filter = new() { States = [JobState.Completed] } },
            whole with { Filter = new() { Queue = "scraper_detail" } }, whole with { Filter = new() { Texts = ["ID"] } }, whole with { Filter = new() { Below = above } }, whole with { Filter = new() { Below = above, Stage = Showtime, States = [JobState.Discarded] } },
            whole with { Filter = new() { Ids = [page, "60", "x'; drop table oban_jobs; --"] } }, whole with { Filter = new() { Ids = [page, "60"], Stage = "SyncJob" } }, whole with { Filter = new() { Below = "60", States = [JobState.Available] } },
        }.Concat(run.Stages.Select(stage => whole with { Filter = new() { Stage = stage.Path } })))
        {
            var sql = await WriteAsync(store, Presets.Oban("oban"), run, selection);

            Assert.Contains(isAdvised || selection.Filter is { Ids.Count: > 0, Stage: null } ? "select *" : "@> jsonb_build_object('parent_job_id', jl_run.jl_id)", sql);
            Assert.Equal(await ExportedAsync(store, selection), await PastedAsync(store, sql));
        }
    }

    [Fact]
    public async Task Runs_that_share_a_key_are_found_by_it()
    {
        await using var store = await StoreFixture.CreateAsync(RecordedData.ResearchMid);
        var mapping = Presets.ResearchJobs("research_jobs");
        await store.FilledAsync(mapping);
        var run = await store.RunAsync(31, "research_jobs");
        var whole = new JobSelection { Source = "research_jobs", RootId = "31" };
        Assert.NotEmpty(await ExportedAsync(store, whole));
        foreach (var selection in run.Stages.Select(stage => whole with { Filter = new() { Stage = stage.Path } }).Append(whole).Append(whole with { Filter = new() { States = [JobState.Completed] } }).Append(whole with { Filter = new() { Queue = "apple" } }))
        {
            var sql = await WriteAsync(store, mapping, run, selection);

            Assert.Contains("(payload->>'chain_started_at') = (select (payload->>'chain_started_at') from", sql);
            Assert.Equal(await ExportedAsync(store, selection), await PastedAsync(store, sql));
        }
    }

    [Fact]
    public async Task Recurring_workers_circles_and_roots_that_are_missing_are_where_the_page_has_them()
    {
        await using var store = await StoreFixture.ObanAsync();
        await store.ObanJobsAsync(
            (1, null, "App.Sync", "completed"), (2, "1", "App.Page", "completed"), (3, "2", "App.Page", "completed"), (4, "3", "App.Detail", "available"), (5, "4", "App.Page", "completed"),
            (11, "13", "App.A", "completed"), (12, "11", "App.B", "completed"), (13, "12", "App.A", "completed"), (22, "21", "App.C", "completed"), (23, "22", "App.D", "available"), (24, "\"21\"", "App.C", "available"));
        await store.FilledAsync();
        foreach (var root in new[] { "1", "11", "21" })
        {
            var run = await store.RunAsync(root);
            Assert.Contains(run.Stages, s => s.Total > 0);
            foreach (var stage in run.Stages.Select(s => s.Path).Prepend(null))
            {
                var selection = new JobSelection { Source = "oban", RootId = run.RootId, Filter = new() { Stage = stage } };
                Assert.Equal(await ExportedAsync(store, selection), await PastedAsync(store, await WriteAsync(store, Presets.Oban("oban"), run, selection)));
            }
        }
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("it's")]
    [InlineData("''; drop table jobs; --")]
    [InlineData("back\\slash\\'")]
    [InlineData("$$ $x$ $1")]
    [InlineData("\"double\" :'var' :x ?")]
    [InlineData("naïve 名前 🤖 e\u0301")]
    [InlineData("line\nbreak\r\n\ttab")]
    [InlineData("\u001b[201~rm\u0003\u202e\u2028")]
    [InlineData("\\u0041 E'x' \\")]
    public async Task Ids_workers_and_queues_that_are_hostile_are_found_and_do_nothing(string text)
    {
        await using var store = await StoreFixture.CreateAsync();
        await store.SqlAsync("create table jobs (id text primary key, parent text, kind text, queue text, status text, args jsonb)");
        await store.SqlAsync(
            "insert into jobs values ('root', null, 'Sync', 'q', 'completed', '{}'), (@text, 'root', @text, @text, 'available', jsonb_build_object('a', 1)), ('below', @text, 'Leaf', 'q', 'available', '{}'), ('odd', 'root', 'Leaf', 'q', 'unheard of', '{}')",
            new { text });
        var mapping = new SourceMapping { Name = "jobs", Table = "jobs", State = "status", States = JobStates.All.ToDictionary(s => s.Name()), Worker = "kind", Queue = "queue", ParentId = "parent", Args = "args" };
        await store.FilledAsync(mapping);
        var run = await store.RunAsync("root", "jobs");
        var whole = new JobSelection { Source = "jobs", RootId = "root" };
        var path = (await store.JobAsync(text, "jobs")).Ancestors.Count > 0 ? run.Stages.Single(s => s.Worker == text).Path : "";
        foreach (var selection in new[] { whole, whole with { Filter = new() { Stage = path } }, whole with { Filter = new() { Queue = text } }, whole with { Filter = new() { Ids = [text] } }, whole with { Filter = new() { Below = text } }, whole with { Filter = new() { Texts = [text] } } })
        {
            var sql = await WriteAsync(store, mapping, run, selection);

            Assert.DoesNotContain(sql, c => c is not '\n' && (char.IsControl(c) || c is '\u202e' or '\u2028'));
            Assert.Equal(await ExportedAsync(store, selection), await PastedAsync(store, sql));
        }

        // Where backslashes mean something in plain strings too.
        Assert.Equal(text, await store.Database.ScalarAsync<string>($"set standard_conforming_strings = off; set backslash_quote = on; select {SourceMapping.Literal(text)}"));
        Assert.Equal(4, await store.Database.ScalarAsync<long>("select count(*) from jobs"));
    }

    [Fact]
    public async Task Ids_that_are_no_uuids_are_nowhere_and_times_of_any_precision_have_the_zone_of_their_type()
    {
        const string one = "00000000-0000-0000-0000-000000000001";
        const string two = "00000000-0000-0000-0000-000000000002";
        await using var store = await StoreFixture.CreateAsync();
        await store.SqlAsync("create table jobs (id uuid primary key, parent uuid, kind text, status text, at timestamp(3), due timestamptz(3))");
        await store.SqlAsync(
            "insert into jobs select id::uuid, parent::uuid, 'A', 'available', (now() at time zone 'Asia/Tokyo') - span::interval, now() - span::interval from (values (@one, null, '1 hour'), (@two, @one, '3 hours')) v (id, parent, span)",
            new { one, two });
        var mapping = new SourceMapping
        {
            Name = "jobs",
            Table = "jobs",
            State = "status",
            States = JobStates.All.ToDictionary(s => s.Name()),
            Worker = "kind",
            ParentId = "parent",
            InsertedAt = "at",
            ScheduledAt = "due",
            TimeZone = "Asia/Tokyo",
        };
        await store.FilledAsync(mapping);
        var run = await store.RunAsync(one, "jobs");
        foreach (var (filter, found) in new (JobFilter, string[])[]
        {
            (new() { Ids = ["abc", two] }, [two]), (new() { Ids = ["abc"] }, []), (new() { Below = "abc" }, []), (new() { Below = one }, [one, two]),
            (new() { Older = TimeSpan.FromHours(2) }, [two]), (new() { Newer = TimeSpan.FromHours(2) }, [one]), (new() { Older = TimeSpan.FromMinutes(30) }, [one, two]), (new() { Newer = TimeSpan.FromMinutes(30) }, []),
        })
        {
            var selection = new JobSelection { Source = "jobs", RootId = one, Filter = filter };
            Assert.Equal((filter.ToString(), string.Join(' ', found)), (filter.ToString(), string.Join(' ', await PastedAsync(store, await WriteAsync(store, mapping, run, selection)))));
            Assert.Equal(found, await ExportedAsync(store, selection));
        }

        var writer = new HandSqlSource(mapping, store.Source, TimeProvider.System);
        Assert.Equal([two], await PastedAsync(store, await writer.WriteAsync([two, "abc"], default)));
        Assert.Empty(await PastedAsync(store, await writer.WriteAsync([], default)));
    }

    [Fact]
    public async Task Arguments_are_said_to_be_searched_where_they_are_and_jobs_that_are_named_are_of_the_run()
    {
        await using var fixture = await Views.ViewsFixture.CreateAsync(
            new Views.Row(1, null, "Root"), new Views.Row(2, 1, "A", "discarded") { Error = "boom", Args = """{"n":7}""" },
            new Views.Row(70, null, "Root"), new Views.Row(99, 70, "A", "discarded") { Error = "boom", Args = """{"n":7}""" });
        var store = fixture.Store;
        var settings = new Dictionary<string, string?> { ["JobLineage:Sources:oban:Preset"] = "oban", ["JobLineage:Sources:oban:ConnectionString"] = store.Database.ConnectionString };
        await using var sources = new WatchedSources(SourcesConfigurationReader.Read(new ConfigurationBuilder().AddInMemoryCollection(settings).Build()), new(), TimeProvider.System);
        var sql = new SourcesSql(sources, store.Reader, new ExportReader(store.Store, store.Reader, TimeProvider.System), TimeProvider.System);
        foreach (var (typed, found, said) in new[]
        {
            ("args.n:7", "2", "Arguments are searched as the queue has them; here they are searched as they are kept: without secrets, and cut where they are long."),
            ("args.n:7 error:boom", "2", "The jobs were found by their arguments as they are kept here: without secrets, and cut where they are long."),
            ("error:boom", "2", null), ("error:boom id:99", "", null), ("id:99,2", "2", null), ("error:nothing", "", null),
        })
        {
            var answer = await sql.FindAsync(new() { Source = "oban", RootId = "1", Filter = JobFilter.Parse(typed).Filter }, default);
            Assert.Equal((typed, found), (typed, string.Join(' ', await PastedAsync(store, answer!.Sql))));
            Assert.Equal((typed, said), (typed, answer.Notes.SingleOrDefault(note => note.Contains("rguments"))));
        }
    }

    [Fact]
    public async Task While_the_source_does_not_answer_the_statement_is_that_of_its_own_migrations()
    {
        await using var nowhere = Npgsql.NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Timeout=2;Username=x;Database=x");

        var sql = await new HandSqlSource(Presets.Oban("oban"), nowhere, TimeProvider.System).WriteAsync(SomeRuns.Run(), JobFilter.All, default);

        Assert.Contains("\"meta\" @> jsonb_build_object('parent_job_id', jl_run.jl_id::text)", sql);
    }

    private static async Task<string> WriteAsync(StoreFixture store, SourceMapping mapping, RunSnapshot run, JobSelection selection)
    {
        var sql = await new HandSqlSource(mapping, store.Source, TimeProvider.System).WriteAsync(run, selection.Filter, default);
        Assert.NotNull(sql);
        return sql;
    }

    private static async Task<List<string>> PastedAsync(StoreFixture store, string sql)
    {
        await using var connection = await store.Source.OpenConnectionAsync();
        await using var command = new Npgsql.NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var ids = new List<string>();
        while (await reader.ReadAsync())
            ids.Add(reader["id"].ToString()!);
        ids.Sort(StringComparer.Ordinal);
        return ids;
    }

    private static async Task<List<string>> ExportedAsync(StoreFixture store, JobSelection selection)
    {
        await using var export = await new ExportReader(store.Store, store.Reader, TimeProvider.System).OpenAsync(selection, default);
        var ids = new List<string>();
        await foreach (var job in export!.Jobs)
            ids.Add(job.Job.Id);
        ids.Sort(StringComparer.Ordinal);
        return ids;
    }
}
