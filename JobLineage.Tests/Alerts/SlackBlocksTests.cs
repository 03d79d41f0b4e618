using System.Text.Json;
using JobLineage.Bench.Digest;
using JobLineage.Core.Alerts;
using JobLineage.Core.Alerts.Channels;
using JobLineage.Dashboard.Hosting;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Alerts;

/// <summary>Every kind of digest is blocks that Slack takes.</summary>
public sealed class SlackBlocksTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 14, 12, 0, 0, TimeSpan.Zero);

    private static readonly DigestContent Empty = DigestTextTests.Known() with { Failures = 0, RunCount = 0, Singles = 0, ToldBefore = 0, MoreRuns = 0, MoreFailures = 0, Runs = [] };

    private static readonly DigestOverdue Overdue = new("oban", "App.SyncJob", TimeSpan.FromDays(1), Noon);

    private static readonly DigestMuted Muted = new(3, "oban", "App.SyncJob", 37, Noon, "the venue <is> *down* & out");

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Slack_takes_every_kind_of_digest(string kind)
    {
        var body = await PostAsync(DigestRenderer.Render(Of(kind)));
        Assert.Empty(SlackRules.Check(body));
    }

    [Fact]
    public async Task Notes_are_sentences_with_a_link_and_many_of_them_are_counted()
    {
        var body = await PostAsync(DigestRenderer.Render(Of("many notes")));
        Assert.Contains("has not finished successfully within 1 d; the last time was 2026-03-14 12:00:00 UTC.", body);
        Assert.Contains("and 90 more notes", body);
        Assert.Contains("/?source=oban&worker=App.SyncJob", body.Replace("\\u0026", "&"));
    }

    [Fact]
    public async Task Each_failure_stands_there_with_its_link_while_there_are_few()
    {
        var body = await PostAsync(DigestRenderer.Render(Of("18 groups")));
        Assert.All(Enumerable.Range(1, 18), i => Assert.Contains($"/jobs/oban/{i}\"", body));
        Assert.DoesNotContain("more", body);
    }

    [Fact]
    public async Task What_does_not_fit_is_counted()
    {
        var body = await PostAsync(DigestRenderer.Render(Of("everything long")));
        using var json = JsonDocument.Parse(body);
        Assert.Matches(@"and \d+ more in \d+ other runs", body);
        Assert.InRange(json.RootElement.GetProperty("blocks").GetArrayLength(), 5, 50);
    }

    /// <summary>A checker that finds nothing proves nothing: the first is what notes once were.</summary>
    [Theory]
    [InlineData("""{"type":"rich_text_section","elements":["Overdue: SyncJob"]}""", "is no block")]
    [InlineData("""{"type":"rich_text","elements":[{"type":"rich_text_section","elements":["Overdue: SyncJob"]}]}""", "is no leaf")]
    [InlineData("""{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":""}]}]}""", "0 characters")]
    [InlineData("""{"type":"rich_text","elements":[{"type":"rich_text_list","style":"dash","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"x"}]}]}]}""", "style")]
    [InlineData("""{"type":"rich_text","elements":[{"type":"rich_text_list","style":"bullet","elements":[{"type":"text","text":"x"}]}]}""", "alone")]
    [InlineData("""{"type":"rich_text","elements":[]}""", "an empty one")]
    [InlineData("""{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"link","text":"x"}]}]}""", "url")]
    [InlineData("""{"type":"header","text":{"type":"mrkdwn","text":"x"}}""", "plain_text")]
    [InlineData("""{"type":"context","elements":[{"type":"text","text":"x"}]}""", "no text object")]
    [InlineData("""{"type":"section"}""", "without its text")]
    public void The_rules_find_what_is_malformed(string block, string said)
    {
        Assert.Contains(said, Assert.Single(SlackRules.Check($$"""{"text":"x","blocks":[{{block}}] }""")));
        Assert.NotEmpty(SlackRules.Check($$"""{"text":"x","blocks":[{{string.Join(',', Enumerable.Repeat("""{"type":"divider"}""", 51))}}] }"""));
        Assert.NotEmpty(SlackRules.Check("""{"text":"x","blocks":[{"type":"header","text":{"type":"plain_text","text":"LONG"}}]}""".Replace("LONG", new string('x', 151), StringComparison.Ordinal)));
    }

    public static TheoryData<string> Kinds() =>
        ["known", "test", "overdue", "muted", "many notes", "notes with failures", "18 groups", "200 runs", "one long group", "everything long", "empty names", "told before", "a possible copy"];

    internal static DigestContent Of(string kind) => kind switch
    {
        "known" or "a possible copy" => DigestTextTests.Known(),
        "told before" => DigestTextTests.Known() with { ToldBefore = 24 },
        "test" => Empty with { IsTest = true },
        "overdue" => Empty with { Overdue = [Overdue, Overdue with { LastAt = null }] },
        "muted" => Empty with { Muted = [Muted] },
        "many notes" => Empty with { Overdue = [.. Enumerable.Repeat(Overdue, 50)], Muted = [.. Enumerable.Repeat(Muted with { Reason = new string('<', 500) }, 50)] },
        "notes with failures" => DigestTextTests.Known() with { Overdue = [Overdue], Muted = [Muted], Older = 18, Unread = [new("oban", Noon, "The database does not answer."), new("other", null, "")] },
        "18 groups" => Runs(1, 18, 1, "** short", "target"),
        "200 runs" => Runs(200, 1, 1, "it broke", "t"),
        "one long group" => Runs(1, 1, 50, "it broke", "t"),
        "everything long" => Runs(20, 5, 2, new string('&', 900), new string('t', 100)),
        "empty names" => Runs(1, 2, 1, "", ""),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    private static DigestContent Runs(int runs, int groups, int jobs, string message, string target)
    {
        var id = 0;
        return Empty with
        {
            Failures = runs * groups * jobs,
            RunCount = runs,
            Runs = [.. Enumerable.Range(1, runs).Select(r => new DigestRun("oban", $"{r}", message.Length == 0 ? "" : "SyncJob", groups * jobs,
                [.. Enumerable.Range(1, groups).Select(g => new DigestGroup(message.Length == 0 ? "" : $"SyncJob/Job{g}", g, message, jobs, Noon, Noon, message,
                    [.. Enumerable.Range(1, jobs).Select(_ => new DigestJob($"{++id}", $"Job{g}", target, 1, 3, Noon) { Error = message, Arguments = target.Length == 0 ? null : "page=7" })])
                { Worker = message.Length == 0 ? "" : $"Job{g}" })], 0, 0))],
        };
    }

    private static async Task<string> PostAsync(DigestMessage message)
    {
        await using var server = await HttpLookAlike.StartAsync();
        using var client = new HttpClient(DigestServices.Handler());
        var outcome = await new SlackChannel(client, new(new(server.Url)), TimeProvider.System).SendAsync(message with { IsPossibleDuplicate = true }, default);
        Assert.Equal(SendResult.Accepted, outcome.Result);
        return server.Received[0].Body;
    }
}
