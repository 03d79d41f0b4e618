using JobLineage.Core.Contract;
using JobLineage.Core.Model;

namespace JobLineage.Core.Lineage.Inference;

/// <summary>Arranges chosen jobs into stages and puts what speaks for them into words. Pure.</summary>
internal sealed class InferredRunBuilder(InferenceInput input, ParentModel model, InferenceJob root, IReadOnlyList<ChosenLink> chosen)
{
    private const int LongestValue = 60;

    /// <summary>The run.</summary>
    public InferredRun Build(string? key, string? value, IReadOnlyList<KeySuggestion> keys, InferenceWindow window, IReadOnlyList<string> notes)
    {
        var links = chosen.ToDictionary(c => c.Job.Row.Id);
        // As if the queue had recorded them; what makes a run of keys or of the root's own parent is left out.
        var source = input.Source with { Mapping = input.Source.Mapping with { RunKey = null } };
        var assembler = new RunAssembler(source, [.. chosen.Select(c => c.Job.Row with { Parent = c.Parent?.Row.Id, RunKey = null, Step = null })]);
        var placed = assembler.Assemble(root.Row.Id, fromHere: true);
        var paths = assembler.Stages.Paths(assembler.Stages.Names());
        var depths = new Dictionary<Placed, int>();
        var jobs = new List<InferredLink>(placed.Count);
        var abouts = new Dictionary<string, List<string>>();
        foreach (var job in placed)
        {
            var depth = depths[job] = job.Parent is null ? 1 : depths[job.Parent] + 1;
            var link = links[job.Row.Id];
            var evidence = Evidence(link, key, value);
            abouts.TryAdd(paths[job.Stage], []);
            abouts[paths[job.Stage]].AddRange(evidence.Select(e => e.About));
            jobs.Add(new(
                job.ToJob(input.Source.Mapping.Name) with { ParentId = link.Job.Row.Parent },
                job.Parent?.Row.Id, paths[job.Stage], depth, Math.Round(link.Confidence, 3), Math.Round(link.Membership, 3), link.Certainty,
                link.IsRecorded, [.. evidence.Select(e => e.Text)],
                [.. link.Rivals.Select(r => new RivalParent(r.Parent.Row.Id, Workers.ShortName(r.Parent.Row.Worker), Math.Round(r.Share, 3)))]));
        }

        var run = SnapshotBuilder.Build(input.Source.Mapping.Name, placed, assembler.Stages, paths, input.AsOf);
        return new()
        {
            Run = run,
            Key = key,
            KeyValue = value,
            KeyIsSuggested = input.Key is null && key is not null,
            Keys = keys,
            Window = window,
            Stages = [.. run.Stages.Select(s => Stage(s.Path, [.. jobs.Where(j => j.Stage == s.Path)], abouts[s.Path]))],
            Jobs = jobs,
            Notes = notes,
        };
    }

    private static InferredStage Stage(string path, IReadOnlyList<InferredLink> jobs, IReadOnlyList<string> abouts) => new(
        path, Math.Round(jobs.Average(j => j.Confidence), 3),
        jobs.Count(j => j.Certainty == Certainty.Sure), jobs.Count(j => j.Certainty == Certainty.Likely), jobs.Count(j => j.Certainty == Certainty.Unsure),
        jobs.Count(j => j.IsRecorded),
        [.. abouts.GroupBy(a => a).OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).Take(4)
            .Select(g => g.Count() == jobs.Count ? g.Key : $"{g.Key}: {Format.Count(g.Count())} of {Format.Count(jobs.Count)}")]);

    private List<(string About, string Text)> Evidence(ChosenLink link, string? key, string? value)
    {
        var evidence = new List<(string, string)>();
        if (link.Parent is not { } parent)
            return evidence;
        if (link.IsRecorded)
            return [("the queue records the parent", $"the queue records {parent.Row.Id} as the parent")];
        var id = parent.Row.Id;
        if (link.By is { } by)
        {
            evidence.Add(by.Timing switch
            {
                TimingKind.WhileRunning => ("inserted while the parent ran", $"inserted while {id} ran"),
                TimingKind.EarlierAttempt => ("inserted before the last of the parent's attempts", $"inserted before the last attempt of {id}, which has had {parent.Row.Attempt}"),
                TimingKind.NearRun => ("inserted right beside the parent's run", $"inserted within seconds of the run of {id}, not during it"),
                TimingKind.Late => ("inserted after the parent had ended", $"inserted {Gap(link)} {id} had ended"),
                _ => ("times are unknown", $"the table does not say when {id} ran"),
            });
            if (model.Values.Telling(by, link.Job) is { } telling && telling.Path != key)
                evidence.Add(($"same {telling.Path}", $"same {telling.Path} {Short(telling.Text)}, which {Format.Count(telling.Jobs)} jobs have"));
            if (by.Pair.Recorded > 0)
                evidence.Add(("the workers are recorded as parent and child", $"{Name(parent)} spawns {Name(link.Job)} in {Format.Count(by.Pair.Recorded)} recorded {(by.Pair.Recorded == 1 ? "link" : "links")}"));
            if (model.InBulkWith(link.Job) is var bulk and > 0)
                evidence.Add(("inserted in bulk", $"inserted in the same instant as {Format.Count(bulk, "other")}"));
        }
        else
        {
            evidence.Add(("no job is known that may have inserted it", "no job is known that may have inserted it"));
        }

        if (key is not null && value is not null && link.Job.ValueAt(key) == value)
            evidence.Add(($"same {key}", $"same {key} {Short(value)}"));
        if (link.Rivals.Count > 0 && link.Certainty != Certainty.Sure)
            evidence.Add(("others fit too", $"may also be a child of {string.Join(" or ", link.Rivals.Select(r => r.Parent.Row.Id))}"));
        return evidence;
    }

    private static string Gap(ChosenLink link) =>
        link.Job.Row.InsertedAt - (link.Parent!.Row.FinishedAt ?? link.Parent.Row.AttemptedAt) is { } gap && gap > TimeSpan.Zero
            ? $"{Format.Words(gap)} after"
            : "after";

    private static string Name(InferenceJob job) => Workers.ShortName(job.Row.Worker);

    private static string Short(string text) => text.Length <= LongestValue ? text : TextLimit.Cut(text, LongestValue).ToString() + "…";
}
