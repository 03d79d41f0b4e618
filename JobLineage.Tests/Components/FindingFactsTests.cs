using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Runs;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Components;

public sealed class FindingFactsTests
{
    [Fact]
    public void An_attempt_that_hangs_comes_with_its_node()
    {
        var facts = Of(FindingKind.Stuck, ("since", SomeRuns.Noon), ("node", "worker-2"), ("nodeSeenAt", SomeRuns.Noon), ("usualSeconds", 4.0), ("pastRuns", 12), ("thresholdSeconds", 300.0));

        Assert.Equal(
            [new("since", At: SomeRuns.Noon), new("node", "worker-2", SomeRuns.Noon), new("threshold", "5 min")],
            facts);
    }

    [Fact]
    public void What_waits_for_its_turn_says_until_when_and_at_what_pace()
    {
        var busy = new (string, object?)[] { ("until", SomeRuns.Noon), ("queue", "mail"), ("queueReady", 61L), ("queueExecuting", 2L), ("queueLastAttemptedAt", SomeRuns.Noon), ("startsPerMinute", 12.34), ("thresholdSeconds", 300.0) };

        Assert.Equal(
            [new("until", At: SomeRuns.Noon, MayBeAhead: true), new("queue mail", "61 ready, 2 executing"), new("last start there", At: SomeRuns.Noon), new("starts a minute", "12")],
            Of(FindingKind.Waiting, busy));
        // What stands still has no pace; a threshold belongs to it.
        Assert.Equal(["until", "queue mail", "last start there", "threshold"], Of(FindingKind.Stuck, busy).Select(fact => fact.Label));
    }

    [Fact]
    public void A_source_without_queues_is_called_that()
    {
        Assert.Equal(
            [new("source", "3 ready, 0 executing"), new("last start there", "never seen")],
            Of(FindingKind.Stuck, ("queue", ""), ("queueReady", 3L), ("queueExecuting", 0L)));
    }

    [Fact]
    public void What_the_sentences_say_is_not_said_again()
    {
        Assert.Empty(Of(FindingKind.Missing, ("actual", 1_089L), ("expected", 1_108L), ("basis", "past runs"), ("pastRuns", 12)));
        Assert.Empty(Of(FindingKind.Childless, ("withChildren", 74L), ("total", 76L), ("count", 2L), ("state", "completed")));
    }

    [Fact]
    public void Errors_come_first_and_a_long_one_is_cut()
    {
        var facts = Of(
            FindingKind.Failing, ("affected", 80L),
            ("errors", new List<Dictionary<string, object?>> { new() { ["fingerprint"] = new string('x', 900), ["count"] = 1_111L }, new() { ["fingerprint"] = "short", ["count"] = 2L } }),
            ("ancestor", new Dictionary<string, object?> { ["stage"] = "A/B", ["job"] = "7", ["at"] = SomeRuns.Noon, ["count"] = 8L }));

        Assert.Equal(["1,111 ×", "2 ×", "failed above"], facts.Select(fact => fact.Label));
        Assert.InRange(facts[0].Text!.Length, 100, 201);
        Assert.Equal(new("failed above", At: SomeRuns.Noon, Job: "7", Stage: "A/B"), facts[2]);
    }

    [Fact]
    public void What_is_not_known_by_name_or_has_another_form_is_left_out() => Assert.Empty(Of(
        FindingKind.Stuck, ("novel", 1L), ("since", "yesterday"), ("errors", "none"), ("expected", "many"), ("node", 5), ("thresholdSeconds", null)));

    private static IReadOnlyList<FindingFact> Of(FindingKind kind, params (string Name, object? Value)[] evidence) =>
        FindingFacts.Of(new(kind, "A", "Because.", evidence.ToDictionary(entry => entry.Name, entry => entry.Value), []));
}
