using JobLineage.Core.Model;

namespace JobLineage.Dashboard.Cli;

/// <summary>What became different between two readings of a run. Pure.</summary>
/// <param name="before">The earlier.</param>
/// <param name="after">The later; the same as the earlier where nothing was read in between.</param>
internal sealed class RunChanges(RunSnapshot before, RunSnapshot after)
{
    private readonly Dictionary<string, StateCounts> earlier = before.Stages.ToDictionary(s => s.Path, s => s.Counts, StringComparer.Ordinal);

    /// <summary>By how many jobs a count of the later reading has changed; 0: not at all.</summary>
    public long Of(Stage stage, JobState state) => stage.Counts[state] - earlier.GetValueOrDefault(stage.Path)[state];

    /// <summary>A line for each stage that changed, each finding that came or went, and the run itself.</summary>
    public IEnumerable<string> Lines()
    {
        foreach (var stage in after.Stages)
        {
            var changes = JobStates.All.Where(state => Of(stage, state) != 0)
                .Select(state => $"{state.Name()} {Format.Count(earlier.GetValueOrDefault(stage.Path)[state])} -> {Format.Count(stage.Counts[state])}").ToList();
            if (changes.Count > 0)
                yield return $"{stage.Path}: {string.Join(", ", changes)}";
        }

        foreach (var path in before.Stages.Select(s => s.Path).Except(after.Stages.Select(s => s.Path)))
            yield return $"{path}: gone";
        foreach (var finding in after.Findings.ExceptBy(before.Findings.Select(Key), Key))
            yield return $"+ {finding.KindName}: {finding.Reason}";
        foreach (var finding in before.Findings.ExceptBy(after.Findings.Select(Key), Key))
            yield return $"- {finding.KindName}: {finding.Stage ?? "the run"}";
        if (after.State != before.State)
            yield return $"run: {Word(before.State)} -> {Word(after.State)}";
    }

    /// <summary>What the run as a whole is doing, in a word.</summary>
    public static string Word(RunState state) => state.ToString().ToLowerInvariant();

    // Its sentence counts seconds: what it is about is what it is.
    private static (FindingKind, string?) Key(Finding finding) => (finding.Kind, finding.Stage);
}
