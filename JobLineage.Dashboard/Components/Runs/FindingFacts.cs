using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Shared;

namespace JobLineage.Dashboard.Components.Runs;

/// <summary>One small fact beside a finding: what it is called, and a text, a time or a link.</summary>
/// <param name="Label">What it is called.</param>
/// <param name="Text">The text; it goes before a time or a job.</param>
/// <param name="At">A time, shown relative; null for none.</param>
/// <param name="Job">The id of a job to be linked; null for none.</param>
/// <param name="Stage">The path of a stage to be linked; null for none.</param>
/// <param name="MayBeAhead">Whether the time may lie ahead.</param>
public sealed record FindingFact(string Label, string? Text = null, DateTimeOffset? At = null, string? Job = null, string? Stage = null, bool MayBeAhead = false);

/// <summary>The evidence of a finding as a person reads it: what its sentences do not say. What is not known by name is left to the API. Pure.</summary>
public static class FindingFacts
{
    /// <summary>The facts, the weightiest first.</summary>
    public static IReadOnlyList<FindingFact> Of(Finding finding)
    {
        var evidence = finding.Evidence;
        var facts = new List<FindingFact>();
        foreach (var error in List(evidence, "errors"))
            facts.Add(new($"{Number(error, "count")} ×", Format.Short(error.GetValueOrDefault("fingerprint") as string ?? "", 200)));
        if (Inner(evidence, "first") is { } first)
            facts.Add(new(evidence.GetValueOrDefault("isFirstOfRun") is true ? "first of the run" : "first", At: Time(first, "at"), Job: first.GetValueOrDefault("job") as string));
        if (Inner(evidence, "ancestor") is { } ancestor)
            facts.Add(new("failed above", At: Time(ancestor, "at"), Job: ancestor.GetValueOrDefault("job") as string, Stage: ancestor.GetValueOrDefault("stage") as string));
        foreach (var stage in List(evidence, "stages").Skip(1))
            facts.Add(new("also", $"{Number(stage, "count")} in", Stage: stage.GetValueOrDefault("stage") as string));
        if (Time(evidence, "since") is { } since)
            facts.Add(new("since", At: since));
        if (Time(evidence, "until") is { } until)
            facts.Add(new("until", At: until, MayBeAhead: true));
        facts.AddRange(Queue(evidence, finding.Kind == FindingKind.Waiting));
        if (evidence.GetValueOrDefault("node") is string node)
            facts.Add(new("node", Format.Short(node, 60), Time(evidence, "nodeSeenAt")));
        if (evidence.GetValueOrDefault("saidBy") is string table)
            facts.Add(new("says", Format.Short(table, 60)));
        if (finding.Kind == FindingKind.Stuck && evidence.GetValueOrDefault("thresholdSeconds") is double threshold)
            facts.Add(new("threshold", Format.Roughly(TimeSpan.FromSeconds(threshold))));
        return facts;
    }

    private static IEnumerable<FindingFact> Queue(IReadOnlyDictionary<string, object?> evidence, bool moves)
    {
        if (evidence.GetValueOrDefault("queue") is not string queue)
            yield break;
        yield return new(
            queue.Length == 0 ? "source" : $"queue {Format.Short(queue, 40)}",
            $"{Number(evidence, "queueReady")} ready, {Number(evidence, "queueExecuting")} executing");
        if (Time(evidence, "queueLastAttemptedAt") is { } last)
            yield return new("last start there", At: last);
        else
            yield return new("last start there", "never seen");
        // Of a queue that stands still the pace of some minutes ago would only confuse.
        if (moves && evidence.GetValueOrDefault("startsPerMinute") is double rate and >= 0.1)
            yield return new("starts a minute", Format.Rate(rate));
    }

    private static bool Has(IReadOnlyDictionary<string, object?> evidence, string name) => evidence.GetValueOrDefault(name) is int or long;

    private static string Number(IReadOnlyDictionary<string, object?> evidence, string name) => evidence.GetValueOrDefault(name) switch
    {
        long number => Format.Count(number),
        int number => Format.Count(number),
        _ => "?",
    };

    private static DateTimeOffset? Time(IReadOnlyDictionary<string, object?> evidence, string name) => evidence.GetValueOrDefault(name) as DateTimeOffset?;

    private static IReadOnlyDictionary<string, object?>? Inner(IReadOnlyDictionary<string, object?> evidence, string name) =>
        evidence.GetValueOrDefault(name) as IReadOnlyDictionary<string, object?>;

    private static IEnumerable<IReadOnlyDictionary<string, object?>> List(IReadOnlyDictionary<string, object?> evidence, string name) =>
        evidence.GetValueOrDefault(name) as IEnumerable<IReadOnlyDictionary<string, object?>> ?? [];
}
