using Dapper;
using JobLineage.Core.Export;
using JobLineage.Core.Lineage;
using JobLineage.Core.Lineage.Inference;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Tests.Support;
using Npgsql;

namespace JobLineage.Tests.Lineage.Inference;

/// <summary>What inference reads of a table, and how.</summary>
public sealed class InferenceReadingTests
{
    private const string Hostile = "'; drop table oban_jobs; -- $1 \" ż";

    [Fact]
    public async Task No_reading_scans_the_table_and_ids_with_gaps_are_no_hindrance()
    {
        await using var fixture = await LineageFixture.ObanAsync();
        await fixture.Database.ExecuteAsync("""
            insert into oban_jobs (id, worker, state, args, inserted_at, attempted_at, completed_at, attempt)
            select n * 1000 + n % 7, case when n = 500 then 'App.Sync' else 'App.Page' end, 'completed', jsonb_build_object('source_id', n / 100),
                timestamp '2026-03-01' + n * interval '10 s', timestamp '2026-03-01' + n * interval '10 s' + interval '1 s',
                timestamp '2026-03-01' + n * interval '10 s' + interval '500 s', 1
            from generate_series(1, 20000) n;
            analyze oban_jobs
            """);
        var queries = await InferenceFixture.OfAsync(fixture);
        var before = await ScansAsync(fixture);
        var run = (await queries.InferAsync("500003", "source_id", TimeSpan.FromMinutes(30)))!;
        Assert.Equal(before, await ScansAsync(fixture));
        // 1,800 s at one in ten.
        Assert.Equal((180, false), (run.Window.Examined, run.Window.IsCut));
        Assert.Equal(99, run.Jobs.Count(j => j.ParentId is not null));
    }

    [Fact]
    public async Task A_window_with_more_than_can_be_read_is_searched_for_the_keys_value()
    {
        await using var fixture = await LineageFixture.ObanAsync();
        await using (var connection = await fixture.Database.OpenAsync())
        {
            await connection.ExecuteAsync("""
                insert into oban_jobs (id, worker, state, args, inserted_at, attempted_at, completed_at, attempt)
                select n, case when n = 1 then 'App.Sync' else 'App.Page' end, 'completed',
                    case when n = 1 or n % 50 = 0 then jsonb_build_object(@key, jsonb_build_object('in', @value)) else '{"other":1}' end,
                    timestamp '2026-03-01' + n * interval '1 s', timestamp '2026-03-01' + n * interval '1 s', timestamp '2026-03-02', 1
                from generate_series(1, 1000) n
                """, new { key = Hostile, value = Hostile });
        }

        var queries = await InferenceFixture.OfAsync(fixture);
        var run = (await queries.InferAsync("1", limit: 100))!;
        Assert.Equal(Hostile, run.KeyValue);
        Assert.Equal([Hostile, "in"], ArgsPath.Parse(run.Key!));
        Assert.True(run.Window.IsCut);
        Assert.Contains(run.Notes, n => n.Contains("more jobs than"));
        // All twenty of the value, not only the two of the first hundred.
        Assert.Equal(20, run.Jobs.Count(j => j.Job.Id != "1" && long.Parse(j.Job.Id) % 50 == 0));
        Assert.Equal(1000, await fixture.Database.ScalarAsync<long>("select count(*) from oban_jobs"));
    }

    [Fact]
    public async Task Times_at_the_ends_of_time_are_unknown_and_stand_in_nobodys_way()
    {
        await using var fixture = await LineageFixture.ObanAsync();
        await fixture.Database.ExecuteAsync("""
            insert into oban_jobs (id, worker, state, args, inserted_at, attempted_at, completed_at, attempt)
            select n, case when n = 1 then 'App.Sync' else 'App.Page' end, 'completed', '{"site":"north-1"}',
                case n % 10 when 3 then timestamp 'infinity' when 4 then timestamp '-infinity' when 5 then timestamp '0044-03-15 BC' when 6 then timestamp '294276-12-31'
                    else timestamp '2026-03-01' + n * interval '1 s' end,
                case n % 10 when 7 then timestamp 'infinity' when 8 then timestamp '-infinity' else timestamp '2026-03-01' end,
                case n % 10 when 7 then timestamp '294276-12-31' when 8 then timestamp 'infinity' else timestamp '2026-03-02' end, 1
            from generate_series(1, 100) n
            """);
        var queries = await InferenceFixture.OfAsync(fixture);
        for (var id = 1; id <= 10; id++)
            Assert.NotNull(await queries.InferAsync($"{id}"));
        // A time that is no time does not end the window.
        Assert.Equal(99, (await queries.InferAsync("1"))!.Window.Examined);
        // Ids that do not grow with time: the window is one of times.
        var text = Core.Engines.Presets.Oban("oban") with { Id = "key" };
        await fixture.Database.ExecuteAsync("alter table oban_jobs add column key text; update oban_jobs set key = 'k' || id; create index on oban_jobs (key)");
        queries = await InferenceFixture.OfAsync(fixture, text);
        Assert.NotNull(await queries.InferAsync("k1"));
        await Assert.ThrowsAsync<InferenceException>(() => queries.InferAsync("k3"));
    }

    [Fact]
    public async Task A_root_that_the_queue_has_pruned_is_inferred_from_by_what_was_kept_of_it()
    {
        await using var fixture = await LineageFixture.ObanAsync();
        await fixture.Database.ExecuteAsync("""
            insert into oban_jobs (id, worker, state, args, inserted_at, attempted_at, completed_at, attempt)
            select n, case when n = 1 then 'App.Sync' else 'App.Page' end, 'completed', '{"site":"north-1"}',
                timestamp '2026-03-01' + n * interval '1 s', timestamp '2026-03-01' + n * interval '1 s', timestamp '2026-03-02', 1 from generate_series(1, 20) n
            """);
        var queries = await InferenceFixture.OfAsync(fixture);
        var whole = (await queries.InferAsync("1"))!;
        await fixture.Database.ExecuteAsync("delete from oban_jobs where id = 1");
        Assert.Null(await queries.InferAsync("1"));

        var at = new DateTimeOffset(2026, 3, 1, 0, 0, 1, TimeSpan.Zero);
        var kept = new Core.Model.Job { Source = "oban", Id = "1", State = Core.Model.JobState.Completed, Worker = "App.Sync", Args = """{"site":"north-1"}""", InsertedAt = at, AttemptedAt = at, FinishedAt = at.AddDays(1), Attempt = 1 };
        var run = (await queries.InferAsync("1", kept: kept))!;

        Assert.Equal(whole.Jobs.Select(job => (job.Job.Id, job.ParentId)), run.Jobs.Select(job => (job.Job.Id, job.ParentId)));
        Assert.Contains("is not in the queue any more", run.Notes[0]);
    }

    [Fact]
    public async Task Secrets_link_nothing_and_are_shown_nowhere()
    {
        await using var fixture = await LineageFixture.ObanAsync();
        await fixture.Database.ExecuteAsync("""
            insert into oban_jobs (id, worker, state, args, inserted_at, attempted_at, completed_at, attempt)
            select n, case when n = 1 then 'App.Sync' else 'App.Page' end, 'completed', '{"token":"s3cret-s3cret","site":"north-1"}',
                timestamp '2026-03-01' + n * interval '1 s', timestamp '2026-03-01', timestamp '2026-03-02', 1 from generate_series(1, 20) n
            """);
        var run = (await (await InferenceFixture.OfAsync(fixture)).InferAsync("1"))!;
        Assert.Equal(["site"], run.Keys.Select(k => k.Key));
        Assert.DoesNotContain("s3cret", ContractJson.Line(run.ToAnswer(withJobs: true)));
    }

    [Fact]
    public async Task Ids_that_do_not_grow_are_read_by_time()
    {
        await using var fixture = await LineageFixture.CreateAsync();
        await fixture.Database.ExecuteAsync("""
            create table tasks (id uuid primary key, kind text, status text, payload jsonb, parent_id uuid, created_at timestamptz, started_at timestamptz, done_at timestamptz);
            insert into tasks select md5(n::text)::uuid, case when n = 1 then 'sync' else 'page' end, 'done', jsonb_build_object('run', case when n <= 21 then 'north-1' else 'south-2' end),
                null, timestamptz '2026-03-01Z' + n * interval '0.1 s', timestamptz '2026-03-01Z' + n * interval '0.1 s', timestamptz '2026-03-01Z' + interval '60 s'
            from generate_series(1, 40) n;
            create index on tasks (created_at)
            """);
        var mapping = Tasks();
        var queries = await InferenceFixture.OfAsync(fixture, mapping);
        var root = await fixture.Database.ScalarAsync<string>("select md5('1')::uuid::text");
        var run = (await queries.InferAsync(root!))!;
        Assert.Equal(("run", 21), (run.Key, run.Jobs.Count));
        Assert.Null(await queries.InferAsync("7"));
        Assert.Null(await queries.InferAsync(Guid.Empty.ToString()));
    }

    [Fact]
    public async Task What_is_sure_can_be_written_down_and_then_is_lineage()
    {
        await using var fixture = await LineageFixture.CreateAsync(RecordedData.ObanEnd);
        // Some stay recorded: they are not written again.
        await fixture.Database.ExecuteAsync("update oban_jobs set meta = meta - 'parent_job_id' where id < 800");
        var lineage = await fixture.QueriesAsync();
        var run = (await (await InferenceFixture.OfAsync(fixture)).InferAsync("60"))!;
        var sql = BackfillSql.Write(lineage.Source, run)!;
        Assert.Contains("-- Inferred from arguments and times, not recorded", sql);
        var untouched = await fixture.Database.ScalarAsync<string>("select md5(string_agg(meta::text, ',' order by id)) from oban_jobs where id >= 800");
        await fixture.Database.ExecuteAsync(sql);

        var sure = run.Jobs.Where(j => j is { Certainty: Certainty.Sure, ParentId: not null, IsRecorded: false }).ToList();
        Assert.True(sure.Count > 500, $"{sure.Count}");
        var written = (await lineage.GetJobTreeAsync("60", fromHere: true))!.Nodes.ToDictionary(n => n.Job.Id, n => n.ParentId);
        foreach (var link in sure.Where(l => written.ContainsKey(l.Job.Id)))
            Assert.Equal(link.ParentId, written[link.Job.Id]);
        Assert.Equal(sure.Count, await fixture.Database.ScalarAsync<long>("select count(*) from oban_jobs where id < 800 and meta->>'parent_job_id' is not null"));
        Assert.Equal(untouched, await fixture.Database.ScalarAsync<string>("select md5(string_agg(meta::text, ',' order by id)) from oban_jobs where id >= 800"));
        // A second time there is nothing to do.
        await fixture.Database.ExecuteAsync(sql);
        Assert.True(BackfillSql.Write(lineage.Source, run, andLikely: true)!.Length > sql.Length);
    }

    [Fact]
    public void An_id_of_text_is_a_literal_and_nothing_else_is_foreign()
    {
        var mapping = Tasks() with { ParentId = "parent_id", ParentKey = null };
        var source = new ProbedSource(mapping, JobIdKind.Text, "text", null, true);
        var job = new Job { Source = "tasks", Id = "a'); drop table tasks;\n--\\", Worker = "evil\n; drop table tasks;" };
        var run = Run(new(job, "b'", "x", 2, 1, 1, Certainty.Sure, false, ["\n; drop"], []));
        var sql = BackfillSql.Write(source, run)!;
        Assert.Contains("""(E'a\'\'); drop table tasks;""".Replace("\\'\\'", "''"), sql);
        Assert.Contains("'b'''::text", sql);
        Assert.DoesNotContain("evil", sql);
        Assert.DoesNotContain("; drop\n", sql);
        Assert.Contains("set parent_id = jl_link.jl_parent", sql);
        Assert.Null(BackfillSql.Write(source with { Mapping = mapping with { ParentId = "lower(parent_id)" } }, run));
        Assert.Null(BackfillSql.Write(source with { Mapping = mapping with { RunKey = "x" } }, run));
    }

    private static SourceMapping Tasks() => new()
    {
        Name = "tasks",
        Table = "tasks",
        State = "status",
        States = new Dictionary<string, JobState> { ["done"] = JobState.Completed },
        Worker = "kind",
        ParentId = "parent_id",
        InsertedAt = "created_at",
        AttemptedAt = "started_at",
        FinishedAt = "done_at",
        Args = "payload",
    };

    private static InferredRun Run(InferredLink link) => new()
    {
        Run = SomeRuns.Run(),
        Keys = [],
        Window = new(null, null, null, 1, false),
        Stages = [],
        Jobs = [link],
        Notes = [],
    };

    /// <summary>
    /// Sequential scans of the table so far. A session's counts are in the server's statistics when it has left the list of
    /// sessions, never surely before; how long that takes depends on how busy the machine is, so it is waited for. Whoever asks has a
    /// session of its own, which has counted nothing: a pooled one may have made the table's indexes, each with a scan.
    /// </summary>
    private static async Task<long> ScansAsync(LineageFixture fixture)
    {
        fixture.Connections.Clear();
        await using (var pooled = new NpgsqlConnection(fixture.Database.ConnectionString))
            NpgsqlConnection.ClearPool(pooled);
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(fixture.Database.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await Feed.Soon.IsTrueAsync(async () => await connection.ExecuteScalarAsync<long>(
            "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and backend_type <> 'autovacuum worker'") == 0);
        await connection.ExecuteAsync("select pg_stat_clear_snapshot()");
        return await connection.ExecuteScalarAsync<long>("select seq_scan from pg_stat_user_tables where relname = 'oban_jobs'");
    }
}
