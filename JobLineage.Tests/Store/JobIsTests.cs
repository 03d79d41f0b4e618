using System.Text.RegularExpressions;
using JobLineage.Core.Model;
using JobLineage.Core.Store;

namespace JobLineage.Tests.Store;

/// <summary>A partial index serves a statement only where the statement says its predicate.</summary>
public sealed partial class JobIsTests
{
    /// <summary>What the indexes that depend on states and flags are made over, in the words of the statements that they serve.</summary>
    private static readonly Dictionary<string, string> Predicates = new()
    {
        ["job_stage"] = $"stage_id is not null and {JobIs.Counted("")}",
        ["job_childless"] = $"{JobIs.In(JobState.Completed, "")} and children = 0 and run_key is null and stage_id is not null and {JobIs.Counted("")}",
        ["job_short"] = $"{JobIs.In(JobState.Completed, "")} and expected > children and stage_id is not null and {JobIs.Counted("")}",
        ["job_finished"] = $"stage_id is not null and {JobIs.Counted("")} and (finished_at is not null or {JobIs.In(JobState.Discarded, "")})",
        ["job_error"] = $"stage_id is not null and {JobIs.Counted("")} and fingerprint is not null",
        ["job_uncounted"] = $"stage_id is not null and {JobIs.Uncounted("")}",
        ["job_single_over"] = $"stage_id is null and {JobIs.Gone("")}",
        ["run_open"] = $"{StateColumns.Sum(JobStates.Unfinished)} > 0",
        ["run_closed"] = Closed,
        ["run_closed_activity"] = Closed,
        ["run_closed_started"] = Closed,
        ["run_closed_span"] = Closed,
        ["run_closed_jobs"] = Closed,
        ["run_closed_failures"] = Closed,
        ["run_failed"] = $"{Closed} and discarded > 0",
    };

    private static string Closed => $"rows > 0 and {StateColumns.Sum(JobStates.Unfinished)} = 0";

    [Fact]
    public void Each_predicate_of_an_index_is_what_statements_say()
    {
        var made = Indexes();

        Assert.Equal(Predicates.OrderBy(p => p.Key), made.OrderBy(p => p.Key));
    }

    [Fact]
    public void Numbers_are_those_of_the_words()
    {
        Assert.Equal("j.state = 6 and j.flags & 5 = 0", JobIs.Counted(JobState.Discarded));
        Assert.Equal("flags & 5 <> 0", JobIs.Uncounted(""));
        Assert.Equal("j.flags & 1 = 0", JobIs.Seen());
        Assert.Equal("j.flags & 3 = 0", JobIs.Present());
        Assert.Equal("j.flags & 2 <> 0", JobIs.Gone());
        Assert.Equal("p.flags & 8 = 0", JobIs.Linked("p"));
        Assert.Equal("j.flags & 8 <> 0", JobIs.Unlinked());
        Assert.Equal("j.flags & 16 <> 0", JobIs.Cut());
        Assert.Equal("state < 5 and flags & 7 = 0", JobIs.Unfinished(""));
        Assert.Equal("j.state in (0, 3)", JobIs.In([JobState.Available, JobState.Executing]));
        Assert.Equal("(5), (6), (7)", JobIs.Rows(JobStates.All.Where(state => state.IsFinished())));
    }

    /// <summary>The indexes that the migrations leave behind whose predicates have to do with states or flags.</summary>
    private static Dictionary<string, string> Indexes()
    {
        var made = new Dictionary<string, string>();
        var core = typeof(JobIs).Assembly;
        foreach (var name in core.GetManifestResourceNames().Where(name => name.EndsWith(".sql", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(core.GetManifestResourceStream(name)!);
            foreach (Match match in Index().Matches(reader.ReadToEnd()))
            {
                if (match.Groups["dropped"] is { Success: true, Value: var dropped })
                    made.Remove(dropped);
                else if (Regex.Replace(match.Groups["predicate"].Value.Trim(), @"\s+", " ") is var predicate && OfStates().IsMatch(predicate))
                    made[match.Groups["name"].Value] = predicate;
            }
        }

        return made;
    }

    [GeneratedRegex(@"drop index job_lineage\.(?<dropped>\w+)|create (unique )?index (?<name>\w+) on job_lineage\.\w+ [^;]*?\swhere\s(?<predicate>[^;]*);")]
    private static partial Regex Index();

    [GeneratedRegex(@"\b(state|flags|available|completed|discarded)\b")]
    private static partial Regex OfStates();
}
