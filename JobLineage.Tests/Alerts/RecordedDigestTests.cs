using JobLineage.Core.Alerts;
using JobLineage.Core.Sources;
using JobLineage.Tests.Store;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Alerts;

/// <summary>What the digest says of rows that real queues wrote.</summary>
public sealed class RecordedDigestTests
{
    private static readonly DateTimeOffset Since = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Each_dead_row_of_research_jobs_stands_there_with_its_source_and_type()
    {
        var message = await MakeAsync(RecordedData.ResearchMid, Presets.ResearchJobs("research_jobs"));
        Assert.Equal(10, message.Content.Failures);
        Assert.All(new[] { 6, 7, 11, 15, 16, 36, 38, 46, 51, 69 }, id => Assert.Contains($"https://lineage.example.com/jobs/research_jobs/{id}\n", message.Text));
        Assert.Contains("apple/refresh_catalog", message.Text);
        // Each is of a type that names its source, never of the second half alone.
        Assert.All(message.Content.Runs.SelectMany(r => r.Groups), g => Assert.Contains('/', g.Worker));
        Assert.All(message.Content.Runs.SelectMany(r => r.Groups).SelectMany(g => g.Jobs), j => Assert.False(string.IsNullOrEmpty(j.Error) || string.IsNullOrEmpty(j.Target)));
    }

    [Fact]
    public async Task Obans_wrappers_stand_nowhere_and_jobs_are_told_apart_by_their_arguments()
    {
        var message = await MakeAsync(RecordedData.ObanEnd, Presets.Oban("oban"));
        Assert.All([message.Text, message.Html], text =>
        {
            Assert.DoesNotContain("** (", text);
            Assert.DoesNotContain("PerformError", text);
        });
        var group = message.Content.Runs.SelectMany(r => r.Groups).MaxBy(g => g.Failures)!;
        Assert.Equal(("ShowtimeProcessJob", 20), (group.Worker, group.Jobs.Count));
        Assert.Equal(20, group.Jobs.Select(j => j.Arguments).Distinct().Count());
        Assert.Equal(message.Content.Failures, message.Content.MoreFailures + message.Content.Runs.Sum(r => r.MoreFailures + r.Groups.Sum(g => g.Failures)));
        Assert.Equal((0, 0), (message.Content.MoreRuns, message.Content.Runs.Sum(r => r.MoreGroups)));
    }

    private static async Task<DigestMessage> MakeAsync(RecordedData data, SourceMapping mapping)
    {
        await using var store = await StoreFixture.CreateAsync(data);
        await store.FilledAsync(mapping);
        return (await new DigestMaker(store.Store, DigestFixture.BaseUrl, Since).MakeAsync(null, keep: true, default))!;
    }
}
