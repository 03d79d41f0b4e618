using JobLineage.Core.Model;

namespace JobLineage.Core.Diagnosis;

/// <summary>A run with what was found in it.</summary>
/// <param name="Source">The source's name.</param>
/// <param name="RootId">The id of its root.</param>
/// <param name="Worker">The full worker name of its root.</param>
/// <param name="Findings">What was found.</param>
public sealed record FoundRun(string Source, string RootId, string Worker, IReadOnlyList<Finding> Findings);

/// <summary>
/// Groups the findings of runs by their cause: a queue that stopped is one incident, however many runs wait for it, and what failed because of it is told with it. Keys are
/// stable: pages, links and alerts use the same. Pure.
/// </summary>
public static class Incidents
{
    /// <summary>Runs that an incident names; it says how many it leaves out by their number alone.</summary>
    public const int MostRuns = 50;

    /// <summary>The incidents, that which affects most jobs first.</summary>
    public static IReadOnlyList<Incident> Of(IEnumerable<FoundRun> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        var parts = new List<Part>();
        foreach (var run in runs)
        {
            var effects = run.Findings.Where(f => f.Cause is not null).ToLookup(f => f.Cause!, StringComparer.Ordinal);
            foreach (var finding in run.Findings)
            {
                if (finding is { Cause: null, EndedAt: null } && KeyOf(run.Source, finding) is { } key)
                    parts.Add(new(key, run, finding, [.. effects[finding.Id]]));
            }
        }

        return
        [
            .. parts.GroupBy(part => part.Key, StringComparer.Ordinal).Select(Whole)
                .OrderByDescending(incident => incident.Affected).ThenBy(incident => incident.Kind).ThenBy(incident => incident.Key, StringComparer.Ordinal),
        ];
    }

    /// <summary>What a finding's incident is known by; null for what is none: jobs that only wait, and links that are wrong.</summary>
    public static string? KeyOf(string source, Finding finding)
    {
        ArgumentNullException.ThrowIfNull(finding);
        var cause = finding.Evidence.GetValueOrDefault("cause") as string;
        return finding.Kind switch
        {
            FindingKind.Stuck when cause is "paused" or "unserved" or "unconsumed" or "held" => $"queue:{source}:{finding.Evidence.GetValueOrDefault("queue") as string}",
            FindingKind.Stuck when cause is "orphan" && finding.Evidence.GetValueOrDefault("node") is string node => $"node:{source}:{node}",
            FindingKind.Stuck => $"{(cause is "hanging" or "orphan" ? "attempts" : cause ?? "stuck")}:{source}:{finding.Stage}",
            FindingKind.Failing => $"failing:{source}:{finding.Stage}",
            FindingKind.Missing => $"missing:{source}:{finding.Evidence.GetValueOrDefault("missingStage") as string ?? finding.Stage}",
            FindingKind.Childless => $"childless:{source}:{finding.Stage}",
            _ => null,
        };
    }

    private static Incident Whole(IGrouping<string, Part> group)
    {
        // What is said of the incident is what is said of the run that suffers most.
        var parts = group.OrderByDescending(part => part.Affected).ThenBy(part => part.Run.RootId, StringComparer.Ordinal).ToList();
        var (worst, several) = (parts[0], parts.Select(part => part.Run.RootId).Distinct().Skip(1).Any());
        return new(group.Key, worst.Run.Source, worst.Finding.Kind, Headline(worst.Finding, several))
        {
            Since = parts.Select(part => part.Finding.Began).Min(),
            Waiting = parts.Where(part => part.Finding.Kind == FindingKind.Stuck).Sum(part => part.Own),
            Failed = parts.Sum(part => part.Effects.Sum(effect => effect.Affected) + (part.Finding.Kind == FindingKind.Failing ? part.Own : 0)),
            Missing = parts.Where(part => part.Finding.Kind is FindingKind.Missing or FindingKind.Childless).Sum(part => part.Own),
            Advice = worst.Finding.Advice,
            Runs = [.. parts.DistinctBy(part => part.Run.RootId).Take(MostRuns).Select(part => new IncidentRun(part.Run.RootId, part.Run.Worker, part.Finding.Id, part.Finding.Stage, part.Affected) { Own = part.Own })],
        };
    }

    // Numbers of one run would be wrong of several; of a queue or a node the headline has none that matter.
    private static string Headline(Finding finding, bool several)
    {
        var name = finding.Stage is { } path ? Sentences.Named(2, StagePath.NameOf(path)) : "Jobs";
        var queue = finding.Evidence.GetValueOrDefault("queue") as string;
        return finding.Kind switch
        {
            FindingKind.Stuck => finding.Evidence.GetValueOrDefault("cause") switch
            {
                "paused" when queue is { Length: > 0 } => $"{queue} is paused",
                "unconsumed" when queue is { Length: > 0 } => finding.Evidence.GetValueOrDefault("queueLastAttemptedAt") is null ? $"{queue} has never started a job" : $"{queue} stopped",
                "orphan" when finding.Evidence.GetValueOrDefault("node") is string node => $"Jobs were left behind by node {node}",
                "orphan" or "hanging" => $"{name} run for too long",
                "quiet" => $"{name} do not start",
                _ => finding.Headline,
            },
            FindingKind.Failing when several => $"{name} are failing",
            FindingKind.Missing when several => $"{name} were never created",
            FindingKind.Childless when several => $"{name} completed without creating any jobs",
            _ => finding.Headline,
        };
    }

    private sealed record Part(string Key, FoundRun Run, Finding Finding, IReadOnlyList<Finding> Effects)
    {
        public long Affected => Finding.Affected;

        public long Own => Finding.Affected - Effects.Sum(effect => effect.Affected);
    }
}
