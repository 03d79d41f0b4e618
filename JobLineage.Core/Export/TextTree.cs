using System.Globalization;
using System.Text;
using JobLineage.Core.Contract;
using JobLineage.Core.Lineage;
using JobLineage.Core.Model;

namespace JobLineage.Core.Export;

/// <summary>Runs as text for a terminal. Control characters in names are replaced, so that they command nothing. Pure.</summary>
public static class TextTree
{
    /// <summary>Deeper nodes are not moved further right, but say how deep they are: a chain may have thousands.</summary>
    private const int MaxIndent = 40;

    /// <summary>Characters of a line that names of further parents may take; one is always named.</summary>
    private const int RoomForParents = 80;

    /// <summary>
    /// The stages of a run, one a line, each count marked with what was found about it, and the reasons below:
    /// <c>├─ MoviePageJob (136)  completed 70 · available 63 ⚠ stuck · executing 3</c>.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="glyphs">What to draw with.</param>
    /// <param name="mark">What else to say about a stage, at the end of its line.</param>
    /// <param name="countNote">What else to say about a count, right behind it.</param>
    public static string OfStages(RunSnapshot run, TreeGlyphs? glyphs = null, Func<Stage, string>? mark = null, Func<Stage, JobState, string>? countNote = null)
    {
        glyphs ??= TreeGlyphs.Unicode;
        var text = new StringBuilder();
        var children = run.Stages.ToLookup(s => s.ParentPath);
        var findings = run.Findings.SelectMany(f => f.AllStages.Select(stage => (stage, f))).ToLookup(f => f.stage, f => f.f);
        var further = FurtherOf(run);
        Draw(text, glyphs, children[null], s => children[s.Path], s => Line(run, s, findings[s.Path], glyphs, countNote) + AlsoAfter(further[s.Path]) + mark?.Invoke(s));
        if (run.Findings.Count > 0)
            text.Append('\n');
        foreach (var finding in run.Findings)
            text.Append(CultureInfo.InvariantCulture, $"{Mark(finding, glyphs)}: {VisibleText.Line(finding.Reason)}\n");
        return text.Append(LinksNote(run)).ToString();
    }

    /// <summary>The jobs of a run, one a line; says how many are left out.</summary>
    public static string OfJobs(JobTree tree, TreeGlyphs? glyphs = null)
    {
        var text = new StringBuilder();
        Draw(text, glyphs ?? TreeGlyphs.Unicode, tree.Nodes.Where(n => n.ParentId is null), n => tree.ChildrenOf(n.Job.Id), n => Line(n.Job, StagePath.NameOf(n.Stage)));
        if (tree.IsTruncated)
            text.Append(CultureInfo.InvariantCulture, $"({Format.Count(tree.TotalNodes - tree.Nodes.Count)} of {Format.Count(tree.TotalNodes)} jobs are not listed)\n");
        return text.ToString();
    }

    /// <summary>
    /// Jobs that were looked for, one a line, below those that lead to them, which stand in brackets: <c>[60  SyncJob  completed]</c>. How many were
    /// found stands at the end.
    /// </summary>
    /// <param name="branches">The jobs.</param>
    /// <param name="sought">What was looked for.</param>
    /// <param name="glyphs">What to draw with.</param>
    public static string OfBranches(JobBranches branches, JobFilter sought, TreeGlyphs? glyphs = null)
    {
        var text = new StringBuilder();
        Draw(text, glyphs ?? TreeGlyphs.Unicode, branches.Nodes.Where(n => n.ParentId is null), n => branches.ChildrenOf(n.Job.Id), n =>
        {
            var line = Line(n.Job, StagePath.NameOf(n.Stage));
            return branches.IsOnTheWay(n) ? $"[{line}]" : line;
        });
        if (branches.IsTruncated)
            text.Append(CultureInfo.InvariantCulture, $"({Format.Count(branches.Found - branches.Listed)} of {Format.Count(branches.Found)} matching jobs are not listed)\n");
        text.Append(CultureInfo.InvariantCulture, $"{Format.Count(branches.Found)} of {Format.Jobs(branches.Tree.TotalNodes)} {(branches.Found == 1 ? "matches" : "match")} {VisibleText.Line(Format.Short(sought.ToString(), 200))}");
        text.Append(branches.Nodes.Any(branches.IsOnTheWay) ? "; those in brackets lead there.\n" : ".\n");
        return text.ToString();
    }

    /// <summary>One job on one line: id, worker, state, and what the state makes one ask.</summary>
    /// <param name="job">The job.</param>
    /// <param name="called">What its worker is called among those it is shown with; null for its short name.</param>
    public static string Line(Job job, string? called = null)
    {
        if (job.IsMissing)
            return $"{VisibleText.Line(job.Id)}  {Workers.Unknown}  missing";
        var name = job.Step ?? called ?? Workers.ShortName(job.Worker);
        var attempts = job.MaxAttempts > 0 ? $"  attempt {job.Attempt}/{job.MaxAttempts}" : "";
        var when = job.State switch
        {
            JobState.Available or JobState.Scheduled or JobState.Retryable => Time("  due ", job.ScheduledAt),
            JobState.Executing => Time("  since ", job.AttemptedAt),
            _ => Time("  ", job.FinishedAt),
        };
        return $"{VisibleText.Line(job.Id)}  {VisibleText.Line(name)}  {job.State.Name()}{attempts}{when}{(job.IsCycleCut ? "  cycle: its parent link is not followed" : "")}{AlsoAfter(job.Parents)}";
    }

    /// <summary>Jobs, one a line, whose different workers are called differently.</summary>
    public static string OfList(IReadOnlyCollection<Job> jobs)
    {
        var names = Workers.ShortNames(jobs.Select(j => j.Worker));
        return string.Concat(jobs.Select(j => Line(j, names[j.Worker]) + "\n"));
    }

    /// <summary>The stages of a run as lines of path, total and counts, aligned.</summary>
    public static string OfTotals(RunSnapshot run, TreeGlyphs? glyphs = null)
    {
        var wide = run.Stages.Max(s => s.Path.Length);
        var digits = run.Stages.Max(s => Format.Count(s.Total).Length);
        var further = FurtherOf(run);
        return string.Concat(run.Stages.Select(s =>
            $"{VisibleText.Line(s.Path).PadRight(wide)}  {Format.Count(s.Total).PadLeft(digits)}  {Counts(s.Counts, glyphs)}{AlsoAfter(further[s.Path])}".TrimEnd() + "\n")) + LinksNote(run);
    }

    /// <summary>Counts, most first: <c>completed 70 · available 63</c>.</summary>
    public static string Counts(StateCounts counts, TreeGlyphs? glyphs = null) =>
        string.Join((glyphs ?? TreeGlyphs.Unicode).Dot, MostFirst(counts).Select(c => $"{c.Key.Name()} {Format.Count(c.Value)}"));

    private static string Line(RunSnapshot run, Stage stage, IEnumerable<Finding> findings, TreeGlyphs glyphs, Func<Stage, JobState, string>? note)
    {
        var rest = findings.ToList();
        var parts = new List<string>();
        foreach (var (state, count) in MostFirst(stage.Counts))
        {
            var marks = rest.Where(f => f.Evidence.TryGetValue("state", out var s) && s is string name && name == state.Name()).ToList();
            rest.RemoveAll(marks.Contains);
            parts.Add($"{state.Name()} {Format.Count(count)}{note?.Invoke(stage, state)}{string.Concat(marks.Select(f => " " + Mark(f, glyphs)))}");
        }

        var name = run.RootIsMissing && stage.ParentPath is null ? $"{Workers.Unknown} job {VisibleText.Line(run.RootId)}, which is missing" : VisibleText.Line(stage.Name);
        var counts = parts.Count > 0 ? "  " + string.Join(glyphs.Dot, parts) : "";
        return $"{name} ({Format.Count(stage.Total)}){counts}{string.Concat(rest.Select(f => "  " + Mark(f, glyphs)))}";
    }

    /// <summary>In which stages the jobs of each have further parents, and how many of them do: <c>PageJob (3)</c>.</summary>
    private static ILookup<string, string> FurtherOf(RunSnapshot run) =>
        run.Links.ToLookup(link => link.To, link => $"{StagePath.NameOf(link.From)} ({Format.Count(link.Jobs)})", StagePath.Comparer);

    /// <summary>Further parents, as far as a line has room: <c>  also after 12, 15 and 3 more</c>.</summary>
    private static string AlsoAfter(IEnumerable<string> parents)
    {
        var all = parents as IReadOnlyList<string> ?? [.. parents];
        var (named, length) = (0, 0);
        while (named < all.Count && (named == 0 || length + all[named].Length <= RoomForParents))
            length += all[named++].Length + 2;
        return named == 0 ? ""
            : $"  also after {VisibleText.Line(string.Join(", ", all.Take(named)))}{(named < all.Count ? $" and {Format.Count(all.Count - named)} more" : "")}";
    }

    private static string LinksNote(RunSnapshot run) => run.LinksAreCut ? "also after: there are more further parents than are counted here\n" : "";

    /// <summary>By a stack of its own: lineage may be deeper than the thread's.</summary>
    internal static void Draw<T>(
        StringBuilder text, TreeGlyphs glyphs, IEnumerable<T> tops, Func<T, IEnumerable<T>> childrenOf, Func<T, string> line)
    {
        var open = new Stack<(T Node, int Depth, string Indent, string Own, string Below)>();
        foreach (var top in tops.Reverse())
            open.Push((top, 1, "", "", ""));
        while (open.TryPop(out var next))
        {
            text.Append(next.Indent).Append(next.Own);
            if (next.Depth > MaxIndent)
                text.Append(CultureInfo.InvariantCulture, $"[{next.Depth}] ");
            text.Append(line(next.Node)).Append('\n');
            var indent = next.Depth < MaxIndent ? next.Indent + next.Below : next.Indent;
            var (own, below) = (glyphs.Last, glyphs.Space);
            foreach (var child in childrenOf(next.Node).Reverse())
            {
                open.Push((child, next.Depth + 1, indent, own, below));
                (own, below) = (glyphs.Branch, glyphs.Pipe);
            }
        }
    }

    private static string Mark(Finding finding, TreeGlyphs glyphs) => $"{glyphs.Marks[finding.Kind]} {finding.KindName}";

    private static IEnumerable<KeyValuePair<JobState, long>> MostFirst(StateCounts counts) =>
        counts.NonZero().OrderByDescending(c => c.Value);

    private static string Time(string before, DateTimeOffset? time) => time is { } at ? before + Format.Stamp(at) : "";
}
