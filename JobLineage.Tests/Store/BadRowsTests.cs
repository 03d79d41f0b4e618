using System.Text.Json;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;

namespace JobLineage.Tests.Store;

/// <summary>Rows as no queue should write them, and queues do.</summary>
public sealed class BadRowsTests
{
    private static readonly SourceMapping Loose = new()
    {
        Name = "loose",
        Table = "loose",
        State = "state",
        States = JobStates.All.ToDictionary(s => s.Name()),
        Worker = "worker",
        ParentId = "parent",
        Attempt = "attempt",
        InsertedAt = "inserted_at",
        ScheduledAt = "scheduled_at",
        AttemptedAt = "attempted_at",
        FinishedAt = "finished_at",
        Args = "args",
        Meta = "meta",
        Errors = "errors",
        LastError = "last_error",
    };

    [Fact]
    public async Task Rows_in_an_unknown_state_are_passed_over_and_the_others_are_read()
    {
        await using var fixture = await LooseAsync();
        await fixture.SqlAsync("insert into loose (id, state, parent) values (1, 'executing', null), (2, 'paused', '1'), (3, 'available', '1'), (4, null, '1')");
        var feed = await fixture.FeedAsync(Loose);
        var words = new List<string>();
        feed.Reader.UnknownState += words.Add;
        await feed.FillAsync();
        await feed.TickAsync();
        Assert.Equal(["", "paused"], words.Distinct().Order());
        Assert.Equal(2, (await fixture.RunAsync(1, "loose")).Total);
        Assert.Equal(0, await feed.ReconcileAsync());
        // A job that falls into such a state keeps no old one, and its place.
        await fixture.SqlAsync("update loose set state = 'paused' where id = 3");
        await feed.TickAsync();
        Assert.True((await fixture.JobAsync(3, "loose")).Job.IsMissing);
        Assert.Equal(1, (await fixture.RunAsync(3, "loose")).Total);
        Assert.Equal(0, await feed.ReconcileAsync());
        await fixture.SqlAsync("update loose set state = 'completed' where id = 3");
        await feed.TickAsync();
        Assert.Equal(JobState.Completed, (await fixture.JobAsync(3, "loose")).Job.State);
    }

    [Theory]
    [InlineData("null", "")]
    [InlineData("'null'", "")]
    [InlineData("'{}'", "0:{}")]
    [InlineData("'[]'", "")]
    [InlineData("'[null, 5, \"boom\", true, [1, [2]], {\"error\": null}, {\"error\": {\"deep\": 1}, \"attempt\": \"x\", \"at\": 7}]'", "0:5|0:boom|0:true|0:[1, [2]]|0:null|0:{\"deep\": 1}")]
    [InlineData("'{\"error\": \"alone\", \"attempt\": 3}'", "3:alone")]
    [InlineData("'\"only text\"'", "0:only text")]
    [InlineData("'[{\"attempt\": 99999999999, \"at\": \"not a time\", \"error\": \"late\"}]'", "0:late")]
    public async Task Errors_of_any_shape_are_kept_as_text(string errors, string expected)
    {
        await using var fixture = await LooseAsync();
        await fixture.SqlAsync($"insert into loose (id, state, errors) values (1, 'discarded', {errors}::json)");
        await fixture.FilledAsync(Loose);
        Assert.Equal(expected, string.Join('|', (await fixture.JobAsync(1, "loose")).Job.Errors.Select(e => $"{e.Attempt}:{e.Message}")));
    }

    [Theory]
    [InlineData("errors")]
    [InlineData("args")]
    [InlineData("meta")]
    public async Task Escapes_that_no_text_can_hold_do_not_stop_the_feed(string column)
    {
        await using var fixture = await LooseAsync();
        string[] odd = [@"a\u0000b", @"a\ud800b", @"\udc00", @"\ud83d\ude00", "<script>alert(1)</script>", @"\u001b[31m"];
        for (var i = 0; i < odd.Length; i++)
        {
            await fixture.SqlAsync($"insert into loose (id, state, {column}) values (@id, 'discarded', @json::json)", new
            {
                id = i + 1,
                json = column == "errors" ? $$"""[{"error": "{{odd[i]}}", "attempt": 1}]""" : $$"""{"{{odd[i]}}": "{{odd[i]}}", "password": "hunter2"}""",
            });
        }

        await fixture.SqlAsync("insert into loose (id, state) values (100, 'available')");
        await fixture.FilledAsync(Loose);
        Assert.Equal(JobState.Available, (await fixture.JobAsync(100, "loose")).Job.State);
        for (var i = 0; i < odd.Length; i++)
        {
            var job = (await fixture.JobAsync(i + 1, "loose")).Job;
            var text = column switch { "errors" => Assert.Single(job.Errors).Message, "args" => job.Args!, _ => job.Meta! };
            Assert.Contains(i switch { 3 when column == "errors" => "😀", 4 => "<script>alert(1)</script>", _ => "" }, text);
            Assert.DoesNotContain("hunter2", text);
        }
    }

    [Fact]
    public async Task Args_of_a_megabyte_are_cut_and_marked_and_the_stored_row_is_small()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.SqlAsync(
            """
            insert into oban_jobs (id, worker, state, args, meta, errors)
            select 1, 'App.Big', 'discarded',
                jsonb_build_object('password', 'hunter2', 'rows', (select jsonb_agg(md5(i::text)) from generate_series(1, 30000) i)),
                jsonb_build_object('token', 'hunter2', 'rows', (select jsonb_agg(md5(i::text)) from generate_series(1, 30000) i)),
                (select array_agg(jsonb_build_object('attempt', n, 'at', '2026-03-01T12:00:00Z', 'error', 'attempt ' || n || ' %{"password" => "hunter2"} ' || (select string_agg(md5(i::text), E'\n') from generate_series(1, 30000) i))) from generate_series(1, 12) n)
            """);
        await fixture.FilledAsync();
        var job = (await fixture.JobAsync(1)).Job;
        Assert.True(job.IsCut);
        Assert.True(job.Args!.Length <= 8192 && job.Meta!.Length <= 8192);
        Assert.DoesNotContain("hunter2", JsonSerializer.Serialize(job));
        Assert.StartsWith("attempt 12 ", job.Errors[^1].Message);
        Assert.Equal(12, job.Errors[^1].Attempt);
        Assert.True(await fixture.Database.ScalarAsync<long>("select octet_length(j::text) from job_lineage.job j") < 40_000);
    }

    [Fact]
    public async Task Times_at_the_ends_of_time_and_beyond_are_read()
    {
        await using var fixture = await LooseAsync();
        await fixture.SqlAsync(
            """
            insert into loose (id, state, parent, inserted_at, scheduled_at, attempted_at, finished_at) values
                (1, 'executing', null, '-infinity', 'infinity', '-infinity', 'infinity'),
                (2, 'available', '1', '-infinity', '-infinity', null, null),
                (3, 'scheduled', '1', 'infinity', 'infinity', null, null),
                (4, 'retryable', '1', '-infinity', '-infinity', 'infinity', null),
                (5, 'completed', '1', '0044-03-15 BC', '0044-03-15 BC', '20000-01-01', '20000-01-01')
            """);
        var feed = await fixture.FilledAsync(Loose);
        var run = await fixture.RunAsync(5, "loose");
        Assert.Equal(5, run.Total);
        Assert.Equal(DateTimeOffset.MinValue, run.StartedAt);
        Assert.Single((await fixture.Reader.ListRunsAsync(new(), default)).Runs);
        Assert.Equal(0, await feed.TickAsync());
        for (var id = 1; id <= 5; id++)
            Assert.Equal("1", (await fixture.JobAsync(id, "loose")).RootId);
        var views = new JobLineage.Core.Store.Reading.ViewsReader(fixture.Store, TimeProvider.System);
        Assert.NotNull(await views.FindTimelineAsync("loose", "1", default));
        Assert.NotNull(await views.ListJobsAsync(new() { Source = "loose", RootId = "1" }, default));
        foreach (var stage in run.Stages)
            Assert.NotNull(await views.FindStageAsync("loose", "1", stage.Path, default));
        Assert.NotNull(await new JobLineage.Core.Store.Reading.CompareReader(fixture.Store, fixture.Reader).CompareAsync("loose", "1", "1", default));
        Assert.Equal(5, (await new JobLineage.Core.Lineage.LineageQueries(feed.Reader.Source, fixture.Source).GetPipelineStatsAsync("3"))!.Run.Total);
    }

    [Theory]
    [InlineData("manual")]
    [InlineData("007")]
    [InlineData("1.0")]
    [InlineData("9223372036854775808")]
    [InlineData("99999999999999999999999999999999")]
    [InlineData(" 1")]
    [InlineData("+1")]
    [InlineData("")]
    [InlineData("1; drop table oban_jobs")]
    public async Task A_parent_that_can_be_no_id_names_nobody(string parent)
    {
        await using var fixture = await LooseAsync();
        await fixture.SqlAsync("insert into loose (id, state, parent) values (1, 'available', null), (7, 'available', null), (2, 'available', @parent)", new { parent });
        var feed = await fixture.FilledAsync(Loose);
        Assert.Equal(0, await fixture.CountAsync("run"));
        Assert.Null((await fixture.JobAsync(2, "loose")).Job.ParentId);
        Assert.Equal(0, await feed.ReconcileAsync());
    }

    [Fact]
    public async Task Numbers_that_are_too_large_and_workers_that_are_empty_are_kept_as_far_as_they_go()
    {
        await using var fixture = await LooseAsync();
        await fixture.SqlAsync(
            "insert into loose (id, state, parent, worker, attempt) values (-9223372036854775808, 'available', null, '', 9999999999), (9223372036854775807, 'completed', '-9223372036854775808', null, -9999999999)");
        var feed = await fixture.FilledAsync(Loose);
        Assert.Equal(["?: available 1, completed 1"], await fixture.StagesAsync(long.MaxValue, "loose"));
        Assert.Equal(int.MaxValue, (await fixture.JobAsync(long.MinValue, "loose")).Job.Attempt);
        Assert.Equal(int.MinValue, (await fixture.JobAsync(long.MaxValue, "loose")).Job.Attempt);
        Assert.Equal(0, await feed.TickAsync());
        Assert.Equal(0, await feed.ReconcileAsync());
    }

    [Fact]
    public async Task Names_of_any_length_do_not_stop_the_feed()
    {
        await using var fixture = await LooseAsync();
        // Random text does not compress: an index would refuse it.
        await fixture.SqlAsync(
            """
            insert into loose (id, state, worker) select 1, 'available', string_agg(md5(random()::text), '') from generate_series(1, 400);
            insert into loose (id, state, parent) select 2, 'available', string_agg(md5(random()::text), '') from generate_series(1, 400);
            insert into loose (id, state) values (3, 'available');
            """);
        await fixture.FilledAsync(Loose);
        Assert.Equal(3, await fixture.CountAsync("job"));
    }

    [Fact]
    public async Task Secrets_are_never_stored()
    {
        await using var fixture = await LooseAsync();
        await fixture.SqlAsync(
            """
            insert into loose (id, state, args, meta, errors, last_error) values (1, 'discarded',
                '{"user": "ann", "Password": "hunter2", "nested": {"list": [{"access_token": {"a": ["hunter2"]}}, {"apiKey": 12345678}]}, "url": "postgres://ann:hunter2@db/x"}',
                '{"headers": {"Authorization": "Bearer hunter2", "X-Api-Key": "hunter2"}, "client_secret": "hunter2"}',
                '[{"attempt": 1, "error": "** (Boom) %{\"password\" => \"hunter2\", token: \"hunter2\"} at postgres://ann:hunter2@db/x"}, {"attempt": 2, "error": "GET /x?access_token=hunter2&b=1 {\"authorization\", \"Bearer hunter2\"} Authorization: Bearer hunter2"}, "secret=''hunter2''"]',
                'password="a\"hunter2" passwd: hunter2');
            insert into loose (id, state, args) select 2, 'available', ('{"rows": ' || (select json_agg(md5(i::text)) from generate_series(1, 3000) i) || ', "password": "hunter2"}')::json;
            insert into loose (id, state, args) select 3, 'available', ('{"rows": "' || repeat('x', 8150) || '", "password": "hunter2", "more": "' || repeat('y', 100000) || '"}')::json;
            """);
        await fixture.FilledAsync(Loose);
        Assert.Equal(0, await fixture.Database.ScalarAsync<long>("select count(*) from job_lineage.job j where j::text like '%hunter2%' or j::text like '%12345678%'"));
        Assert.Equal(0, await fixture.Database.ScalarAsync<long>("select count(*) from job_lineage.fingerprint f where f::text like '%hunter2%'"));
        var job = (await fixture.JobAsync(1, "loose")).Job;
        Assert.Contains("\"user\": \"ann\"", job.Args);
        Assert.Contains(Redaction.Mark, job.Errors[0].Message);
        Assert.Equal(4, job.Errors.Count);
    }

    [Fact]
    public async Task A_message_whose_cut_falls_into_a_character_is_stored()
    {
        await using var fixture = await LooseAsync();
        for (var shift = 0; shift < 2; shift++)
        {
            await fixture.SqlAsync("insert into loose (id, state, last_error, args) values (@id, 'discarded', @text, json_build_object('a', @text::text))", new
            {
                id = shift + 1,
                text = new string('x', shift) + string.Concat(Enumerable.Repeat("😀", 20_000)),
            });
        }

        await fixture.FilledAsync(Loose);
        Assert.Equal(2, await fixture.CountAsync("job"));
        Assert.EndsWith("😀", (await fixture.JobAsync(2, "loose")).Job.Errors.Single().Message);
    }

    private static async Task<StoreFixture> LooseAsync()
    {
        var fixture = await StoreFixture.CreateAsync();
        await fixture.SqlAsync(
            """
            create table loose (
                id bigint primary key, state text, worker text default 'App.Loose', parent text, attempt bigint default 0,
                inserted_at timestamptz default now(), scheduled_at timestamptz, attempted_at timestamptz, finished_at timestamptz,
                args json, meta json, errors json, last_error text)
            """);
        return fixture;
    }
}
