using Dapper;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Tests.Store;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Alerts;

/// <summary>What is taken for a final failure, and how often.</summary>
public sealed class FailureScanTests
{
    private const string Fail =
        "update oban_jobs set state = 'discarded', attempt = 3, max_attempts = greatest(max_attempts, 3), attempted_at = timestamp '2026-03-14 12:00', discarded_at = timestamp '2026-03-14 12:01', errors = array['{\"attempt\": 3, \"error\": \"** (Boom) page 7\"}'::jsonb] where id = ";

    [Fact]
    public async Task Only_discarded_jobs_are_final_failures()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.ObanJobsAsync([.. JobStates.All.Select((s, i) => ((long)i + 1, (string?)null, "App.Mail", s.Name()))]);
        await fixture.FilledAsync();
        Assert.Equal([$"{(int)JobState.Discarded + 1}"], await JobsAsync(fixture));
    }

    [Fact]
    public async Task A_failure_is_entered_once_however_often_its_row_is_read_or_written()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.ObanJobsAsync((1, null, "App.Mail", "executing"));
        var feed = await fixture.FilledAsync();
        await fixture.SqlAsync(Fail + 1);
        await feed.TickAsync();
        await fixture.SqlAsync("update oban_jobs set tags = '{a}', args = '{\"x\": 1}' where id = 1");
        await feed.Feed.LookAgainAsync(["1"], default);
        await fixture.SqlAsync("create table kept as select * from oban_jobs; delete from oban_jobs");
        await feed.ReconcileAsync();
        await fixture.SqlAsync("insert into oban_jobs select * from kept");
        await feed.ReconcileAsync();
        Assert.Equal(["1"], await JobsAsync(fixture));
    }

    [Fact]
    public async Task A_reader_that_went_back_in_time_for_a_moment_finds_no_second_failure()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.ObanJobsAsync((1, null, "App.Mail", "executing"));
        var feed = await fixture.FilledAsync();
        await fixture.SqlAsync(Fail + 1);
        await feed.TickAsync();
        await fixture.SqlAsync("update oban_jobs set state = 'executing' where id = 1");
        await feed.Feed.LookAgainAsync(["1"], default);
        await fixture.SqlAsync(Fail + 1);
        await feed.TickAsync();
        Assert.Equal(["1"], await JobsAsync(fixture));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_job_that_was_retried_by_hand_and_failed_for_good_again_failed_twice(bool seenInBetween)
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.ObanJobsAsync((1, null, "App.Mail", "executing"));
        var feed = await fixture.FilledAsync();
        await fixture.SqlAsync(Fail + 1);
        await feed.TickAsync();
        await fixture.SqlAsync("update oban_jobs set state = 'available', max_attempts = greatest(max_attempts, attempt + 1), discarded_at = null where id = 1");
        if (seenInBetween)
            await feed.ReconcileAsync();
        await fixture.SqlAsync("update oban_jobs set state = 'discarded', attempt = 4, attempted_at = timestamp '2026-03-14 13:00', discarded_at = timestamp '2026-03-14 13:01' where id = 1");
        await feed.Feed.LookAgainAsync(["1"], default);
        Assert.Equal(["1", "1"], await JobsAsync(fixture));
    }

    [Fact]
    public async Task A_row_dated_back_is_not_taken_for_an_old_failure()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.ObanJobsAsync((1, null, "App.Mail", "discarded"));
        await fixture.SqlAsync(Fail.Replace("2026", "2019") + 1);
        var feed = await fixture.FilledAsync();
        await fixture.ObanJobsAsync((2, null, "App.Mail", "discarded"));
        await fixture.SqlAsync(Fail.Replace("2026", "2019") + 2);
        await feed.TickAsync();
        Assert.Equal(["1 True", "2 False"], await ListAsync(fixture, "job_id || ' ' || case when at_first_sight then 'True' else 'False' end"));
    }

    [Fact]
    public async Task Both_ends_of_research_jobs_are_final_and_one_that_turns_into_the_other_is_one_failure()
    {
        await using var fixture = await ResearchAsync();
        await fixture.SqlAsync(
            """
            insert into research_jobs (id, source, job_type, target_type, target_id, status, attempts, max_attempts, claimed_at, finished_at, last_error)
            select id, 'apple', 'fetch_album', 'album', format('00000000-0000-0000-0000-%s', lpad(id::text, 12, '0'))::uuid, status, attempts, 5, claimed, finished, 'HTTP 503'
            from (values (1, 'dead', 5, timestamptz '2026-03-14 12:00Z', null), (2, 'failed', 5, timestamptz '2026-03-14 12:00Z', timestamptz '2026-03-14 12:01Z'),
                (3, 'failed', 2, timestamptz '2026-03-14 12:00Z', timestamptz '2026-03-14 12:01Z')) v (id, status, attempts, claimed, finished)
            """);
        var feed = await fixture.FilledAsync(Presets.ResearchJobs("research"));
        Assert.Equal(["1 00000000-0000-0000-0000-000000000001", "2 00000000-0000-0000-0000-000000000002"], await ListAsync(fixture, "job_id || ' ' || target"));
        // A janitor writes the row anew; nothing was attempted.
        await fixture.SqlAsync("update research_jobs set status = 'dead', finished_at = now(), updated_at = now() where id = 2");
        await feed.Feed.LookAgainAsync(["2"], default);
        Assert.Equal(2, await fixture.CountAsync("failure"));
    }

    [Fact]
    public async Task Attempts_that_were_set_back_do_not_hide_a_second_failure_at_the_same_attempt()
    {
        await using var fixture = await ResearchAsync();
        await fixture.SqlAsync(
            "insert into research_jobs (id, source, job_type, target_type, target_id, status, attempts, claimed_at, finished_at) values (1, 'apple', 'x', 'album', gen_random_uuid(), 'dead', 5, '2026-03-14 12:00Z', '2026-03-14 12:01Z')");
        var feed = await fixture.FilledAsync(Presets.ResearchJobs("research"));
        await fixture.SqlAsync("update research_jobs set status = 'queued', attempts = 0 where id = 1");
        await feed.TickAsync();
        // finished_at stays on the row: a janitor that gives it up does not set it.
        await fixture.SqlAsync("update research_jobs set status = 'dead', attempts = 5, claimed_at = '2026-03-14 14:00Z' where id = 1");
        await feed.TickAsync();
        Assert.Equal(["1", "1"], await JobsAsync(fixture));
    }

    [Fact]
    public async Task Where_a_queue_has_neither_attempts_nor_times_what_was_seen_counts()
    {
        var mapping = new SourceMapping { Name = "bare", Table = "bare", State = "state", Worker = "'w'", States = JobStates.All.ToDictionary(s => s.Name()) };
        await using var fixture = await StoreFixture.CreateAsync();
        await fixture.SqlAsync("create table bare (id bigint primary key, state text); insert into bare values (1, 'discarded')");
        var feed = await fixture.FilledAsync(mapping);
        for (var i = 0; i < 2; i++)
        {
            await fixture.SqlAsync("update bare set state = 'available'");
            await feed.ReconcileAsync();
            await fixture.SqlAsync("update bare set state = 'discarded'");
            await feed.TickAsync();
        }

        Assert.Equal(["1", "1", "1"], await JobsAsync(fixture));
    }

    private static async Task<StoreFixture> ResearchAsync()
    {
        var fixture = await StoreFixture.CreateAsync();
        await fixture.SqlAsync(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Data", "research_jobs", "schema.sql")));
        return fixture;
    }

    private static Task<IReadOnlyList<string>> JobsAsync(StoreFixture fixture) => ListAsync(fixture, "job_id");

    private static async Task<IReadOnlyList<string>> ListAsync(StoreFixture fixture, string what)
    {
        await using var connection = await fixture.Database.OpenAsync();
        return [.. await connection.QueryAsync<string>($"select {what} from job_lineage.failure order by id")];
    }
}
