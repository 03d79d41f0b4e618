using JobLineage.Core.Model;

namespace JobLineage.Tests.Differential;

/// <summary>Runs that share a key, worked out in the plainest way: a stage a step, each below the one before.</summary>
public sealed class KeyOracle(IEnumerable<OracleJob> known, Comparison<string> order) : ILineageOracle
{
    private readonly Dictionary<string, OracleJob> jobs = known.ToDictionary(j => j.Id);

    public IReadOnlySet<string> CutIds { get; } = new HashSet<string>();

    public bool IsAlone(string id) => jobs[id].Key is null;

    public bool IsCounted(string id) => !jobs[id].IsVanished;

    public IReadOnlyList<OracleJob> Alone() => [.. jobs.Values.Where(j => j is { Key: null, IsVanished: false })];

    public IReadOnlyDictionary<string, StateCounts> Singles() => Alone()
        .GroupBy(j => j.Worker)
        .ToDictionary(g => g.Key, g => g.Aggregate(default(StateCounts), (sum, j) => sum.Add(j.State)));

    public IReadOnlyDictionary<string, OracleRun> Runs() => jobs.Values
        .Where(j => j.Key is not null)
        .Select(j => j.Key!)
        .Distinct()
        .Select(Draw)
        .ToDictionary(r => r.RootId);

    /// <summary>The last job of each step before.</summary>
    public IReadOnlyList<string> Ancestors(string id) =>
        IsAlone(id) ? [] : [.. Steps(jobs[id].Key!).TakeWhile(s => s.All(j => j.Id != id)).Select(s => s[^1].Id)];

    /// <summary>The last job of a step is followed by all of the next.</summary>
    public IReadOnlyList<string> Children(string id)
    {
        if (IsAlone(id))
            return [];
        var steps = Steps(jobs[id].Key!);
        var at = steps.FindIndex(s => s[^1].Id == id);
        return at < 0 || at == steps.Count - 1 ? [] : [.. steps[at + 1].Select(j => j.Id)];
    }

    private List<List<OracleJob>> Steps(string key)
    {
        var rank = KeyForest.KnownSteps.ToList();
        return [.. jobs.Values
            .Where(j => j.Key == key)
            .GroupBy(j => j.Step ?? j.Worker)
            .Select(g => (Step: g.Key, Jobs: g.OrderBy(j => j.Id, Comparer<string>.Create(order)).ToList()))
            .OrderBy(s => rank.IndexOf(s.Step) is var at and >= 0 ? at : rank.Count)
            .ThenBy(s => s.Jobs[0].Id, Comparer<string>.Create(order))
            .Select(s => s.Jobs)];
    }

    private OracleRun Draw(string key)
    {
        var steps = Steps(key);
        var stages = new List<OracleStage>();
        var edges = new Dictionary<(string From, string To), long>();
        foreach (var step in steps)
        {
            var name = step[0].Step?.Replace('/', '.') ?? step[0].Worker[(step[0].Worker.LastIndexOf('/') + 1)..];
            var path = stages.Count == 0 ? name : $"{stages[^1].Path}/{name}";
            if (stages.Count > 0)
                edges[(stages[^1].Path, path)] = step.Count;
            stages.Add(new(
                path, step[0].Worker, stages.Count + 1,
                step.Where(j => !j.IsVanished).Aggregate(default(StateCounts), (sum, j) => sum.Add(j.State))));
        }

        return new(steps[0][0].Id, stages, edges, [.. steps.SelectMany(s => s).Select(j => j.Id)]);
    }
}
