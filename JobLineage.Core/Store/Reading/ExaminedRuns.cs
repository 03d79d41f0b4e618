namespace JobLineage.Core.Store.Reading;

/// <summary>
/// Runs as they were read for lists of runs, by their version: a list is read many times a second, and most of what is on
/// it has not changed since. They are judged anew each time, by the clock of that moment and by their surroundings.
/// </summary>
internal sealed class ExaminedRuns
{
    // A stage is a kilobyte or two.
    private const int Stages = 20_000;

    private readonly Lock gate = new();
    private readonly Dictionary<long, AssembledRun> known = [];

    // Of all that are known.
    private int stages;

    /// <summary>These runs, by their number in the store.</summary>
    /// <param name="runs">Which, with the versions that are wanted.</param>
    /// <param name="read">Reads those that are not known, in the same snapshot of the store as the versions.</param>
    public async Task<Dictionary<long, AssembledRun>> OfAsync(
        IReadOnlyCollection<(long Id, long Version)> runs, Func<long[], Task<Dictionary<long, AssembledRun>>> read)
    {
        var found = new Dictionary<long, AssembledRun>(runs.Count);
        var unknown = new List<long>();
        lock (gate)
        {
            foreach (var (id, version) in runs)
            {
                if (known.TryGetValue(id, out var run) && run.Run.Version == version)
                    found[id] = run;
                else
                    unknown.Add(id);
            }
        }

        if (unknown.Count == 0)
            return found;
        var fresh = await read([.. unknown]);
        lock (gate)
        {
            foreach (var (id, run) in fresh)
            {
                found[id] = run;
                Keep(id, run);
            }
        }

        return found;
    }

    private void Keep(long id, AssembledRun run)
    {
        if (known.Remove(id, out var before))
            stages -= before.Run.Stages.Count;
        stages += run.Run.Stages.Count;
        if (stages > Stages)
        {
            known.Clear();
            stages = run.Run.Stages.Count;
        }

        known[id] = run;
    }
}
