using JobLineage.Core.Alerts;

namespace JobLineage.Tests.Alerts;

/// <summary>What is old and told goes; that it was told does not, while the queue may still show the job.</summary>
public sealed class RetentionTests
{
    private static readonly TimeSpan Quarter = TimeSpan.FromDays(90);

    [Fact]
    public async Task What_is_told_and_old_is_emptied_and_what_waits_is_not()
    {
        await using var fixture = await ToldAsync(1, 2);
        await fixture.FailAsync(3);
        await AgeAsync(fixture);

        await SweepAsync(fixture);

        Assert.Equal(["3"], await fixture.Store.Database.TextsAsync("select job_id from job_lineage.failure where message is not null"));
        Assert.Equal(3, await fixture.Store.CountAsync("failure"));
        var digest = (await fixture.Reader.FindAsync(1, default))!;
        Assert.Equal((true, "", "", null), (digest.IsSwept, digest.Text, digest.Html, digest.MessageId));
        Assert.Equal(1, (await fixture.MakeAsync())!.Content.Failures);
    }

    [Fact]
    public async Task Nothing_goes_before_its_time()
    {
        await using var fixture = await ToldAsync(1);
        Assert.Equal(0, await new DigestRetention(fixture.Store.Store, Quarter).SweepAsync(default));
    }

    [Fact]
    public async Task A_job_that_is_read_anew_after_all_of_its_digest_is_gone_is_not_told_again()
    {
        await using var fixture = await ToldAsync(1, 2);
        await AgeAsync(fixture);
        await SweepAsync(fixture);
        // A store that lost its jobs reads the whole table again; or only saw one of them alive for a moment.
        await fixture.Store.SqlAsync("delete from job_lineage.job where id = '1'; update job_lineage.job set state = 3 where id = '2'");
        await fixture.Feed.Feed.LookAgainAsync(["1", "2"], default);
        Assert.Null(await fixture.MakeAsync());
        Assert.Equal(2, await fixture.Store.CountAsync("failure"));
    }

    [Fact]
    public async Task Once_the_queue_has_let_go_of_the_jobs_all_goes_but_the_newest_digest()
    {
        await using var fixture = await ToldAsync(1, 2);
        await fixture.FailAsync(3);
        await fixture.MakeAsync();
        await fixture.Sender(new ScriptedChannel()).PassAsync(default);
        await fixture.Store.SqlAsync("delete from oban_jobs");
        await fixture.Feed.ReconcileAsync();
        await AgeAsync(fixture);
        await fixture.Store.SqlAsync("update job_lineage.digest set ended_at = ended_at + id * interval '1 s'");

        await SweepAsync(fixture);
        await SweepAsync(fixture);

        Assert.Equal(0, await fixture.Store.CountAsync("failure"));
        Assert.Equal(2, Assert.Single(await fixture.Reader.ListAsync(10, default)).Id);
    }

    [Fact]
    public async Task What_a_mute_holds_back_stays_until_its_line_was_told_and_a_refused_line_is_remembered()
    {
        await using var fixture = await DigestFixture.CreateAsync();
        await fixture.Store.ObanJobsAsync((90, null, "App.Mailer", "completed"));
        await fixture.Feed.TickAsync();
        await fixture.Mutes.MuteAsync(new("oban", "App.Mailer"), TimeProvider.System.GetUtcNow().AddHours(1), "known", null, default);
        await fixture.FailAsync(1);
        await fixture.MakeAsync();
        await AgeAsync(fixture);
        await fixture.Store.SqlAsync("update job_lineage.mute set from_at = from_at - interval '100 d', until_at = now() - interval '99 d'");
        await SweepAsync(fixture);
        var channel = new ScriptedChannel(new SendOutcome(SendResult.Rejected, "no"));
        Assert.Single((await fixture.MakeAsync())!.Content.Muted);
        await fixture.Sender(channel).PassAsync(default);
        await AgeAsync(fixture);
        await SweepAsync(fixture);
        Assert.Equal(1, Assert.Single((await fixture.MakeAsync())!.Content.Muted).Failures);
    }

    private static async Task<DigestFixture> ToldAsync(params long[] ids)
    {
        var fixture = await DigestFixture.CreateAsync();
        await fixture.FailAsync(ids);
        await fixture.MakeAsync();
        await fixture.Sender(new ScriptedChannel()).PassAsync(default);
        return fixture;
    }

    private static Task AgeAsync(DigestFixture fixture) => fixture.Store.SqlAsync(
        "update job_lineage.failure set seen_at = seen_at - interval '100 d'; update job_lineage.digest set made_at = made_at - interval '100 d', ended_at = ended_at - interval '100 d'; update job_lineage.digest_line set since = since - interval '300 d'");

    private static Task SweepAsync(DigestFixture fixture) => new DigestRetention(fixture.Store.Store, Quarter).SweepAsync(default);
}
