using JobLineage.Core.Alerts;
using JobLineage.Tests.Store;

namespace JobLineage.Tests.Alerts;

/// <summary>What is muted is in no digest, and not lost.</summary>
public sealed class MuteTests
{
    private static readonly KnownPipeline Mailer = new("oban", "App.Mailer");

    [Fact]
    public async Task What_fails_while_its_pipeline_is_muted_is_in_no_digest_and_stays_listed()
    {
        await using var fixture = await DigestFixture.CreateAsync();
        await fixture.FailAsync(1);
        await MuteAsync(fixture);
        await fixture.FailAsync(2, 3);
        await fixture.Store.SqlAsync("insert into oban_jobs (id, worker, state, attempted_at, discarded_at) values (4, 'App.Other', 'discarded', now(), now())");
        await fixture.Feed.TickAsync();
        Assert.Equal((2, 2), await WaitingAsync(fixture));

        var message = (await fixture.MakeAsync())!;

        // What failed before the mute is told: it was news then.
        Assert.Equal(["1", "4"], message.Content.Runs.SelectMany(r => r.Groups).SelectMany(g => g.Jobs).Select(j => j.Id).Order());
        Assert.Empty(message.Content.Muted);
        Assert.Null(await fixture.MakeAsync());
        var mute = Assert.Single(await fixture.Mutes.ListAsync(10, default));
        Assert.Equal((true, 2L, null), (mute.IsActive, mute.Failures, mute.ToldIn));
        Assert.Equal(["3", "2"], (await fixture.Failures.ListAsync(new(null, mute.Id), default)).Failures.Select(f => f.JobId));
        Assert.Equal((0, 2), await WaitingAsync(fixture));
        Assert.Equal(mute.Id, Assert.Single(await fixture.Failures.OfJobAsync("oban", "3", default)).Mute!.Id);
    }

    [Fact]
    public async Task A_mute_that_has_ended_is_one_line_of_one_digest_and_what_it_held_back_stays_back()
    {
        await using var fixture = await DigestFixture.CreateAsync();
        var id = await MuteAsync(fixture);
        await fixture.FailAsync(1, 2, 3);
        Assert.Null(await fixture.MakeAsync());
        Assert.True(await fixture.Mutes.EndAsync(id, "Ada", default));
        Assert.False(await fixture.Mutes.EndAsync(id, "Ada", default));
        await fixture.FailAsync(9);

        var message = (await fixture.MakeAsync())!;

        Assert.Equal(1, message.Content.Failures);
        var line = Assert.Single(message.Content.Muted);
        Assert.Equal((id, 3L, "App.Mailer", "known, <b>Bob</b> is on it"), (line.Mute, line.Failures, line.Pipeline, line.Reason));
        Assert.Contains("3 failures of Mailer (oban) were muted until ", message.Text);
        Assert.Contains($"https://lineage.example.com/digests?muted={id}", message.Text);
        Assert.Contains("&lt;b&gt;Bob&lt;/b&gt;", message.Html);
        Assert.DoesNotContain("<b>Bob", message.Html);
        Assert.Null(await fixture.MakeAsync());
        Assert.Equal((0, 0), await WaitingAsync(fixture));
    }

    [Fact]
    public async Task The_line_alone_makes_a_digest_and_is_told_again_when_that_was_refused()
    {
        await using var fixture = await DigestFixture.CreateAsync();
        var id = await MuteAsync(fixture);
        await fixture.FailAsync(1);
        await fixture.Mutes.EndAsync(id, null, default);
        var channel = new ScriptedChannel(new SendOutcome(SendResult.Rejected, "no"));

        Assert.StartsWith("1 failure muted: Mailer", (await fixture.MakeAsync())!.Subject);
        await fixture.Sender(channel).PassAsync(default);
        Assert.Single((await fixture.MakeAsync())!.Content.Muted);
        await fixture.Sender(channel).PassAsync(default);
        Assert.Null(await fixture.MakeAsync());
        Assert.Equal(2, channel.Sent.Count);
    }

    [Fact]
    public async Task A_mute_ends_by_itself()
    {
        await using var fixture = await DigestFixture.CreateAsync();
        await MuteAsync(fixture);
        await fixture.FailAsync(1);
        await fixture.Store.SqlAsync("update job_lineage.mute set until_at = clock_timestamp()");
        await fixture.FailAsync(2);
        var message = (await fixture.MakeAsync())!;
        Assert.Equal((1, 1), (message.Content.Failures, message.Content.Muted.Count));
        Assert.False(Assert.Single(await fixture.Mutes.ListAsync(10, default)).IsActive);
    }

    [Fact]
    public async Task A_run_is_muted_whole_by_the_worker_of_its_root()
    {
        await using var fixture = await DigestFixture.CreateAsync();
        await fixture.Store.ObanJobsAsync((50, null, "App.SyncJob", "completed"));
        await fixture.Feed.TickAsync();
        Assert.Contains(new KnownPipeline("oban", "App.SyncJob"), await fixture.Mutes.PipelinesAsync(default));
        Assert.Equal(MuteAnswer.Muted, await fixture.Mutes.MuteAsync(new("oban", "App.SyncJob"), Soon, "known", null, default));
        await fixture.Store.ObanJobsAsync((51, "50", "App.Mailer", "discarded"));
        await fixture.Feed.TickAsync();
        Assert.Null(await fixture.MakeAsync());
        Assert.Equal("App.SyncJob", Assert.Single((await fixture.Failures.ListAsync(new(null, 1), default)).Failures).Pipeline);
    }

    [Fact]
    public async Task A_pipeline_is_muted_once_at_a_time_and_only_a_known_one_with_a_reason()
    {
        await using var fixture = await DigestFixture.CreateAsync();
        await MuteAsync(fixture);
        Assert.Equal(MuteAnswer.IsMutedAlready, await fixture.Mutes.MuteAsync(Mailer, Soon, "again", null, default));
        Assert.Equal(MuteAnswer.UnknownPipeline, await fixture.Mutes.MuteAsync(new("oban", "App.Nothing"), Soon, "x", null, default));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => fixture.Mutes.MuteAsync(Mailer, Soon, " ", null, default));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => fixture.Mutes.MuteAsync(Mailer, Soon, new string('x', Mutes.ReasonLimit + 1), null, default));
    }

    [Fact]
    public async Task Mutes_that_begin_and_end_while_digests_are_made_lose_nothing_and_tell_nothing_twice()
    {
        await using var fixture = await DigestFixture.CreateAsync();
        await fixture.FailAsync(1);
        await fixture.MakeAsync();
        using var done = new CancellationTokenSource();
        var told = new List<DigestMessage>();
        var making = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                if (await fixture.MakeAsync() is { } message)
                {
                    lock (told)
                        told.Add(message);
                }
            }
        })).ToList();

        for (var i = 0; i < 12; i++)
        {
            await fixture.FailAsync(100 + (i * 3));
            await fixture.Mutes.MuteAsync(Mailer, Soon, $"round {i}", null, default);
            await fixture.FailAsync(101 + (i * 3));
            await fixture.Mutes.EndAsync((await fixture.Mutes.ListAsync(1, default))[0].Id, null, default);
            await fixture.FailAsync(102 + (i * 3));
        }

        await done.CancelAsync();
        await Task.WhenAll(making);
        if (await fixture.MakeAsync() is { } last)
            told.Add(last);

        var jobs = told.SelectMany(m => m.Content.Runs).SelectMany(r => r.Groups).SelectMany(g => g.Jobs).Select(j => long.Parse(j.Id)).Order().ToList();
        Assert.Equal(Enumerable.Range(0, 12).SelectMany(i => new long[] { 100 + (i * 3), 102 + (i * 3) }), jobs);
        Assert.Equal(12, told.Sum(m => m.Content.Muted.Sum(l => l.Failures)));
        Assert.Equal(12, told.SelectMany(m => m.Content.Muted).Select(l => l.Mute).Distinct().Count());
    }

    [Fact]
    public async Task What_fails_between_the_steps_of_a_digest_is_not_told_past_its_mute()
    {
        await using var fixture = await DigestFixture.CreateAsync();
        await MuteAsync(fixture);
        await fixture.FailAsync(1);
        // The row that the digest waits for is let go only when another failure is in the ledger.
        await using var blocker = await fixture.Store.Store.OpenConnectionAsync();
        await using var transaction = await blocker.BeginTransactionAsync();
        await using (var hold = new Npgsql.NpgsqlCommand("select 1 from job_lineage.failure for update", blocker))
            await hold.ExecuteNonQueryAsync();
        var making = Task.Run(fixture.MakeAsync);
        while (await fixture.Store.Database.ScalarAsync<long>("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'") == 0)
            await Task.Delay(20);
        await fixture.FailAsync(2);
        await transaction.CommitAsync();
        Assert.Null(await making);
        Assert.Null(await fixture.MakeAsync());
    }

    private static DateTimeOffset Soon => TimeProvider.System.GetUtcNow().AddHours(1);

    private static async Task<(long Untold, long Muted)> WaitingAsync(DigestFixture fixture)
    {
        var overview = await fixture.Reader.OverviewAsync(default);
        return (overview.Untold, overview.Muted);
    }

    /// <summary>Mutes the singles' pipeline, which the store comes to know by one that did well.</summary>
    private static async Task<long> MuteAsync(DigestFixture fixture)
    {
        await fixture.Store.ObanJobsAsync((0, null, Mailer.Worker, "completed"));
        await fixture.Feed.TickAsync();
        Assert.Equal(MuteAnswer.Muted, await fixture.Mutes.MuteAsync(Mailer, Soon, "known, <b>Bob</b> is on it", "Ada", default));
        return (await fixture.Mutes.ListAsync(10, default))[0].Id;
    }
}
