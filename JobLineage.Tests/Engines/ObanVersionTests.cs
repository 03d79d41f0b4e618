using JobLineage.Core.Feed;
using JobLineage.Core.Feed.Trigger;
using JobLineage.Core.Lineage;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Tests.Engines.Conformance;
using JobLineage.Tests.Feed;
using JobLineage.Tests.Store;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Engines;

/// <summary>What conformance asks of each engine, asked of Oban at each of its schema versions.</summary>
[Takes(30)]
public sealed class ObanVersionTests
{
    public static TheoryData<int> Versions => [9, 10, 11, 12, 13, 14];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task It_is_read_at_every_version_and_lacks_nothing(int version)
    {
        await using var fixture = await MakeAsync(version);
        await fixture.SqlAsync(ObanVersions.Rows(version));
        var (source, problem) = await SourceProbe.ProbeAsync(Presets.Oban("q"), fixture.Source);
        Assert.Null(problem?.Message);
        Assert.Null(source!.Reach);
        Assert.Empty(source.Missing);
        var checks = await new SourceDoctor(source, fixture.Source, FeedKind.Auto, new()).ExamineAsync(default);
        Assert.Contains(checks, c => c.Message == $"Oban's schema version is {version}.");
        Assert.DoesNotContain(checks, c => c.Level == CheckLevel.Problem);

        Assert.Equal(Told(version), await ReadAsync(source, fixture));
        var run = (await new LineageQueries(source, fixture.Source).GetPipelineStatsAsync("6"))!.Run;
        Assert.Equal(["Sync 1", "Sync/Page 4", "Sync/Page/Show 1"], run.Stages.Select(s => $"{s.Path} {s.Counts.Total}").Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Polling_and_the_trigger_come_to_what_a_first_reading_finds(int version)
    {
        await using var fresh = await MakeAsync(version);
        await fresh.SqlAsync(ObanVersions.Rows(version));
        await fresh.FilledAsync(Presets.Oban("q"), redaction: new([]));
        var expected = await fresh.Database.ScalarAsync<string>(EngineConformanceTests.Stored);

        await using var fixture = await MakeAsync(version);
        await new TriggerInstaller(Presets.Oban("q"), fixture.Source).InstallAsync();
        await using var pushed = await FreshFeed.CreateAsync(fixture.Source);
        await pushed.StartAsync(Presets.Oban("q"));
        await pushed.UntilAsync(FeedState.Live);
        var polled = await fixture.FilledAsync(Presets.Oban("q"), redaction: new([]));
        await fixture.SqlAsync(ObanVersions.Rows(version));
        await polled.TickAsync();
        Assert.Equal(expected, await fixture.Database.ScalarAsync<string>(EngineConformanceTests.Stored));
        await pushed.UntilAsync(async () => await pushed.StoredAsync<string>(EngineConformanceTests.Stored) == expected, async () => EngineConformanceTests.Differing(expected!, await pushed.StoredAsync<string>(EngineConformanceTests.Stored)));
        Assert.Equal(0, await polled.ReconcileAsync());
        Assert.Null(await pushed.MessageAsync());
    }

    [Fact]
    public async Task What_a_version_lacks_is_given_up_by_the_column_and_its_number_is_only_said()
    {
        await using var fixture = await MakeAsync(8);
        await fixture.SqlAsync(ObanVersions.Rows(8));
        var (source, problem) = await SourceProbe.ProbeAsync(Presets.Oban("q"), fixture.Source);
        Assert.Null(problem?.Message);
        Assert.Equal(["oban_jobs.cancelled_at", "oban_jobs.meta"], source!.Missing);
        Assert.Equal(
            ["1 Completed  2026-11-30 10:01:00Z ", "2 Executing   ", "3 Retryable   no such page", "4 Discarded  2026-11-30 10:02:00Z ", "5 Scheduled   "],
            await ReadAsync(source, fixture));

        // A version that nobody knows is read as far as it goes.
        await fixture.SqlAsync("comment on table oban_jobs is '99'");
        var checks = await new SourceDoctor(source, fixture.Source, FeedKind.Poll, new()).ExamineAsync(default);
        Assert.Contains(checks, c => c.Message.StartsWith("Oban's schema version is 99;", StringComparison.Ordinal));
        Assert.DoesNotContain(checks, c => c.Level == CheckLevel.Problem);
    }

    private static string[] Told(int version) =>
    [
        "1 Completed  2026-11-30 10:01:00Z ", "2 Executing 1  ", "3 Retryable 1  no such page", "4 Discarded 1 2026-11-30 10:02:00Z ", "5 Cancelled 1 2026-11-30 10:02:00Z ",
        $"6 {(version < 14 ? JobState.Scheduled : JobState.Suspended)} 3  ",
    ];

    private static async Task<string[]> ReadAsync(ProbedSource source, StoreFixture fixture)
    {
        var rows = await new SourceReader(source, fixture.Source, new()).ReadAsync(["1", "2", "3", "4", "5", "6"], default);
        Assert.Empty(rows.Bad);
        return [.. rows.Jobs.OrderBy(j => j.Id, StringComparer.Ordinal).Select(j => $"{j.Id} {j.State} {j.ParentId} {j.FinishedAt:u} {j.Errors.LastOrDefault()?.Message}")];
    }

    private static async Task<StoreFixture> MakeAsync(int version)
    {
        var fixture = await StoreFixture.CreateAsync();
        foreach (var step in ObanVersions.Make(version))
            await fixture.SqlAsync(step);
        // Rows that are made twice are the same.
        await fixture.SqlAsync("alter table oban_jobs alter column inserted_at set default '2026-11-30 09:00', alter column scheduled_at set default '2026-11-30 09:00'");
        return fixture;
    }
}
