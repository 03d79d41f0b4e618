using JobLineage.Core.Model;
using JobLineage.Core.Store;
using JobLineage.Core.Store.Ingest;

namespace JobLineage.Tests.Store;

/// <summary>What an engine says of itself, as the store keeps it: written every few seconds, and mostly the same.</summary>
public sealed class EvidenceTests
{
    private const string Versions = "select coalesce((select string_agg(queue || ' ' || xmin || ctid, ',' order by queue) from job_lineage.engine_queue), '') || ';' || coalesce((select string_agg(node || ' ' || queue || ' ' || xmin || ctid, ',' order by node, queue) from job_lineage.engine_node), '')";

    private static EngineEvidence Evidence(params EngineQueue[] queues) => EngineEvidence.None with
    {
        QueuesBy = "pauses",
        Queues = queues,
        NodesBy = "workers",
        Nodes = [new("web-1", "mail", null, SomeTime, true), new("web-1", null, null, SomeTime, true), new("web-2", "mail", null, SomeTime, false)],
    };

    private static DateTimeOffset SomeTime => new(2026, 11, 30, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task What_is_as_it_was_is_not_written_again_and_what_is_gone_goes()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        var record = await SourceRecord.OpenAsync(fixture.Store, "oban", default);
        await record.SayEvidenceAsync(Evidence(new("mail", true, SomeTime, "pauses"), new("default", false, null, "pauses")), null, default);
        var before = await fixture.Database.ScalarAsync<string>(Versions);
        Assert.Equal((2L, 3L), (await fixture.CountAsync("engine_queue"), await fixture.CountAsync("engine_node")));

        await record.SayEvidenceAsync(Evidence(new("mail", true, SomeTime, "pauses"), new("default", false, null, "pauses")), null, default);
        Assert.Equal(before, await fixture.Database.ScalarAsync<string>(Versions));

        await record.SayEvidenceAsync(Evidence(new EngineQueue("mail", false, null, "pauses")) with { Nodes = [new("web-1", "mail", null, SomeTime, true)] }, null, default);
        Assert.Equal("mail f", await fixture.Database.ScalarAsync<string>("select string_agg(queue || ' ' || left(is_paused::text, 1), ',') from job_lineage.engine_queue"));
        Assert.Equal("web-1 mail", await fixture.Database.ScalarAsync<string>("select string_agg(node || ' ' || queue, ',') from job_lineage.engine_node"));
    }

    [Fact]
    public async Task A_leader_that_was_followed_by_another_says_nothing_any_more()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        var record = await SourceRecord.OpenAsync(fixture.Store, "oban", default);
        await fixture.SqlAsync("update job_lineage.source set epoch = epoch + 1");
        await Assert.ThrowsAsync<LeadLostException>(() => record.SayEvidenceAsync(Evidence(), null, default));
        Assert.Equal(0, await fixture.CountAsync("engine"));
    }

    [Fact]
    public async Task Why_it_could_not_be_asked_stands_with_the_source_while_it_is_so()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.FilledAsync();
        await fixture.SqlAsync($"update job_lineage.source set state = {(short)FeedState.Polling}, heartbeat_at = now()");
        var record = await SourceRecord.OpenAsync(fixture.Store, "oban", default);
        await record.SayEvidenceAsync(EngineEvidence.None, "What Oban says of its queues can't be read here: no.", default);
        Assert.EndsWith("What Oban says of its queues can't be read here: no.", (await fixture.Reader.SourcesAsync(default)).Single().Message);

        await record.SayEvidenceAsync(EngineEvidence.None, null, default);
        Assert.DoesNotContain("its queues", (await fixture.Reader.SourcesAsync(default)).Single().Message ?? "");
    }
}
