using JobLineage.Core.Diagnosis;
using JobLineage.Core.Engines;
using JobLineage.Core.Lineage;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Core.Sources;
using JobLineage.Core.Store.Reading;
using JobLineage.Tests.Store;
using JobLineage.Tests.Support;
using JobLineage.Tests.Views;

namespace JobLineage.Tests.Filters;

/// <summary>One filter finds the same jobs in memory, on the page, in the export, and pasted into psql.</summary>
public sealed class SameJobsTests
{
    [Fact]
    public Task Recorded_runs_that_are_held_together_by_links() => ComparedAsync(RecordedData.ObanEnd, Presets.Oban("oban"), "60", 7, 150);

    [Fact]
    public Task Recorded_runs_that_share_a_key() => ComparedAsync(RecordedData.ResearchMid, Presets.ResearchJobs("research_jobs"), "31", 8, 80);

    [Fact]
    public async Task Arguments_and_texts_are_exact_whatever_they_hold()
    {
        const string hostile = "it's \\ \" % _ $1 :x ''; drop table oban_jobs; -- \u202e é 🤖";
        await using var fixture = await ViewsFixture.CreateAsync(
            new Row(1, null, "Root"),
            new Row(2, 1, "A") { Args = System.Text.Json.JsonSerializer.Serialize(new Dictionary<string, object?> { ["v"] = hostile, ["a.b"] = new { c = "100%" }, [hostile] = 1 }) },
            new Row(3, 1, "A") { Args = """{"v":"it's","n":13,"t":true,"z":null,"l":[1,{"k":"x"}],"e":""}""" },
            new Row(4, 1, "B") { Args = """{"v":"its","n":"13","a.b":{"c":"100 "},"l":{"1":{"k":"x"}}}""", Queue = hostile },
            new Row(5, 4, "B", "discarded") { Args = """{"n":13.0}""", Error = "movie_not_ready: page 17 'x' 100%" },
            new Row(6, 4, "B", "retryable") { Args = """{"n":"1_3"}""", Error = "movie-not-ready" },
            // Of another run.
            new Row(70, null, "Root"), new Row(99, 70, "A"));
        var same = await Same.OfAsync(fixture.Store, Presets.Oban("oban"), "1");
        foreach (var (typed, ids) in new[]
        {
            ("args.n:13", "3 4"), ("args.n:13.0", "5"), ("args.t:true", "3"), ("args.z:null", "3"), ("args.l.1.k:x", "3 4"), ("args.e:\"\"", "3"), ("args.\"a.b\".c:100%", "2"),
            ("args.n:1_3", "6"), ("args.n:1%3", ""), ("args.v:\"it's\"", "3"), ("1_3", "6"), ("100%", "2"), ("IT'S", "2 3"),
            ("error:movie_not_ready", "5"), ("error:\"movie_not_ready: page 99\"", "5"), ("error:NOT", "5 6"), ("error:NOT state:retryable", "6"), ("error:100%", ""), ("error:zzz", ""),
            ("worker:B", "4 5 6"), ("worker:App.B below:4", "5 6"), ("id:2,5,99", "2 5"), ("id:99", ""), ("id:70,99 worker:A", ""), ("below:1", "1 2 3 4 5 6"), ("below:99", ""), ("id:2,5 below:4", "5"), ("state:discarded,retryable", "5 6"),
            ("worker:Nobody", ""), ("older:1m", "1 2 3 4 5 6"), ("newer:1m", ""), ("queue:default worker:B", "5 6"), ("stage:Root/A args.n:13", "3"),
        })
        {
            var filter = JobFilter.Parse(typed);
            Assert.True(filter.Problem is null, $"{typed}: {filter.Problem}");
            Assert.Equal((typed, ids), (typed, string.Join(' ', await same.FindAsync(filter.Filter))));
        }

        foreach (var filter in new JobFilter[]
        {
            new() { Args = [new(["v"], hostile)] }, new() { Args = [new([hostile], "1")] }, new() { Texts = ["$1 :x ''; drop table oban_jobs; --"] }, new() { Queue = hostile }, new() { Ids = [hostile] },
            new() { Worker = hostile }, new() { ErrorTexts = [hostile] }, new() { Below = hostile },
        })
            await same.FindAsync(filter);
        Assert.Equal(["2"], await same.FindAsync(new() { Args = [new(["v"], hostile)] }));
        Assert.Equal(["2"], await same.FindAsync(new() { Args = [new([hostile], "1")] }));
        Assert.Equal(["4"], await same.FindAsync(new() { Queue = hostile }));
    }

    [Fact]
    public async Task Of_a_single_the_page_and_the_export_find_the_same()
    {
        await using var fixture = await ViewsFixture.CreateAsync(new Row(1, null, "Mail", "discarded") { Error = "boom 7", Queue = "mail", Args = """{"n":13}""" });
        var same = await Same.OfAsync(fixture.Store, Presets.Oban("oban"), "1");
        foreach (var (typed, found) in new[]
        {
            ("worker:Mail", true), ("worker:App.Mail", true), ("worker:Other", false), ("args.n:13", true), ("args.n:14", false), ("error:boom", true), ("error:\"boom 9\"", true), ("error:bang", false),
            ("older:1m", true), ("newer:1m", false), ("id:1", true), ("id:2", false), ("state:discarded,completed", true), ("queue:mail 13", true), ("stage:Mail", true),
            ("below:1", true), ("below:1 id:1", true), ("below:2", false), ("worker:?", false),
        })
            Assert.Equal((typed, found), (typed, (await same.FindAsync(JobFilter.Parse(typed).Filter)).Count == 1));
    }

    [Fact]
    public async Task A_worker_without_a_name_is_found_as_it_is_shown()
    {
        const string nameless = "alter table oban_jobs drop constraint worker_length; update oban_jobs set worker = '' where id in (4, 5)";
        await using var fixture = await ViewsFixture.CreateAsync(
            nameless, null, new Row(1, null, "Root"), new Row(2, 1, "?"), new Row(3, 1, "Why?"), new Row(4, 1, "A"), new Row(5, null, "Mail"), new Row(6, null, "Why?"));
        foreach (var (root, typed, ids) in new[] { ("1", "worker:?", "2 4"), ("1", "worker:Why?", "3"), ("5", "worker:?", "5"), ("6", "worker:?", ""), ("6", "worker:Why?", "6") })
        {
            var same = await Same.OfAsync(fixture.Store, Presets.Oban("oban"), root);
            Assert.Equal((root, typed, ids), (root, typed, string.Join(' ', await same.FindAsync(JobFilter.Parse(typed).Filter))));
        }
    }

    [Fact]
    public async Task Letters_that_arguments_have_by_their_numbers_are_found()
    {
        await using var fixture = await ViewsFixture.CreateAsync(
            new Row(1, null, "Root"), new Row(2, 1, "A") { Args = """{"v":"Abc-1"}""" }, new Row(3, 1, "A") { Args = """{"v":"Abc-2"}""" }, new Row(4, 1, "A") { Args = """{"v":true,"w":null}""" });
        await fixture.Store.SqlAsync("update job_lineage.job set args = $${\"v\":\"\\u0041bc-1\"}$$ where id = '2'");
        var same = await Same.OfAsync(fixture.Store, Presets.Oban("oban"), "1");

        Assert.Equal(["2"], await same.FindAsync(JobFilter.Parse("args.v:Abc-1").Filter));
        Assert.Equal(["3"], await same.FindAsync(JobFilter.Parse("args.v:Abc-2").Filter));
        Assert.Equal(["4"], await same.FindAsync(JobFilter.Parse("args.v:true args.w:null").Filter));
    }

    [Fact]
    public async Task An_error_of_many_kinds_is_found_job_by_job()
    {
        // No two letters alike, so that no two are of one kind.
        static string Kind(int n) => $"boom {(char)('a' + n / 26)}{(char)('a' + n % 26)}{(char)('a' + n % 7)}";
        await using var fixture = await ViewsFixture.CreateAsync(
        [
            new(1, null, "Root"), .. Enumerable.Range(0, 450).Select(n => new Row(n + 2, 1, "A", "discarded", n) { Error = Kind(n) }),
        ]);
        var same = await Same.OfAsync(fixture.Store, Presets.Oban("oban"), "1");

        Assert.Equal(450, (await same.FindAsync(new() { ErrorTexts = ["BOOM"] })).Count);
        Assert.Equal(26, (await same.FindAsync(new() { ErrorTexts = ["boom b"] })).Count);
    }

    private static async Task ComparedAsync(RecordedData data, SourceMapping mapping, string root, int seed, int filters)
    {
        await using var store = await StoreFixture.CreateAsync(data);
        await store.FilledAsync(mapping);
        var same = await Same.OfAsync(store, mapping, root);
        var random = new RandomFilters(new(seed));
        var (args, spans) = (same.Arguments(), same.Spans());
        var (found, said) = (0, 0);
        for (var i = 0; i < filters; i++)
        {
            if ((await same.FindAsync(random.Of(same.Jobs, args, spans))).Count > 0)
                found++;
            said = same.Said;
        }

        // Else nothing was compared.
        Assert.True(found > filters / 4, $"{found} of {filters} found any job");
        Assert.True(said > filters / 3, $"{said} of {filters} were said in SQL");
    }

    /// <summary>The four ways to find jobs of one run.</summary>
    private sealed class Same(StoreFixture store, SourceMapping mapping, string root, IReadOnlyList<ExportedJob> all)
    {
        private readonly HandSqlSource sql = new(mapping, store.Source, TimeProvider.System);

        public IReadOnlyList<(Job Job, string Stage)> Jobs => field ??= [.. all.Select(job => (job.Job, job.Stage))];

        /// <summary>How many were said in SQL, not named by their ids.</summary>
        public int Said { get; private set; }

        public static async Task<Same> OfAsync(StoreFixture store, SourceMapping mapping, string root)
        {
            var jobs = new List<ExportedJob>();
            await using var export = await new ExportReader(store.Store, store.Reader, TimeProvider.System).OpenAsync(new() { Source = mapping.Name, RootId = root }, default);
            await foreach (var job in export!.Jobs)
                jobs.Add(job);
            return new(store, mapping, root, jobs);
        }

        /// <summary>The ids that all four find.</summary>
        public async Task<List<string>> FindAsync(JobFilter filter)
        {
            var memory = Sorted(Memory(filter));
            var views = new ViewsReader(store.Store, TimeProvider.System);
            var query = new JobsQuery { Source = mapping.Name, RootId = root, Filter = filter, Size = 60 };
            foreach (var sort in new[] { JobSort.Errors, JobSort.Oldest })
                Assert.Equal((filter.ToString(), sort, string.Join(' ', memory)), (filter.ToString(), sort, string.Join(' ', Sorted(await PagesAsync(views, query with { Sort = sort })))));
            var exported = new List<string>();
            await using (var export = await new ExportReader(store.Store, store.Reader, TimeProvider.System).OpenAsync(JobSelection.Of(query), default))
            {
                await foreach (var job in export!.Jobs)
                    exported.Add(job.Job.Id);
            }

            Assert.Equal((filter.ToString(), string.Join(' ', memory)), (filter.ToString(), string.Join(' ', Sorted(exported))));
            var run = await store.RunAsync(root, mapping.Name);
            if (await sql.WriteAsync(run, filter, default) is not { } statement)
            {
                Assert.True(filter.HasError || mapping.Name != "oban", $"{filter} is not said in SQL");
                return memory;
            }

            Said++;
            Assert.Equal((filter.ToString(), string.Join(' ', memory)), (filter.ToString(), string.Join(' ', Sorted(await PastedAsync(statement)))));
            return memory;
        }

        /// <summary>Arguments that there are, and some that there are not.</summary>
        public List<JobArgument> Arguments()
        {
            var found = new List<JobArgument> { new(["nobody"], "1") };
            foreach (var (job, _) in Jobs)
            {
                using var json = System.Text.Json.JsonDocument.Parse(job.Args ?? "{}");
                if (json.RootElement.ValueKind != System.Text.Json.JsonValueKind.Object)
                    continue;
                found.AddRange(json.RootElement.EnumerateObject().Where(p => p.Name.Length > 0).Select(p => new JobArgument([p.Name], p.Value.ToString())));
            }

            return found;
        }

        /// <summary>Spans that end where nothing happened for two minutes, so that it does not matter when it is asked.</summary>
        public List<TimeSpan> Spans()
        {
            var now = TimeProvider.System.GetUtcNow();
            var times = Jobs.Select(job => JobFilterMatch.LatestAt(job.Job, now)).OfType<DateTimeOffset>().Order().ToList();
            return [.. times.Zip(times.Skip(1)).Where(gap => gap.Second - gap.First > TimeSpan.FromMinutes(2)).Select(gap => Whole(now - gap.First - ((gap.Second - gap.First) / 2))), Whole(now - times[0] + TimeSpan.FromHours(1))];

            static TimeSpan Whole(TimeSpan span) => TimeSpan.FromSeconds(Math.Max(1, (long)span.TotalSeconds));
        }

        private IEnumerable<string> Memory(JobFilter filter)
        {
            var parents = Jobs.ToDictionary(job => job.Job.Id, job => job.Job.ParentId);
            bool IsBelow(string id, string above)
            {
                if (above == root)
                    return true;
                for (var at = mapping.RunKey is null ? parents.GetValueOrDefault(id) : null; at is not null; at = parents.GetValueOrDefault(at))
                {
                    if (at == above)
                        return true;
                }

                return false;
            }

            var now = TimeProvider.System.GetUtcNow();
            return all.Where(job => JobFilterMatch.IsNear(filter, job.Job, job.Stage, now, above => IsBelow(job.Job.Id, above)) && JobFilterMatch.IsWhole(filter, job.Job, job.ErrorId)).Select(job => job.Job.Id);
        }

        private static async Task<List<string>> PagesAsync(ViewsReader views, JobsQuery query)
        {
            var ids = new List<string>();
            for (JobsCursor? after = null; ;)
            {
                var page = await views.ListJobsAsync(query with { After = after }, default);
                ids.AddRange(page!.Jobs.Select(job => job.Id));
                if ((after = page.Next) is null)
                    return ids;
            }
        }

        private async Task<List<string>> PastedAsync(string statement)
        {
            await using var connection = await store.Source.OpenConnectionAsync();
            await using var command = new Npgsql.NpgsqlCommand(statement, connection);
            await using var reader = await command.ExecuteReaderAsync();
            var ids = new List<string>();
            while (await reader.ReadAsync())
                ids.Add(reader["id"].ToString()!);
            return ids;
        }

        private static List<string> Sorted(IEnumerable<string> ids) => [.. ids.Order(StringComparer.Ordinal)];
    }
}
