using Bunit;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Layout;
using JobLineage.Tests.Support;
using MudBlazor;

namespace JobLineage.Tests.Components;

/// <summary>The search for everything, over a store in memory.</summary>
public sealed class SearchDialogTests : PageContext
{
    private static TimeSpan Limit => TimeSpan.FromSeconds(30);

    [Fact]
    public async Task It_finds_pages_a_job_runs_workers_and_errors()
    {
        Reader.Put(SomeRuns.Run());
        Reader.JobSources["1"] = ["oban"];
        Reader.Page = new([], [], 0, default) { Pipelines = [new("oban", "App.SyncJob", 3)] };
        var dialogs = Open();
        Assert.Contains("Digests", Names(dialogs));

        await dialogs.Find("#find-all").InputAsync("1");
        dialogs.WaitForAssertion(() => Assert.Contains("runs/oban/1?job=1", Hrefs(dialogs)), Limit);

        await dialogs.Find("#find-all").InputAsync("sync");
        dialogs.WaitForAssertion(() => Assert.Contains("SyncJob", Names(dialogs)), Limit);
        Assert.Contains(Hrefs(dialogs), href => href!.StartsWith("pipelines/oban/", StringComparison.Ordinal));
        Assert.Contains("./?q=error%3Async%20from%3A1d", Hrefs(dialogs));
    }

    [Fact]
    public async Task A_store_that_does_not_answer_leaves_the_pages()
    {
        var dialogs = Open();
        Reader.Failure = new TimeoutException();

        await dialogs.Find("#find-all").InputAsync("dig");

        dialogs.WaitForAssertion(() => Assert.Contains("does not answer", dialogs.Find(".said").TextContent), Limit);
        Assert.Equal(["Digests"], Names(dialogs));
    }

    [Fact]
    public async Task What_is_typed_is_text_wherever_it_comes_back()
    {
        var dialogs = Open();

        await dialogs.Find("#find-all").InputAsync("<img src=x>\u202e");

        dialogs.WaitForAssertion(() => Assert.Contains("<img src=x>", dialogs.Markup.Length > 0 ? dialogs.Find("#find-results").TextContent : ""), Limit);
        Assert.Empty(dialogs.FindAll("img"));
    }

    private IRenderedComponent<MudDialogProvider> Open()
    {
        var dialogs = Render<MudDialogProvider>();
        Render<SearchDialog>(p => p.Add(dialog => dialog.IsOpen, true));
        dialogs.WaitForAssertion(() => Assert.NotNull(dialogs.Find("#find-all")), Limit);
        return dialogs;
    }

    private static IEnumerable<string> Names(IRenderedComponent<MudDialogProvider> dialogs) => dialogs.FindAll("#find-results .name").Select(name => name.TextContent);

    private static IEnumerable<string?> Hrefs(IRenderedComponent<MudDialogProvider> dialogs) => dialogs.FindAll("#find-results a").Select(link => link.GetAttribute("href"));
}
