using System.Text;
using System.Text.Json;
using JobLineage.Core.Export;
using JobLineage.Core.Model;
using JobLineage.Core.Postgres;
using JobLineage.Core.Runs;
using JobLineage.Core.Store.Reading;
using JobLineage.Tests.Export;
using JobLineage.Tests.Store;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Views;

/// <summary>Exports of what a store holds.</summary>
public sealed class ExportReaderTests
{
    [Fact]
    public async Task An_export_has_every_job_of_the_run_and_the_numbers_of_its_snapshot()
    {
        await using var store = await StoreFixture.CreateAsync(RecordedData.ObanEnd);
        await store.FilledAsync();
        var run = await store.RunAsync(60);

        await using var export = await OpenAsync(store, new() { Source = "oban", RootId = "60" });
        var jobs = await ListAsync(export);

        Assert.Equal(run.Total, jobs.Count);
        Assert.Equal(jobs.Count, jobs.Select(j => j.Job.Id).Distinct().Count());
        Assert.Equal(
            run.Stages.SelectMany(s => s.Counts.NonZero().Select(c => (s.Path, c.Key, c.Value))),
            jobs.GroupBy(j => (j.Stage, j.Job.State)).Select(g => (g.Key.Stage, g.Key.State, g.LongCount())));
        Assert.Equal(run.Version, export.Run.Version);
        Assert.Equal(run.Findings.Select(f => f.Reason), export.Run.Findings.Select(f => f.Reason));
        Assert.All(jobs.GroupBy(j => (j.Stage, j.Job.State)), group => Assert.Equal(group.Select(j => j.Job.ScheduledAt).Order(), group.Select(j => j.Job.ScheduledAt)));
    }

    [Fact]
    public async Task Every_selection_exports_what_the_list_shows()
    {
        await using var store = await StoreFixture.CreateAsync(RecordedData.ObanEnd);
        await store.FilledAsync();
        var views = new ViewsReader(store.Store, TimeProvider.System);
        var whole = new JobsQuery { Source = "oban", RootId = "60", Size = 200 };
        const string showtime = "SyncJob/MoviePageJob/ShowtimeProcessJob";
        var group = (await views.FindErrorsAsync("oban", "60", default))!.Groups[0];
        var page = (await views.ListJobsAsync(whole with { Filter = new() { Stage = "SyncJob/MoviePageJob" }, Size = 1 }, default))!.Jobs[0].Id;
        foreach (var query in new[]
        {
            whole, whole with { Filter = new() { Stage = showtime } }, whole with { Filter = new() { States = [JobState.Discarded] } }, whole with { Filter = new() { Stage = showtime, States = [JobState.Discarded] } },
            whole with { Filter = new() { Queue = "scraper_detail" } }, whole with { Filter = new() { Queue = "none such" } }, whole with { Filter = new() { Error = group.Fingerprint } },
            whole with { Filter = new() { Error = group.Fingerprint, States = [JobState.Discarded] } }, whole with { Filter = new() { Texts = ["ID"] } }, whole with { Filter = new() { Below = page } }, whole with { Filter = new() { Below = page, States = [JobState.Completed] } },
            whole with { Filter = new() { Below = "60" } }, whole with { Filter = new() { Error = 999_999 } },
        })
        {
            var listed = await AllAsync(views, query);

            await using var export = await OpenAsync(store, JobSelection.Of(query));

            Assert.Equal(listed.Order(), (await ListAsync(export)).Select(j => j.Job.Id).Order());
        }

        await using var alike = await OpenAsync(store, new() { Source = "oban", RootId = "60", Filter = new() { Error = group.Fingerprint } });
        var same = await ListAsync(alike);
        Assert.Equal(group.Jobs, same.Count);
        Assert.All(same, job => Assert.Equal(group.Fingerprint, job.ErrorId));
        var some = same.Take(5).Reverse().Select(j => j.Job.Id).ToList();
        await using var selected = await OpenAsync(store, new() { Source = "oban", RootId = "60", Filter = new() { Ids = [.. some, "999999999", some[0]] } });
        Assert.Equal(some, (await ListAsync(selected)).Select(j => j.Job.Id));
    }

    [Fact]
    public async Task Json_of_a_recorded_run_fits_the_schema_and_has_its_truth()
    {
        await using var store = await StoreFixture.CreateAsync(RecordedData.ObanEnd);
        await store.FilledAsync();
        await using var export = await OpenAsync(store, new() { Source = "oban", RootId = "60" });
        using var output = new MemoryStream();
        await RunExportJson.WriteAsync(export, output);

        var json = JsonDocument.Parse(output.ToArray()).RootElement;

        Assert.Empty(RunExportTests.Schema().Check(json));
        var truth = RecordedData.ObanEnd.ReadTruth();
        Assert.Equal(
            truth.Stages.Select(s => (s.Path, s.Total, string.Join(' ', s.Counts.OrderBy(c => c.Key)))),
            json.GetProperty("stages").EnumerateArray().Select(s => (s.GetProperty("path").GetString()!, s.GetProperty("total").GetInt32(),
                string.Join(' ', s.GetProperty("counts").EnumerateObject().OrderBy(c => c.Name).Select(c => KeyValuePair.Create(c.Name, c.Value.GetInt32()))))));
        Assert.Equal(
            truth.Stages.ToDictionary(s => s.Path, s => s.Total),
            json.GetProperty("jobs").EnumerateArray().GroupBy(j => j.GetProperty("stage").GetString()!).ToDictionary(g => g.Key, g => g.Count()));
    }

    [Fact]
    public async Task All_rows_are_of_one_moment_and_the_connection_is_let_go_of_early_too()
    {
        await using var fixture = await ViewsFixture.CreateAsync(
            """
            insert into oban_jobs (id, worker, state, queue, args, meta, scheduled_at, inserted_at)
            select n, 'App.Page', 'available', 'q', '{}', '{"parent_job_id":1}', now(), now() from generate_series(10, 10 + 3 * @piece) n
            """, new { piece = ExportReader.Piece }, new Row(1, null, "Sync"));
        var store = fixture.Store;
        await using var export = await OpenAsync(store, new() { Source = "oban", RootId = "1" });
        // Between the reading of the run and that of its jobs.
        await store.SqlAsync("update oban_jobs set state = 'completed', completed_at = now(), attempted_at = now() where id > 1");
        Assert.NotEqual(0, await fixture.Feed.ReconcileAsync());
        var states = new List<JobState>();
        await foreach (var job in export.Jobs)
            states.Add(job.Job.State);

        Assert.Equal(3 * ExportReader.Piece + 2, states.Count);
        Assert.Equal(3 * ExportReader.Piece + 1, states.Count(s => s == JobState.Available));
        Assert.Equal(export.Run.Counts.Available, states.Count(s => s == JobState.Available));

        await using (var early = await OpenAsync(store, new() { Source = "oban", RootId = "1" }))
        {
            await foreach (var _ in early.Jobs)
                break;
        }

        await export.DisposeAsync();
        Assert.Equal(0, await store.Database.ScalarAsync<long>("select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'"));
    }

    [Fact]
    public async Task A_cursor_goes_through_the_index_and_sorts_nothing()
    {
        await using var fixture = await ViewsFixture.CreateAsync(
            """
            insert into oban_jobs (id, worker, state, queue, args, meta, scheduled_at, inserted_at)
            select n, 'App.Page', 'available', 'q', '{}', '{"parent_job_id":1}', now(), now() from generate_series(10, 5000) n
            """, null, new Row(1, null, "Sync"), new Row(2, 1, "Page", "discarded") { Error = "boom x" }, new Row(3, 1, "Page", "discarded") { Error = "boom y" });
        await fixture.Store.SqlAsync("analyze job_lineage.job");
        await using var connection = await fixture.Store.Store.OpenConnectionAsync();
        var stages = (await RunStages.ReadAsync(connection, "oban", "1", default))!;
        await using var command = new Npgsql.NpgsqlCommand($"set enable_sort = off; set enable_seqscan = off; set enable_bitmapscan = off", connection);
        await command.ExecuteNonQueryAsync();
        foreach (var (typed, index) in new[] { ("state:available", "job_stage"), ("error:\"boom x\"", "job_error"), ("error:boom", "job_stage"), ("error:boom state:discarded", "job_stage") })
        {
            var filtered = await JobConditions.ReadAsync(connection, stages, JobFilter.Parse(typed).Filter, DateTimeOffset.UnixEpoch, default);
            var (sql, parameters) = ExportSql.Of(stages, filtered!);
            await using var explain = new Npgsql.NpgsqlCommand("explain " + sql, connection).With([.. parameters]);
            var plan = new StringBuilder();
            await using var reader = await explain.ExecuteReaderAsync();
            while (await reader.ReadAsync())
                plan.AppendLine(reader.GetString(0));

            Assert.True(plan.ToString().Contains(index) && !plan.ToString().Contains("Sort"), $"{typed}: {plan}");
        }
    }

    [Fact]
    public async Task A_single_is_exported_as_a_run_of_one()
    {
        await using var fixture = await ViewsFixture.CreateAsync(new Row(1, null, "Mail", "discarded") { Error = "boom", Queue = "mail" });
        var alone = new JobSelection { Source = "oban", RootId = "1" };
        foreach (var (selection, count) in new[]
        {
            (alone, 1), (alone with { Filter = new() { Stage = "Mail", States = [JobState.Discarded], Queue = "mail", Ids = ["1"] } }, 1), (alone with { Filter = new() { States = [JobState.Completed] } }, 0),
            (alone with { Filter = new() { Ids = ["2"] } }, 0), (alone with { Filter = new() { Below = "1" } }, 1), (alone with { Filter = new() { Below = "2" } }, 0),
        })
        {
            await using var export = await OpenAsync(fixture.Store, selection);
            Assert.Equal(count, (await ListAsync(export)).Count);
        }
    }

    [Fact]
    public async Task What_is_not_there_is_null()
    {
        await using var fixture = await ViewsFixture.CreateAsync(new Row(1, null, "Sync"), new Row(2, 1, "Page"));

        Assert.Null(await Reader(fixture.Store).OpenAsync(new() { Source = "oban", RootId = "9" }, default));
        Assert.Null(await Reader(fixture.Store).OpenAsync(new() { Source = "other", RootId = "1" }, default));
        Assert.Null(await Reader(fixture.Store).OpenAsync(new() { Source = "oban", RootId = "1", Filter = new() { Stage = "Nope" } }, default));
    }

    private static ExportReader Reader(StoreFixture store) => new(store.Store, store.Reader, TimeProvider.System);

    private static async Task<RunExport> OpenAsync(StoreFixture store, JobSelection selection)
    {
        var export = await Reader(store).OpenAsync(selection, default);
        Assert.NotNull(export);
        return export;
    }

    private static async Task<List<ExportedJob>> ListAsync(RunExport export)
    {
        var jobs = new List<ExportedJob>();
        await foreach (var job in export.Jobs)
            jobs.Add(job);
        return jobs;
    }

    private static async Task<List<string>> AllAsync(ViewsReader views, JobsQuery query)
    {
        var ids = new List<string>();
        for (var page = await views.ListJobsAsync(query, default); ; page = await views.ListJobsAsync(query with { After = page!.Next }, default))
        {
            ids.AddRange(page!.Jobs.Select(job => job.Id));
            if (page.Next is null)
                return ids;
        }
    }
}
