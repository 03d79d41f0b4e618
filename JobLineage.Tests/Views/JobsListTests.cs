using JobLineage.Core.Model;
using JobLineage.Core.Store;
using JobLineage.Core.Store.Reading;

namespace JobLineage.Tests.Views;

/// <summary>The jobs of a run, page by page.</summary>
public class JobsListTests
{
    [Theory]
    [InlineData(JobSort.Errors)]
    [InlineData(JobSort.Newest)]
    [InlineData(JobSort.Oldest)]
    [InlineData(JobSort.Finished)]
    public async Task Pages_of_any_size_hold_every_job_once_and_in_one_order(JobSort sort)
    {
        // Many of one moment, as a bulk insert makes them, in two stages and several states.
        await using var fixture = await ViewsFixture.CreateAsync(
        [
            new(1, null, "Root"),
            .. Enumerable.Range(2, 60).Select(n => new Row(n, 1, n % 2 == 0 ? "A" : "B", n % 7 == 0 ? "discarded" : n % 5 == 0 ? "available" : "completed", n % 3, 4, 5 + n % 2)),
        ]);
        var query = ViewsFixture.Query() with { Sort = sort };

        var whole = await fixture.JobsAsync(query);
        var paged = await fixture.AllAsync(query with { Size = 7 });

        Assert.Equal(whole.Jobs.Select(job => job.Id), paged);
        Assert.Equal(whole.Total, paged.Count);
        Assert.Equal(paged.Count, paged.Distinct().Count());
        // Eleven wait to be run.
        Assert.Equal(sort == JobSort.Finished ? 50 : 61, paged.Count);
        Assert.Null(whole.Examined);
    }

    [Theory]
    [InlineData(SliceKind.Due, "source_keys", "job_stage", "state, source_id")]
    [InlineData(SliceKind.Finished, "source_keys", "job_finished", "state, source_id")]
    [InlineData(SliceKind.Failed, "views", "job_error", "fingerprint")]
    public void A_slice_is_in_the_order_of_the_expression_of_its_index(object kind, string name, string index, string key)
    {
        var migration = Migrator.Migrations().Single(m => m.Name == name).Sql;

        var expression = ((SliceKind)kind).Time().Replace("j.", "");

        Assert.Contains($"create index {index} on job_lineage.job (stage_id, {key}, {expression}, length(id), id)", migration);
    }

    [Fact]
    public async Task Errors_come_first_then_what_goes_on_then_what_ended_well()
    {
        await using var fixture = await ViewsFixture.CreateAsync(
            new(1, null, "Root"), new(2, 1, "A", "available"), new(3, 1, "A", "discarded", Due: 5), new(4, 1, "B", "executing"),
            new(5, 1, "B", "retryable"), new(6, 1, "A", "discarded", Due: 9), new(7, 1, "A", "cancelled"));

        var page = await fixture.JobsAsync(ViewsFixture.Query());

        Assert.Equal(["6", "3", "5", "4", "2", "7", "1"], page.Jobs.Select(job => job.Id));
    }

    [Fact]
    public async Task Filters_narrow_by_stage_state_queue_error_and_text()
    {
        await using var fixture = await ViewsFixture.CreateAsync(
            new(1, null, "Root"),
            new(2, 1, "A", "discarded") { Error = "boom 1", Args = """{"region":"EU west"}""" },
            new(3, 1, "A", "retryable") { Error = "boom 2", Queue = "other" },
            new(4, 1, "A") { Queue = "other", Args = """{"region":"eu east 100%"}""" },
            new(5, 1, "B", "discarded") { Error = "bang", Args = """{"region":"us"}""" });
        var all = ViewsFixture.Query();
        var boom = (await fixture.Views.FindErrorsAsync("oban", "1", default))!.Groups.Single(g => g.Text == "boom <n>").Fingerprint;

        async Task<string> Ids(JobsQuery query)
        {
            var page = await fixture.JobsAsync(query);
            Assert.Equal(page.Jobs.Count, page.Total);
            return string.Join(' ', page.Jobs.Select(job => job.Id).Order());
        }

        Assert.Equal("2 3 4", await Ids(all with { Filter = new() { Stage = "Root/A" } }));
        Assert.Equal("2 5", await Ids(all with { Filter = new() { States = [JobState.Discarded] } }));
        Assert.Equal("3 4", await Ids(all with { Filter = new() { Queue = "other" } }));
        Assert.Equal("3", await Ids(all with { Filter = new() { Queue = "other", States = [JobState.Retryable] } }));
        Assert.Equal("", await Ids(all with { Filter = new() { Queue = "nobody's" } }));
        Assert.Equal("2 3", await Ids(all with { Filter = new() { Error = boom } }));
        Assert.Equal("3", await Ids(all with { Filter = new() { Error = boom, States = [JobState.Retryable] } }));
        // One that waits for its retry has not finished.
        Assert.Equal("2", await Ids(all with { Filter = new() { Error = boom }, Sort = JobSort.Finished }));
        Assert.Equal("2 4", await Ids(all with { Filter = new() { Texts = ["EU "] } }));
        // No pattern: a text.
        Assert.Equal("4", await Ids(all with { Filter = new() { Texts = ["100%"] } }));
        Assert.Equal("", await Ids(all with { Filter = new() { Texts = ["e_u"] } }));
        Assert.Null(await fixture.Views.ListJobsAsync(all with { Filter = new() { Stage = "Root/C" } }, default));
        Assert.Null(await fixture.Views.ListJobsAsync(ViewsFixture.Query("99"), default));
    }

    [Fact]
    public async Task A_list_by_errors_goes_on_in_the_order_in_which_it_was_begun()
    {
        // The last due failed first.
        await using var fixture = await ViewsFixture.CreateAsync(
            new(1, null, "Root"), new(2, 1, "A", "discarded", 10, 11, 90) { Error = "boom a" }, new(3, 1, "A", "discarded", 20, 21, 80) { Error = "boom b" }, new(4, 1, "A", "discarded", 30, 31, 70) { Error = "boom c" },
            new(5, 1, "A", "discarded", 40, 41, 60) { Error = "boom d" });
        var query = ViewsFixture.Query() with { Filter = new() { ErrorTexts = ["boom"] }, Size = 2 };

        var page = await fixture.JobsAsync(query);
        Assert.True(page.Next!.IsByErrors);
        Assert.Equal(["2", "3", "4", "5"], await fixture.AllAsync(query));
        // As it was begun where the run had more kinds of error than are read side by side: by when jobs were due.
        var rest = await fixture.JobsAsync(query with { After = new(JobSort.Errors, 0, ViewsFixture.Noon.AddSeconds(40), "5") });
        Assert.Equal(["4", "3"], rest.Jobs.Select(job => job.Id));
        Assert.False(rest.Next!.IsByErrors);
        Assert.Equal(["2"], (await fixture.JobsAsync(query with { After = rest.Next })).Jobs.Select(job => job.Id));
        // A place among errors is none in a list of all jobs, which begins at its beginning.
        Assert.Equal(["5", "4"], (await fixture.JobsAsync(query with { Filter = new() { States = [JobState.Discarded] }, After = page.Next })).Jobs.Select(job => job.Id));
    }

    [Fact]
    public async Task A_line_has_what_the_job_has()
    {
        await using var fixture = await ViewsFixture.CreateAsync(
            new(1, null, "Root"),
            new(2, 1, "A", "discarded", Due: 10, Began: 15, Ended: 17) { Error = "boom\n  stack", Args = $$"""{"x":"{{new string('y', 500)}}"}""", Queue = "q" });

        var job = (await fixture.JobsAsync(ViewsFixture.Query() with { Filter = new() { Stage = "Root/A" } })).Jobs.Single();

        Assert.Equal(("2", JobState.Discarded, "Root/A", "App.A", "q"), (job.Id, job.State, job.Stage, job.Worker, job.Queue));
        Assert.Equal(("boom", TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(2)), (job.Error, job.Waited, job.Ran));
        Assert.True(job.ArgsAreCut);
        Assert.Equal(400, job.Args!.Length);
    }

    [Fact]
    public async Task What_no_index_serves_is_looked_for_so_far_and_further_on_request()
    {
        var many = JobsList.Examined + 1_500;
        await using var fixture = await ViewsFixture.CreateAsync(
            """
            insert into oban_jobs (id, worker, state, queue, args, meta, scheduled_at)
            select n, 'App.A', 'available', 'default', jsonb_build_object('n', n), '{"parent_job_id": 1}', '2026-03-14 12:00' from generate_series(3, @many) n
            """, new { many }, new Row(1, null, "Root"), new Row(2, 1, "A"));
        // The one that comes last in the order.
        var query = ViewsFixture.Query() with { Filter = new() { Texts = ["\"n\": 3}"] }, Sort = JobSort.Newest };

        var first = await fixture.JobsAsync(query);
        var further = await fixture.JobsAsync(query with { After = first.Next });

        Assert.Empty(first.Jobs);
        Assert.True(first.Stopped);
        Assert.Null(first.Total);
        Assert.Equal((JobsList.Examined, many), (first.Examined, first.OutOf));
        Assert.Equal("3", further.Jobs.Single().Id);
        Assert.Null(further.Next);
        // What an index serves is exact at any size, and goes on behind any job of one moment.
        Assert.Equal(many, (await fixture.JobsAsync(ViewsFixture.Query())).Total);
    }

    [Fact]
    public async Task Jobs_below_one_are_listed_and_counted_whatever_their_depth()
    {
        await using var fixture = await ViewsFixture.CreateAsync(
            new(1, null, "Root"), new(2, 1, "Page"), new(3, 1, "Page"), new(4, 2, "Item", "discarded"), new(5, 3, "Item", "discarded"),
            new(6, 4, "Sub", "discarded"), new(7, 2, "Item"));

        var page = await fixture.JobsAsync(ViewsFixture.Query() with { Filter = new() { Below = "2", States = [JobState.Discarded] } });
        var below = await fixture.Views.FindFailedBelowAsync("oban", "2", default);
        var root = await fixture.Views.FindFailedBelowAsync("oban", "1", default);

        Assert.Equal(["4", "6"], page.Jobs.Select(job => job.Id).Order());
        Assert.Equal(2, page.Total);
        Assert.False(page.BelowTruncated);
        Assert.Equal([new("Root/Page/Item", 1), new("Root/Page/Item/Sub", 1)], below!.Stages);
        Assert.Equal([new("Root/Page/Item", 2), new("Root/Page/Item/Sub", 1)], root!.Stages);
    }

    [Fact]
    public async Task A_single_is_a_list_of_one()
    {
        await using var fixture = await ViewsFixture.CreateAsync(new Row(1, null, "Mail", "discarded") { Error = "no route", Args = """{"to":"x"}""" });
        var query = ViewsFixture.Query();

        Assert.Equal("1", (await fixture.JobsAsync(query)).Jobs.Single().Id);
        Assert.Equal("Mail", (await fixture.JobsAsync(query)).Jobs.Single().Stage);
        Assert.Single((await fixture.JobsAsync(query with { Filter = new() { Texts = ["TO"] } })).Jobs);
        Assert.Empty((await fixture.JobsAsync(query with { Filter = new() { States = [JobState.Completed] } })).Jobs);
        Assert.Equal("no route", (await fixture.Views.FindErrorsAsync("oban", "1", default))!.Groups.Single().Text);
        Assert.Equal("1", (await fixture.Views.FindStageAsync("oban", "1", "Mail", default))!.Jobs.Jobs.Single().Id);
        Assert.Equal("1", (await fixture.Views.FindTimelineAsync("oban", "1", default))!.Path!.Steps.Single().Id);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0.0.n")]
    [InlineData("9.0.n.MQ")]
    [InlineData("0.0.x.MQ")]
    [InlineData("0.0.99999999999999999999.MQ")]
    [InlineData("0.0.n.%%")]
    [InlineData("0.0.n.AA")]
    [InlineData("e.0.n.MQ")]
    [InlineData("0ee.0.n.MQ")]
    public void What_is_no_place_in_a_list_is_none(string text) => Assert.Null(JobsCursor.Parse(text));

    [Fact]
    public void A_place_in_a_list_comes_back_as_it_was()
    {
        var cursor = new JobsCursor(JobSort.Finished, 3, ViewsFixture.Noon, "id/with ünicode.%");

        Assert.Equal(cursor, JobsCursor.Parse(cursor.ToString()));
        Assert.Equal(cursor with { At = null }, JobsCursor.Parse((cursor with { At = null }).ToString()));
        Assert.Equal(cursor with { IsByErrors = true }, JobsCursor.Parse((cursor with { IsByErrors = true }).ToString()));
        Assert.Matches("^[A-Za-z0-9._-]+$", cursor.ToString());
    }
}
