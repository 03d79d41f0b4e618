using AngleSharp.Dom;
using Bunit;
using JobLineage.Core.Alerts;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Digests;
using JobLineage.Dashboard.Components.Pages;
using JobLineage.Tests.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace JobLineage.Tests.Components;

/// <summary>The pages of digests, over a store in memory.</summary>
public sealed class DigestPageTests : PageContext
{
    private const string Hostile = "<img src=x onerror=alert(1)>\r\nBcc: a@b \u202Egnp.exe \uD800 {{x}} @(1+1)";

    private static readonly DigestPlan Plan = new()
    {
        Channel = ChannelKind.SendGrid,
        Target = "ops@example.com by api.sendgrid.com",
        Keys = ["JobLineage:Digest:SendGrid:ApiKey", "JobLineage:Digest:From"],
        Schedule = "each hour",
        NextAfter = time => time.AddMinutes(12).AddSeconds(30),
        KeepFor = TimeSpan.FromDays(90),
    };

    private static TimeSpan Limit => TimeSpan.FromSeconds(30);

    private NavigationManager Nav => Services.GetRequiredService<NavigationManager>();

    [Fact]
    public async Task Without_a_channel_the_page_says_how_to_configure_one()
    {
        var page = Render<DigestListPage>();
        page.WaitForAssertion(() => Assert.NotNull(page.Find("[data-digests=off] pre")), Limit);
        Assert.Contains("JobLineage:Digest:Channel", page.Markup);
        Assert.Empty(page.FindAll("button.plain"));
        await AssertNothingLeaksAsync();
    }

    [Fact]
    public void Without_digests_it_says_when_the_next_is_due_and_what_waits()
    {
        Digests.Plan = Plan;
        // A row that can't be read is worth a digest.
        Assert.EndsWith("; no failure waits for it, and 1 row that can't be read.", DigestWords.Next(Digests.Overview with { UntoldRows = 1 }, Plan, SomeRuns.Noon));
        Digests.Overview = Digests.Overview with { Untold = 3, Muted = 37 };
        var page = List();
        page.WaitForAssertion(() => Assert.Contains("The next one is due in 12 min; 3 failures wait for it.", page.Find(".none").TextContent), Limit);
        Assert.Equal("37", page.Find("[data-muted]").GetAttribute("data-muted"));
        Assert.Contains("each hour, next in 12 min", page.Find(".summary").TextContent);
    }

    [Fact]
    public void Each_state_has_its_word_and_what_is_doubtful_says_so()
    {
        Digests.Plan = Plan;
        foreach (var state in Enum.GetValues<DeliveryState>())
            Put(FakeDigests.Summary((long)state + 1, state) with { PossibleDuplicate = state == DeliveryState.Accepted, Detail = "429: later" });
        var page = List();
        page.WaitForAssertion(() => Assert.Equal(6, page.FindAll("tr [data-digest]").Count), Limit);
        Assert.Equal(["given up", "failed", "unknown", "accepted", "sending", "pending"], page.FindAll("tr [data-digest] .chip").Select(c => c.TextContent));
        Assert.Contains("possible duplicate", Row(page, "accepted").TextContent);
        Assert.Contains("delivery uncertain", Row(page, "unknown").TextContent);
        Assert.Contains("429: later", Row(page, "pending").TextContent);
        Assert.Equal("digests/6", Row(page, "given-up").QuerySelector("a")!.GetAttribute("href"));
    }

    [Fact]
    public void The_address_holds_the_state_and_the_page()
    {
        Digests.Plan = Plan;
        for (var id = 1; id <= 60; id++)
            Put(FakeDigests.Summary(id, id % 2 == 0 ? DeliveryState.GivenUp : DeliveryState.Accepted));
        var page = List("?state=given-up&before=60");
        page.WaitForAssertion(() => Assert.Equal(25, page.FindAll("tr [data-digest]").Count), Limit);
        Assert.Equal(new(DeliveryState.GivenUp, 60), Digests.Queries[0]);
        Assert.Equal("58", page.Find("tr [data-digest]").GetAttribute("data-digest"));
        Assert.Equal("digests?state=given-up&before=10", page.Find(".pager [rel=next]").GetAttribute("href"));
        Assert.Equal("given up", page.Find(".choices [aria-current]").TextContent.Trim());
        page = List("?state=failed");
        page.WaitForAssertion(() => Assert.Contains("No digest is failed", page.Find(".none").TextContent), Limit);
    }

    [Fact]
    public void A_channel_that_refuses_is_a_sentence_with_the_keys_to_look_at()
    {
        Digests.Plan = Plan;
        var failed = FakeDigests.Summary(4, DeliveryState.Failed) with { Channel = "SendGrid", Detail = "401: the key is not valid." };
        Digests.Overview = Digests.Overview with { LastEnded = failed };
        var page = List();
        page.WaitForAssertion(() => Assert.Contains(
            "SendGrid refused the last digest: 401: the key is not valid. Look at JobLineage:Digest:SendGrid:ApiKey and JobLineage:Digest:From.",
            page.Find("[role=alert]").TextContent), Limit);
        Assert.Contains("not delivered", page.Find(".summary").TextContent);
    }

    [Fact]
    public void A_store_that_does_not_answer_is_a_sentence()
    {
        Digests.Plan = Plan;
        Digests.Failure = new TimeoutException();
        var page = List();
        page.WaitForAssertion(() => Assert.Contains("does not answer", page.Find("[role=alert]").TextContent), Limit);
    }

    [Theory]
    [InlineData(SendResult.Accepted, null, "good", "Accepted.")]
    [InlineData(SendResult.Rejected, "401: no", "bad", "Rejected: 401: no")]
    [InlineData(SendResult.Unknown, "silence", "bad", "Delivery is uncertain: silence")]
    [InlineData(null, null, "bad", "A test message was sent within the last 30 s; wait a moment.")]
    public async Task A_test_message_says_what_became_of_it(SendResult? result, string? detail, string look, string said)
    {
        Digests.Plan = Plan;
        Digests.Test = result is { } answer ? new(answer, detail) : null;
        var page = List();
        page.WaitForAssertion(() => Assert.NotNull(page.Find(".test button")), Limit);
        await page.Find(".test button").ClickAsync();
        Assert.Equal((look, said), (page.Find("[data-said]").GetAttribute("data-said"), page.Find("[data-said]").TextContent));
    }

    [Fact]
    public async Task A_pipeline_is_muted_by_the_form_and_unmuted_in_the_list()
    {
        Digests.Plan = Plan;
        Digests.Pipelines = [new("oban", "App.Mailer"), new("oban", "App.SyncJob")];
        var page = List("?source=oban&pipeline=App.SyncJob");
        page.WaitForAssertion(() => Assert.Equal("App.SyncJob (oban)", page.Find(".mute-form .pipeline input").GetAttribute("value")), Limit);
        Assert.True(page.Find("details#mute").HasAttribute("open"));

        await page.Find(".mute-form").SubmitAsync();
        Assert.StartsWith("Say why", page.Find(".said").TextContent);
        Assert.Empty(Digests.Asked);

        await ChooseLengthAsync(page, "7d");
        await page.Find(".reason input").ChangeAsync(Hostile);
        await page.Find(".mute-form").SubmitAsync();

        Assert.Equal("Muted.", page.Find(".said").TextContent);
        var asked = Assert.Single(Digests.Asked);
        Assert.Equal("App.SyncJob", asked.Pipeline.Worker);
        Assert.InRange(asked.Until - TimeProvider.System.GetUtcNow(), TimeSpan.FromDays(6.9), TimeSpan.FromDays(7));
        page.WaitForAssertion(() => Assert.Contains("muted", page.Find("[data-mute='1'] .chip").TextContent), Limit);
        Assert.Empty(page.FindAll("img"));

        await page.Find("tr:has([data-mute='1']) button").ClickAsync();
        page.WaitForAssertion(() => Assert.Contains("ended", page.Find("[data-mute='1'] .chip").TextContent), Limit);
        Assert.Empty(page.FindAll("tr:has([data-mute='1']) button"));
        await AssertNothingLeaksAsync();
    }

    private static Task ChooseLengthAsync(IRenderedComponent<DigestListPage> page, string length)
    {
        var select = page.FindComponent<MudBlazor.MudSelect<string>>();
        return select.InvokeAsync(() => select.Instance.ValueChanged.InvokeAsync(length));
    }

    [Fact]
    public async Task A_date_in_the_past_ends_no_mute()
    {
        Digests.Plan = Plan;
        Digests.Pipelines = [new("oban", "App.Mailer")];
        var page = List("?source=oban&pipeline=App.Mailer");
        page.WaitForAssertion(() => Assert.Equal("App.Mailer (oban)", page.Find(".mute-form .pipeline input").GetAttribute("value")), Limit);
        await ChooseLengthAsync(page, "until");
        await page.Find(".reason input").ChangeAsync("why");
        await page.Find(".mute-form").SubmitAsync();
        Assert.Equal("Give a date for the end.", page.Find(".said").TextContent);
        await page.Find(".until input").ChangeAsync("2020-01-01");
        await page.Find(".mute-form").SubmitAsync();
        Assert.Equal("The end is in the past.", page.Find(".said").TextContent);
        Assert.Empty(Digests.Asked);
    }

    [Fact]
    public void What_a_mute_held_back_is_listed()
    {
        Digests.Plan = Plan;
        Digests.Muted.Add(new(3, "oban", "App.SyncJob", "known", "Ada", SomeRuns.Noon, SomeRuns.Noon, null, null, false, 1, null));
        Digests.Failures = new([Told("7")], 51, 12);
        var page = List("?muted=3&before=99");
        page.WaitForAssertion(() => Assert.NotNull(page.Find("tr[data-failure]")), Limit);
        Assert.Equal(new(null, 3, 99), Digests.LastFailures);
        Assert.Equal("digests?before=12&muted=3", page.Find(".pager [rel=next]").GetAttribute("href"));
    }

    [Fact]
    public async Task A_digest_shows_its_message_in_a_frame_that_runs_nothing_and_its_text_as_text()
    {
        Digests.Plan = Plan;
        Put(FakeDigests.Summary(7, subject: Hostile), text: Hostile + new string('x', 1_000_000));
        var page = Digest(7);
        page.WaitForAssertion(() => Assert.NotNull(page.Find("iframe")), Limit);
        Assert.Equal("digests/7/message", page.Find("iframe").GetAttribute("src"));
        Assert.DoesNotContain("allow-scripts", page.Find("iframe").GetAttribute("sandbox"));
        Assert.DoesNotContain("allow-same-origin", page.Find("iframe").GetAttribute("sandbox"));
        Assert.Contains("<img src=x onerror=alert(1)>", page.Find(".facts").TextContent);
        Assert.Contains("ops@example.com", page.Find(".facts").TextContent);

        page = Digest(7, "?tab=text");
        page.WaitForAssertion(() => Assert.Contains("<img src=x onerror=alert(1)>", page.Find("pre").TextContent), Limit);
        Assert.Empty(page.FindAll("img, iframe"));
        await AssertNothingLeaksAsync();
    }

    [Fact]
    public void All_its_failures_are_on_pages_with_links_and_hostile_text_stays_text()
    {
        Digests.Plan = Plan;
        Put(FakeDigests.Summary(7));
        Digests.Failures = new([Told("a/b?c"), Told(Hostile)], 1_111, 90);
        var page = Digest(7, "?tab=failures&before=200");
        page.WaitForAssertion(() => Assert.Equal(2, page.FindAll("tr[data-failure]").Count), Limit);
        Assert.Equal(new(7, null, 200), Digests.LastFailures);
        Assert.Equal("jobs/oban/a/b%3Fc", page.Find("tr[data-failure] a").GetAttribute("href"));
        Assert.Equal("runs/oban/60?job=a%2Fb%3Fc", page.FindAll("tr[data-failure] a")[1].GetAttribute("href"));
        Assert.Contains("2 of 1,111", page.Find(".pager").TextContent);
        Assert.Equal("digests/7?tab=failures&before=90", page.Find(".pager [rel=next]").GetAttribute("href"));
        Assert.Empty(page.FindAll("img"));
    }

    [Fact]
    public void A_digest_that_is_not_there_is_a_sentence_and_one_that_is_old_too()
    {
        Digests.Plan = Plan;
        var page = Digest(99);
        page.WaitForAssertion(() => Assert.Equal("No digest 99", page.Find("h1").TextContent), Limit);
        Digests.Digests.Add(FakeDigests.View(FakeDigests.Summary(8)) with { IsSwept = true });
        page = Digest(8);
        page.WaitForAssertion(() => Assert.Contains("was deleted", page.Markup), Limit);
        Assert.Empty(page.FindAll("iframe"));
    }

    [Fact]
    public async Task A_job_says_which_digest_told_of_it_or_why_none_did()
    {
        Digests.Plan = Plan;
        var job = new Job { Source = "oban", Id = "7", Worker = "App.Mailer", State = JobState.Discarded };
        Reader.Jobs[new("oban", "7")] = new(job, "1", "Mailer", [], []);
        var mute = new Mute(3, "oban", "App.Mailer", Hostile, "Ada", SomeRuns.Noon, SomeRuns.Noon.AddDays(9_000), null, null, true, 0, null);
        Digests.Tellings =
        [
            new(5, 3, SomeRuns.Noon, null, null, null, 11, null, false), new(4, 3, SomeRuns.Noon, null, null, null, null, mute, false),
            new(3, 3, SomeRuns.Noon, null, null, null, null, null, true), new(2, 3, SomeRuns.Noon, 12, DeliveryState.Accepted, SomeRuns.Noon, null, null, false),
        ];
        var page = Render<JobPage>(p => p.Add(x => x.Source, "oban").Add(x => x.Id, "7"));
        page.WaitForAssertion(() => Assert.Equal(4, page.FindAll("[data-digests-of] li").Count), Limit);
        string Telling(int failure) => page.Find($"[data-failure='{failure}']").TextContent.ReplaceLineEndings(" ");
        Assert.Contains("Waits for the next digest", Telling(5));
        Assert.Contains("due in 12 min", Telling(5));
        Assert.Contains("may already be in digest 11", Telling(5));
        Assert.Contains("Muted by Ada", Telling(4));
        Assert.Contains("Not reported", Telling(3));
        Assert.Contains("Digest 12 accepted", Telling(2));
        Assert.Empty(page.FindAll("img"));
        await AssertNothingLeaksAsync();
    }

    [Fact]
    public void Many_viewers_cost_one_reading()
    {
        Digests.Plan = Plan;
        var pages = Enumerable.Range(0, 5).Select(_ => List()).ToList();
        Assert.All(pages, page => page.WaitForAssertion(() => Assert.NotNull(page.Find(".none")), Limit));
        Assert.Single(Digests.Queries);
    }

    private static ToldFailure Told(string job) => new(
        100, "oban", job, "60", "App.SyncJob", "SyncJob/" + job, "App." + job, 3, 3, 12, job, SomeRuns.Noon, false);

    private static IElement Row(IRenderedComponent<DigestListPage> page, string state) => page.Find($"tr:has([data-delivery='{state}'])");

    private void Put(DigestSummary summary, string text = "the text") => Digests.Digests.Add(FakeDigests.View(summary) with { Text = text });

    private IRenderedComponent<DigestListPage> List(string query = "")
    {
        Nav.NavigateTo("digests" + query);
        return Render<DigestListPage>();
    }

    private IRenderedComponent<DigestPage> Digest(long id, string query = "")
    {
        Nav.NavigateTo($"digests/{id}{query}");
        return Render<DigestPage>(p => p.Add(x => x.Id, id));
    }
}
