using JobLineage.Core.Feed;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Tests.Engines;
using JobLineage.Tests.Store;
using Npgsql;

namespace JobLineage.Tests.Feed;

/// <summary>A job's row as its table has it at this moment.</summary>
public sealed class NativeRowsTests : IAsyncLifetime
{
    private StoreFixture fixture = null!;

    public async Task InitializeAsync()
    {
        fixture = await StoreFixture.ObanAsync();
        await fixture.SqlAsync(
            """
            insert into oban_jobs (id, state, queue, worker, args, meta, errors, attempt, max_attempts, tags)
            values (7, 'discarded', 'default', 'App.Job', '{"url": "https://a:hunter2@host/", "api_token": "hunter2", "n": 1e300}', null,
                array['{"at": "2026-03-14T12:00:00Z", "error": "** (X) password=hunter2 <b>\n  stack", "attempt": 1}'::jsonb], 1, 3, array['a', 'b']);
            alter table oban_jobs add column session_cookie text default 'hunter2', add column big text, add column odd timestamptz default 'infinity';
            update oban_jobs set big = repeat('x', 100000);
            """);
    }

    public async Task DisposeAsync() => await fixture.DisposeAsync();

    [Fact]
    public async Task All_columns_are_shown_in_their_order_and_secrets_are_not()
    {
        var row = await Rows().FindAsync("oban", "7", default);

        Assert.Equal(NativeRowState.Present, row!.State);
        Assert.Equal(
            await fixture.Database.TextsAsync("select attname from pg_attribute where attrelid = 'oban_jobs'::regclass and attnum > 0 and not attisdropped order by attnum"),
            row.Columns.Select(column => column.Name));
        Assert.All(row.Columns, column => Assert.DoesNotContain("hunter2", column.Text ?? ""));
        Assert.Equal("7", Column(row, "id").Text);
        Assert.Equal("discarded", Column(row, "state").Text);
        Assert.Equal("discarded", row.Word);
        Assert.Null(Column(row, "meta").Text);
        Assert.Equal("infinity", Column(row, "odd").Text);
        Assert.Equal(Redaction.Mark, Column(row, "session_cookie").Text);
        Assert.Contains("<b>", Column(row, "errors").Text);
        Assert.Equal((true, 100_000L), (Column(row, "big").IsCut, Column(row, "big").Length));
        Assert.True(Column(row, "big").Text!.Length <= 16_384);
    }

    [Theory]
    [InlineData("(case state::text when 'discarded' then (1 / (job.id - 7))::text else state::text end)")]
    [InlineData("(case when job.args->>'n' is null then state::text else (job.args->>'n')::int::text end)")]
    public async Task A_row_whose_state_can_not_be_told_is_shown_without_it(string state)
    {
        var row = await new NativeRows([new(Presets.Oban("oban") with { State = state }, fixture.Source, new())], TimeProvider.System).FindAsync("oban", "7", default);

        Assert.Equal((NativeRowState.Present, null), (row!.State, row.Problem));
        Assert.Null(row.Word);
        Assert.Equal("discarded", Column(row, "state").Text);
    }

    [Fact]
    public async Task Columns_of_any_name_are_the_row_s_own()
    {
        await fixture.SqlAsync("create table tasks (id bigint primary key, value text, key text, ordinality int, jl_column int); insert into tasks values (7, 'available', 'Sync', 3, 4)");
        var mapping = TasksTable.Mapping with { State = "value", Worker = "key", Priority = "ordinality" };

        var row = await new NativeRows([new(mapping, fixture.Source, new())], TimeProvider.System).FindAsync("tasks", "7", default);

        Assert.Equal((NativeRowState.Present, null, "available"), (row!.State, row.Problem, row.Word));
        Assert.Equal(["id 7", "value available", "key Sync", "ordinality 3", "jl_column 4"], row.Columns.Select(column => $"{column.Name} {column.Text}"));
    }

    [Theory]
    [InlineData("8")]
    [InlineData("07")]
    [InlineData("7; drop table oban_jobs")]
    [InlineData("seven")]
    public async Task A_row_that_is_not_there_is_gone(string id) =>
        Assert.Equal(NativeRowState.Gone, (await Rows().FindAsync("oban", id, default))!.State);

    [Fact]
    public async Task A_source_that_is_not_watched_is_none() => Assert.Null(await Rows().FindAsync("elsewhere", "7", default));

    [Fact]
    public async Task A_source_that_cannot_be_asked_says_why_and_is_asked_anew()
    {
        var rows = Rows();
        Assert.Equal(NativeRowState.Present, (await rows.FindAsync("oban", "7", default))!.State);

        await fixture.SqlAsync("alter table oban_jobs rename to elsewhere");
        var lost = await rows.FindAsync("oban", "7", default);
        Assert.Equal(NativeRowState.Unreachable, lost!.State);
        Assert.Contains("'oban'", lost.Problem);

        await fixture.SqlAsync("alter table elsewhere rename to oban_jobs");
        Assert.Equal(NativeRowState.Present, (await rows.FindAsync("oban", "7", default))!.State);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_a_sentence()
    {
        await using var nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Database=x;Username=x;Timeout=2");

        var row = await new NativeRows([new(Presets.Oban("oban"), nowhere, new())], TimeProvider.System).FindAsync("oban", "7", default);

        Assert.Equal(NativeRowState.Unreachable, row!.State);
        Assert.Contains("can't be reached", row.Problem);
    }

    private static NativeColumn Column(NativeRow row, string name) => row.Columns.Single(column => column.Name == name);

    private NativeRows Rows() => new([new(Presets.Oban("oban"), fixture.Source, new())], TimeProvider.System);
}
