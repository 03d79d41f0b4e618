using JobLineage.Core.Contract;
using JobLineage.Core.Model;

namespace JobLineage.Core.Lineage.Inference;

/// <summary>
/// Infers the descendants of a job from arguments and times: which jobs belong to it, whose children they are, and how sure
/// that is. Pure: the same rows give the same answer.
/// </summary>
internal sealed class LineageInference
{
    private readonly InferenceInput input;
    private readonly List<InferenceJob> jobs;
    private readonly List<string> workers = [];
    private readonly Dictionary<string, long> passedOver = [];
    private readonly InferenceJob? root;

    /// <param name="input">What was read.</param>
    public LineageInference(InferenceInput input)
    {
        this.input = input;
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        jobs = new(input.Rows.Count);
        foreach (var (row, args) in input.Rows)
        {
            if (row.StateWord is null || !input.Source.Mapping.States.TryGetValue(row.StateWord, out var state))
            {
                passedOver[row.StateWord ?? ""] = passedOver.GetValueOrDefault(row.StateWord ?? "") + 1;
                continue;
            }

            if (!numbers.TryGetValue(row.Worker, out var worker))
            {
                numbers.Add(row.Worker, worker = workers.Count);
                workers.Add(row.Worker);
            }

            jobs.Add(new() { Row = row, State = state, Values = ArgsValues.Of(args), Worker = worker });
        }

        jobs.Sort((a, b) => input.Source.IdKind == JobIdKind.BigInt ? 0 : Nullable.Compare(a.Row.InsertedAt, b.Row.InsertedAt) is var order and not 0
            ? order : JobIds.Compare(input.Source.IdKind, a.Row.Id, b.Row.Id));
        if (input.Source.IdKind == JobIdKind.BigInt)
            jobs.Sort((a, b) => JobIds.Compare(JobIdKind.BigInt, a.Row.Id, b.Row.Id));
        root = jobs.Find(j => j.Row.Id == input.RootId);
    }

    /// <summary>The inferred run; null when the root is not among the rows, or is in a state that the mapping does not know.</summary>
    public InferredRun? Infer()
    {
        if (root is null)
            return null;
        var at = jobs.IndexOf(root);
        var until = root.Row.InsertedAt + input.Window;
        var before = jobs.Take(at).ToList();
        var within = jobs.Skip(at + 1).Where(j => j.Row.InsertedAt is null || until is null || j.Row.InsertedAt <= until).ToList();
        var siblings = before.Concat(within).Where(j => j.Worker == root.Worker && !j.IsRecorded).ToList();
        var keys = KeySuggestions.Of(root, before, within, siblings);
        var key = Key(keys);
        var value = key is null ? null : root.ValueAt(key);
        var next = NextRoot(within, key, value);
        if (next is not null)
            within = [.. within.TakeWhile(j => j != next)];
        var looked = new List<InferenceJob>([.. before, root, .. within]);
        for (var order = 0; order < looked.Count; order++)
            looked[order].Order = order;
        // A job without an end may be an orphan that stopped long ago: it counts as long as others were inserted.
        var last = looked.Max(j => j.Row.InsertedAt) is { } newest && newest < input.AsOf ? newest : input.AsOf;
        var model = new ParentModel(looked, root, workers, input.Known, last);
        var chosen = new FamilyChoice(model, looked, root, key, value).Choose();
        var window = new InferenceWindow(
            root.Row.InsertedAt, next?.Row.InsertedAt ?? until, next?.Row.Id, within.Count, input.IsCut && next is null);
        var twins = within.Count(j => j.Worker == root.Worker && !j.IsRecorded && (key is null || j.ValueAt(key) is not { } v || v == value));
        return new InferredRunBuilder(input, model, root, chosen).Build(key, value, keys, window, Notes(key, value, window, twins, model.Coarse));
    }

    private string? Key(IReadOnlyList<KeySuggestion> keys)
    {
        if (input.Key is not { } asked)
            return keys.Count > 0 && keys[0].Score > 0 ? keys[0].Key : null;
        if (root!.ValueAt(asked) is not null)
            return asked;
        // Typed as it stands in the arguments, dots and all.
        var whole = ArgsPath.Text([asked]);
        return root.ValueAt(whole) is not null ? whole : asked;
    }

    /// <summary>
    /// The next job of the root's worker that is nobody's recorded child, has the same value where there is a key, and was
    /// inserted when the root had stopped executing: those that ran at the same time compete for the same jobs instead.
    /// </summary>
    private InferenceJob? NextRoot(List<InferenceJob> within, string? key, string? value)
    {
        var ended = root!.Row.FinishedAt ?? (root.State == JobState.Executing ? null : root.Row.AttemptedAt ?? root.Row.InsertedAt);
        return ended is null ? null : within.Find(j =>
            j.Worker == root.Worker && !j.IsRecorded && j.Row.InsertedAt > ended && (key is null || value is null || j.ValueAt(key) == value)
            // Pagination: a worker that hands on to itself says so by handing its values on.
            && j.Row.InsertedAt - ended > Timing.Grace);
    }

    private List<string> Notes(string? key, string? value, InferenceWindow window, int twins, TimeSpan coarse)
    {
        var notes = new List<string>();
        if (root!.IsRecorded)
            notes.Add($"The queue records where job {root.Row.Id} itself belongs; what is shown is what may be below it.");
        if (key is null)
            notes.Add("No value of the root's arguments is found in other jobs: only times and the jobs' own values speak.");
        else if (value is null)
            notes.Add($"The root's arguments have no value at {key}: only times and the jobs' own values speak.");
        if (!root.MayHaveRun)
            notes.Add("The root has not run: it can't have inserted a job.");
        if (root.Row.InsertedAt is null)
            notes.Add("The table does not say when jobs were inserted: nothing is sure.");
        else if (coarse >= TimeSpan.FromSeconds(1))
            notes.Add("Insertions are noted in whole seconds: too coarse for anything to be sure.");
        if (window.IsCut)
            notes.Add($"The window has more jobs than the {Format.Count(window.Examined)} that were looked at; a shorter one may be looked at whole.");
        if (twins > 0)
            notes.Add($"{twins} other {(twins == 1 ? "job" : "jobs")} of the same worker ran in the window{(key is null ? "" : " with the same value or none")}: descendants may be theirs.");
        var unknown = passedOver.Where(p => p.Key.Length > 0).Sum(p => p.Value);
        if (unknown > 0)
            notes.Add($"{Format.Count(unknown)} rows are in a state that is not mapped and were passed over.");
        return notes;
    }
}
