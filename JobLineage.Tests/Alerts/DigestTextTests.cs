using JobLineage.Core.Alerts;

namespace JobLineage.Tests.Alerts;

/// <summary>What a known digest looks like, to the letter.</summary>
public sealed class DigestTextTests
{
    private const string Hostile = "<script>alert(1)</script>\r\nBcc: all@example.com\u202Egnp\u200b\u2028\u009b\ufeff\u001b[2J\uD800 & \"quoted\"";

    private static readonly DateTimeOffset Noon = new(2026, 3, 14, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_text_of_a_known_digest() => Assert.Equal(
        """
        24 jobs failed for good between 2026-03-14 12:00:00 UTC and 2026-03-14 12:59:00 UTC.
        1 of these may have been in an earlier message: its delivery was never confirmed.

        == SyncJob 60 (oban): 22 failed
        https://lineage.example.com/runs/oban/60

          21 × MovieDetailJob: HTTP <n> from <url>
          SyncJob → MovieDetailJob · first 2026-03-14 12:00:00 UTC, last 2026-03-14 12:59:00 UTC
          most recent error:
            | HTTPError: HTTP 503
            |     at line 7
            1171 · target 77 · attempt 3 of 3 · https://lineage.example.com/jobs/oban/1171
            a/b c · page=7 · attempt 4 · HTTPError: HTTP 502 · https://lineage.example.com/jobs/oban/a/b%20c
            and 19 more: https://lineage.example.com/runs/oban/60?tab=jobs&stage=SyncJob%2FMovieDetailJob&state=discarded&error=12

          and 1 more in 1 other group: https://lineage.example.com/runs/oban/60?tab=jobs&state=discarded

        == Jobs without a run (oban): 1 failed
        https://lineage.example.com/?source=oban

          Mailer: no error was recorded
          2026-03-14 12:05:00 UTC
            9 · attempt 1 of 1 · https://lineage.example.com/jobs/oban/9

        and 1 more in 1 other run: https://lineage.example.com/

        -- 
        Job Lineage · digest 00000000-0000-0000-0000-000000000007 · made 2026-03-14 13:00:00 UTC

        """.ReplaceLineEndings("\n"),
        DigestRenderer.Render(Known()).Text);

    [Fact]
    public void A_subject_says_what_and_how_much()
    {
        Assert.Equal("24 jobs failed: 2 runs, 1 job without a run; most in SyncJob 60 (oban)", DigestRenderer.Render(Known()).Subject);
        var one = Known() with { Failures = 1_111, RunCount = 1, Singles = 0, MoreRuns = 0, Runs = [Known().Runs[0]] };
        Assert.Equal("1,111 jobs failed: SyncJob 60 (oban), HTTP <n> from <url>", DigestRenderer.Render(one).Subject);
    }

    [Fact]
    public void A_subject_of_one_failure_says_its_type_and_its_error()
    {
        var job = new DigestJob("9", "apple/rebuild_index", null, 1, 1, Noon) { Error = "no songs found in catalog" };
        var group = new DigestGroup("apple/rebuild_index", 3, "no songs found in catalog <n>", 1, Noon, Noon, "no songs found in catalog 7", [job]) { Worker = "apple/rebuild_index" };
        var one = Known() with { Failures = 1, RunCount = 0, Singles = 1, MoreRuns = 0, Runs = [new("research_jobs", null, "", 1, [group], 0, 0)] };
        Assert.Equal("1 job failed: apple/rebuild_index (research_jobs), no songs found in catalog 7", DigestRenderer.Render(one).Subject);
        var mixed = one with { Failures = 2, Singles = 2, Runs = [new("research_jobs", null, "", 2, [group, group], 0, 0)] };
        Assert.Equal("2 jobs failed: most in apple/rebuild_index (research_jobs)", DigestRenderer.Render(mixed).Subject);
    }

    [Fact]
    public void Failures_that_are_equal_in_all_that_is_said_of_them_share_a_line()
    {
        var jobs = Enumerable.Range(1, 3).Select(i => new DigestJob($"{i}", "Mailer", null, 3, 3, Noon) { Error = "it broke" }).ToList();
        var group = new DigestGroup("Mailer", 1, "it broke", 3, Noon, Noon, "it broke", jobs) { Worker = "Mailer" };
        var message = DigestRenderer.Render(Known() with { Failures = 3, RunCount = 0, Singles = 3, MoreRuns = 0, Runs = [new("oban", null, "", 3, [group], 0, 0)] });
        Assert.Contains("""<li><a href="https://lineage.example.com/jobs/oban/1">1</a>, <a href="https://lineage.example.com/jobs/oban/2">2</a>, <a href="https://lineage.example.com/jobs/oban/3">3</a> · each attempt 3 of 3</li>""", message.Html);
        Assert.Contains("    each attempt 3 of 3:\n    1 · https://lineage.example.com/jobs/oban/1\n    2 · ", message.Text);
        Assert.Equal(1, message.Text.Split("it broke").Length - 1);
    }

    [Fact]
    public void Types_stand_as_the_engine_writes_them_and_never_two_alike()
    {
        var names = new DigestNames(["apple/refresh_catalog", "App.Sync", "Other.Sync", "App.Jobs.Mail"]);
        Assert.Equal(["apple/refresh_catalog", "App.Sync", "Other.Sync", "Mail"], new[] { "apple/refresh_catalog", "App.Sync", "Other.Sync", "App.Jobs.Mail" }.Select(names.Of));
    }

    [Fact]
    public void What_was_passed_over_and_what_was_not_read_stand_among_the_notes()
    {
        var digest = Known() with { Older = 18, Unread = [new("apples", Noon, "The database does not answer."), new("pears", null, "There is no table.")] };
        Assert.All([DigestRenderer.Render(digest).Text, System.Net.WebUtility.HtmlDecode(DigestRenderer.Render(digest).Html)], text =>
        {
            Assert.Contains("18 older failures are not reported; set JobLineage:Digest:Since to a time before them to have them reported.", text);
            Assert.Contains("Source apples could not be read in full: what failed there after 2026-03-14 12:00:00 UTC is not in this message. The database does not answer.", text);
            Assert.Contains("Source pears could not be read in full: what failed there may not be in this message. There is no table.", text);
        });
    }

    [Fact]
    public void That_no_job_failed_is_said_only_where_everything_was_read()
    {
        var nothing = Known() with { Failures = 0, RunCount = 0, Singles = 0, ToldBefore = 0, MoreRuns = 0, MoreFailures = 0, Runs = [], Overdue = [new("oban", "App.Sync", TimeSpan.FromDays(1), null)] };
        Assert.StartsWith("No job failed for good since the last digest.", DigestRenderer.Render(nothing).Text);
        Assert.All([nothing with { RowsAside = 1 }, nothing with { Unread = [new("pears", null, "There is no table.")] }], digest =>
        {
            Assert.StartsWith("As far as could be read, no job failed for good since the last digest.", DigestRenderer.Render(digest).Text);
            Assert.Contains("As far as could be read, no job", DigestRenderer.Render(digest).Html);
        });
    }

    [Fact]
    public void Hostile_text_stays_text()
    {
        var group = new DigestGroup(Hostile, 1, Hostile, 1, Noon, Noon, Hostile + new string('x', 1_000_000), [new("javascript:alert(1)", Hostile, Hostile, 1, 1, Noon)]);
        var message = DigestRenderer.Render(Known() with { RunCount = 1, Singles = 0, MoreRuns = 0, Runs = [new("oban", Hostile, Hostile, 1, [group], 0, 0)] });
        Assert.DoesNotContain('\r', message.Subject);
        Assert.DoesNotContain('\n', message.Subject);
        Assert.DoesNotContain("<script", message.Html);
        Assert.DoesNotContain("href=\"javascript", message.Html);
        Assert.All([message.Subject, message.Text, message.Html], text =>
        {
            Assert.DoesNotContain(text, c => c != '\n' && !char.IsSurrogate(c) && JobLineage.Core.Model.VisibleText.IsHidden(new System.Text.Rune(c)));
            Assert.Equal(text, System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text)));
            Assert.InRange(text.Length, 1, 20_000);
        });
    }

    [Fact]
    public void Html_needs_no_image_and_no_background_to_be_read()
    {
        var html = DigestRenderer.Render(Known()).Html;
        Assert.DoesNotContain("<img", html);
        Assert.DoesNotContain("background", html);
        Assert.Contains("<meta name=\"color-scheme\" content=\"light dark\">", html);
        Assert.Contains("<a href=\"https://lineage.example.com/jobs/oban/1171\">1171</a>", html);
        Assert.Contains(">and 19 more</a>", html);
    }

    [Fact]
    public void Messages_about_a_run_hang_together_and_copies_of_a_digest_have_one_id()
    {
        var first = DigestRenderer.Render(Known());
        var later = DigestRenderer.Render(Known() with { Key = Guid.NewGuid(), Runs = [Known().Runs[0]] });
        Assert.Equal(first.References[0], later.References[0]);
        Assert.NotEqual(first.MessageId, later.MessageId);
        Assert.Equal(first.MessageId, (first with { IsPossibleDuplicate = true }).MessageId);
    }

    internal static DigestContent Known() => new()
    {
        Key = new("00000000-0000-0000-0000-000000000007"),
        MadeAt = Noon.AddHours(1),
        BaseUrl = DigestFixture.BaseUrl,
        Failures = 24,
        RunCount = 2,
        Singles = 1,
        FirstAt = Noon,
        LastAt = Noon.AddMinutes(59),
        ToldBefore = 1,
        MoreRuns = 1,
        MoreFailures = 1,
        Runs =
        [
            new("oban", "60", "SyncJob", 22,
                [
                    new("SyncJob/MovieDetailJob", 12, "HTTP <n> from <url>", 21, Noon, Noon.AddMinutes(59), "HTTPError: HTTP 503\n    at line 7",
                        [
                            new("1171", "MovieDetailJob", "77", 3, 3, Noon.AddMinutes(59)) { Error = "HTTPError: HTTP 503" },
                            new("a/b c", "MovieDetailJob", null, 4, 0, Noon) { Error = "HTTPError: HTTP 502", Arguments = "page=7" },
                        ])
                    { Worker = "MovieDetailJob" },
                ], 1, 1),
            new("oban", null, "", 1,
                [new("Mailer", null, "no error was recorded", 1, Noon.AddMinutes(5), Noon.AddMinutes(5), null, [new("9", "Mailer", null, 1, 1, Noon.AddMinutes(5))]) { Worker = "Mailer" }], 0, 0),
        ],
    };
}
