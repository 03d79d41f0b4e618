using System.Text.Json;
using JobLineage.Dashboard.Demo.Oban;
using JobLineage.Dashboard.Demo.Pipelines;

namespace JobLineage.Tests.Demo;

public class PipelineScriptTests
{
    private const string Sync = "kk-2026-11-22-1-434";

    [Theory]
    [InlineData(Sync)]
    [InlineData("kk-2026-11-23-2-7")]
    [InlineData("kk-2027-01-01-33-999")]
    public void Every_incident_has_83_pages_and_1111_showtimes_that_are_discarded(string sync)
    {
        var pages = IncidentPlan.For(sync).PagePlans;

        Assert.Equal(83, pages.Count);
        Assert.Equal(1_111, pages.SelectMany(page => page.Showtimes).Count(fate => fate == ShowtimeFate.Discarded));
        Assert.Equal(1_500, pages.Sum(page => page.Showtimes.Count));
        Assert.All(pages.Where(page => page.Fate is PageFate.Childless or PageFate.Discarded or PageFate.Cancelled), page => Assert.Empty(page.Showtimes));
    }

    [Fact]
    public void A_job_does_the_same_whenever_it_is_performed()
    {
        var job = Page(7, attempt: 1);

        Assert.Equal(Describe(new PipelineScript("1").Perform(job)), Describe(new PipelineScript("1").Perform(job)));
    }

    [Fact]
    public void The_seed_decides_what_becomes_of_a_mail()
    {
        var mails = Enumerable.Range(1, 200).Select(id => new ObanJob(id, "emails", WorkerNames.Email, """{"n":1}""", 1, 3)).ToList();
        string[] Ends(string seed) => [.. mails.Select(mail => Describe(new PipelineScript(seed).Perform(mail)))];

        Assert.Equal(Ends("1"), Ends("1"));
        Assert.NotEqual(Ends("1"), Ends("2"));
    }

    [Fact]
    public void A_sync_inserts_every_page_once_over_its_two_attempts()
    {
        var script = new PipelineScript("1");
        var root = KinoKrakowPages.Root(Sync);
        ObanJob Attempt(int attempt) => new(60, root.Queue, root.Worker, JsonSerializer.Serialize(root.Args), attempt, root.MaxAttempts);

        var (first, second) = (script.Perform(Attempt(1)), script.Perform(Attempt(2)));

        Assert.IsType<Outcome.Failed>(first.Outcome);
        Assert.IsType<Outcome.Completed>(second.Outcome);
        var pages = first.Batches.Concat(second.Batches).SelectMany(batch => batch.Jobs).Select(job => JsonSerializer.Serialize(job.Args)).ToList();
        Assert.Equal(83, pages.Count);
        Assert.Equal(83, pages.Distinct().Count());
    }

    [Fact]
    public void A_page_names_itself_as_the_parent_of_what_it_spawns()
    {
        var children = Page(0, attempt: 1) is var job ? new PipelineScript("1").Perform(job).Batches.SelectMany(batch => batch.Jobs).ToList() : [];

        Assert.NotEmpty(children);
        Assert.All(children, child => Assert.Equal("""{"parent_job_id":4711}""", JsonSerializer.Serialize(child.Meta)));
    }

    [Fact]
    public void A_showtime_of_a_movie_that_is_not_ready_fails_at_every_attempt()
    {
        var page = IncidentPlan.For(Sync).PagePlans.First(plan => plan.Showtimes.Contains(ShowtimeFate.Discarded));
        var number = page.Showtimes.ToList().IndexOf(ShowtimeFate.Discarded);
        var args = JsonSerializer.Serialize(new { sync = Sync, movie_index = page.Index, showtime_index = number });

        for (var attempt = 1; attempt <= 4; attempt++)
        {
            var outcome = new PipelineScript("1").Perform(new ObanJob(1, "scraper", WorkerNames.Showtime, args, attempt, 4)).Outcome;
            Assert.Equal(
                "** (Oban.PerformError) EventasaurusDiscovery.Sources.KinoKrakow.Jobs.ShowtimeProcessJob failed with {:error, :movie_not_ready}",
                Assert.IsType<Outcome.Failed>(outcome).Error);
        }
    }

    [Fact]
    public void Some_args_hold_what_a_screen_must_not_run()
    {
        var titles = Enumerable.Range(0, IncidentPlan.Pages).Select(index => Movies.At(index).Title).ToList();

        Assert.Contains(titles, title => title.Contains("<script>", StringComparison.Ordinal));
        Assert.Equal(IncidentPlan.Pages, Enumerable.Range(0, IncidentPlan.Pages).Select(index => Movies.At(index).Slug).Distinct().Count());
    }

    private static ObanJob Page(int index, int attempt) => new(
        4711, "scraper_index", WorkerNames.MoviePage, JsonSerializer.Serialize(new { sync = Sync, movie_index = index, movie_slug = "s" }), attempt, 3);

    private static string Describe(Performance performance) => JsonSerializer.Serialize(new
    {
        performance.Takes,
        outcome = performance.Outcome.ToString(),
        performance.Batches,
    });
}
