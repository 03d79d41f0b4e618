using System.Text;
using JobLineage.Core.Alerts;

namespace JobLineage.Tests.Alerts;

/// <summary>How much a message lists, and that what is left out is counted.</summary>
public sealed class DigestFitTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 14, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Each_group_has_some_before_the_largest_has_all()
    {
        Assert.Equal([4, 3, 1], DigestShares.Of([20, 3, 1], 8));
        Assert.Equal([1, 1, 0], DigestShares.Of([20, 3, 1], 2));
        Assert.Equal([20, 3, 1], DigestShares.Of([20, 3, 1], 200));
        Assert.Equal([], DigestShares.Of([], 200));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(23)]
    [InlineData(60)]
    public void Whatever_is_left_out_is_counted(int jobs)
    {
        var digest = Some(12, 3, 2, "short");
        var listing = DigestFit.Listing(digest, jobs);
        Assert.InRange(listing.Runs.Sum(r => r.Groups.Sum(g => g.Jobs.Count)), 1, jobs);
        Assert.Equal(digest.Failures, listing.MoreFailures + listing.Runs.Sum(r => r.MoreFailures + r.Groups.Sum(g => g.Failures)));
        Assert.Equal(digest.Runs.Count, listing.MoreRuns + listing.Runs.Count);
        Assert.All(listing.Runs, r => Assert.Equal(3, r.MoreGroups + r.Groups.Count));
        Assert.All(listing.Runs, r => Assert.All(r.Groups, g => Assert.Equal(g.Failures, g.MoreJobs + g.Jobs.Count)));
        // No run lists its second group while another lists none.
        Assert.True(listing.Runs.Count == digest.Runs.Count || listing.Runs.All(r => r.Groups.Count == 1));
    }

    [Fact]
    public void A_message_of_long_errors_lists_less_and_stays_within_a_hundred_kilobytes()
    {
        var message = DigestRenderer.Render(Some(50, 2, 2, string.Join('\n', Enumerable.Repeat(new string('<', 99), 6))));
        Assert.InRange(Encoding.UTF8.GetByteCount(message.Html), 50_000, 100_000);
        Assert.InRange(Encoding.UTF8.GetByteCount(message.Text), 10_000, 100_000);
        Assert.InRange(message.Content.Runs.Sum(r => r.Groups.Sum(g => g.Jobs.Count)), 10, 199);
        Assert.True(message.Content.MoreFailures > 0);
        Assert.Contains($"and {message.Content.MoreFailures} more in ", message.Text);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Very_many_notes_leave_room_for_failures_and_are_counted(bool hasFailures)
    {
        var digest = (hasFailures ? Some(50, 2, 2, "it broke") : Some(0, 0, 0, "")) with
        {
            Unread = [.. Enumerable.Range(1, 1_000).Select(i => new DigestUnread($"source{i}", Noon, new('<', 500)))],
            PutAside = [.. Enumerable.Range(1, 50).Select(i => new DigestPutAside($"source{i}", 9, [new('<', 500), new('&', 500), new('"', 500)]))],
        };
        var message = DigestRenderer.Render(digest);
        Assert.InRange(Encoding.UTF8.GetByteCount(message.Html), 20_000, 100_000);
        Assert.InRange(Encoding.UTF8.GetByteCount(message.Text), 5_000, 100_000);
        Assert.True(message.Content is { Unread.Count: > 3, PutAside.Count: > 3 });
        Assert.Equal(1_050, message.Content.MoreNotes + message.Content.Unread.Count + message.Content.PutAside.Count);
        Assert.Equal(message.Content.MoreNotes, message.Content.MoreSources);
        Assert.Contains($"and {message.Content.MoreNotes:N0} more notes\nhttps://lineage.example.com/sources\n", message.Text);
        Assert.Equal(hasFailures, message.Content.Runs.Sum(r => r.Groups.Sum(g => g.Jobs.Count)) > 20);
    }

    [Fact]
    public void Notes_about_pipelines_that_are_left_out_are_on_the_page_of_digests()
    {
        var digest = DigestFit.Noting(Some(1, 1, 1, "it broke") with
        {
            Unread = [new("oban", Noon, "away")],
            Overdue = [.. Enumerable.Range(1, 9).Select(i => new DigestOverdue("oban", $"Job{i}", TimeSpan.FromDays(1), null))],
        }, 4);
        Assert.Equal((6, 0), (digest.MoreNotes, digest.MoreSources));
        Assert.EndsWith("/digests", DigestNotes.Of(digest)[^1].Address);
    }

    [Fact]
    public void What_fits_stays_as_it_is()
    {
        var digest = Some(20, 2, 5, "short");
        Assert.Same(digest, DigestRenderer.Render(digest).Content);
    }

    private static DigestContent Some(int runs, int groups, int jobs, string message) => DigestTextTests.Known() with
    {
        Failures = runs * groups * jobs,
        RunCount = runs,
        Singles = 0,
        MoreRuns = 0,
        MoreFailures = 0,
        Runs = [.. Enumerable.Range(1, runs).Select(r => new DigestRun("oban", $"{r}", "SyncJob", groups * jobs,
            [.. Enumerable.Range(1, groups).Select(g => new DigestGroup($"SyncJob/Job{g}", g, message, jobs, Noon, Noon, message,
                [.. Enumerable.Range(1, jobs).Select(j => new DigestJob($"{r}{g}{j}", $"Job{g}", $"{j}", 1, 3, Noon))]) { Worker = $"Job{g}" })], 0, 0))],
    };
}
