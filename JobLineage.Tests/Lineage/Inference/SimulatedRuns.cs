using JobLineage.Core.Lineage.Inference;

namespace JobLineage.Tests.Lineage.Inference;

/// <summary>Pipelines as they are found in the wild, with all that makes them hard to tell apart.</summary>
internal static class SimulatedRuns
{
    private static readonly string[] Cinemas = ["Kijów", "Agrafka", "Mikro", "Paradox"];

    /// <summary>Every job carries the run's own key.</summary>
    public static SimulatedWorker Keyed { get; } = Pipeline((parent, more) => new(more) { ["sync"] = parent["sync"], ["force"] = false });

    /// <summary>Only pages carry the key; what is below them carries values of its own parent.</summary>
    public static SimulatedWorker Handed { get; } = Pipeline((_, more) => more);

    /// <summary>Nothing is handed down: only times tell.</summary>
    public static SimulatedWorker Silent { get; } = Silence("App.Nightly", 3, ("App.Part", 1.0, 6), ("App.Piece", 0.4, 4));

    /// <summary>Random runs beside each other, with singles between; the truth is in the jobs.</summary>
    public static IReadOnlyList<Simulated> Random(Random random, SimulatedWorker root, double failing = 0.1, int roots = 3, TimeSpan? resolution = null)
    {
        var queue = new SimulatedQueue(random) { Failing = failing, Resolution = resolution };
        for (var n = 0; n < roots; n++)
            queue.Insert(root, 60 + n * random.Next(3, 400), new() { ["sync"] = $"sync-{random.Next(100_000, 999_999)}", ["source_id"] = random.Next(1, 4), ["force"] = false });
        var single = new SimulatedWorker("App.Mail", 0.2, 4, (_, _, _) => []);
        for (var n = 0; n < 150; n++)
            queue.Insert(single, random.NextDouble() * 1500, new() { ["to"] = $"user{random.Next(500)}@example.org", ["n"] = n });
        return queue.Run();
    }

    /// <summary>The true descendants of a root, each with its parent.</summary>
    public static Dictionary<string, string> Truth(IEnumerable<Simulated> jobs, Simulated root) =>
        jobs.Where(j => j.Root == root && j != root).ToDictionary(j => j.Id, j => j.Parent!.Id);

    /// <summary>Infers every run of these and compares.</summary>
    public static void Score(InferenceScore score, IReadOnlyList<Simulated> jobs)
    {
        foreach (var root in jobs.Where(j => j.Parent is null && j.Worker.Children.Length > 0))
            score.Add(new LineageInference(SimulatedQueue.Input(jobs, root.Id)).Infer()!, Truth(jobs, root));
    }

    private static SimulatedWorker Pipeline(Func<IReadOnlyDictionary<string, object>, Dictionary<string, object>, Dictionary<string, object>> more)
    {
        var notify = new SimulatedWorker("App.Notify", 0.05, 2, (parent, _, _) =>
            more(parent, new() { ["about"] = parent["external_id"] }));
        var showtime = new SimulatedWorker("App.Showtime", 0.3, 3, (parent, n, random) =>
            more(parent, new() { ["external_id"] = $"show_{parent["slug"]}_{n}", ["cinema"] = Cinemas[random.Next(4)], ["slug"] = parent["slug"] }), (notify, 1));
        var detail = new SimulatedWorker("App.Detail", 0.5, 2, (parent, _, _) => more(parent, new() { ["slug"] = parent["slug"], ["lang"] = "pl" }));
        var page = new SimulatedWorker("App.Page", 0.4, 5, (parent, n, random) => new()
        {
            ["sync"] = parent["sync"],
            ["source_id"] = parent["source_id"],
            ["force"] = false,
            ["index"] = n,
            ["slug"] = $"film-{random.Next(60)}",
        }, (detail, 2), (showtime, 6))
        {
            InBulk = true,
        };
        return new("App.Sync", 4, 3, (_, _, _) => [], (page, 20));
    }

    private static SimulatedWorker Silence(string name, double seconds, params (string Name, double Seconds, int Most)[] below)
    {
        SimulatedWorker? worker = null;
        var most = 0;
        foreach (var level in below.Reverse())
        {
            worker = new(level.Name, level.Seconds, 2, (_, n, _) => new() { ["n"] = n }, worker is null ? [] : [(worker, most)]);
            most = level.Most;
        }

        return new(name, seconds, 2, (_, _, _) => [], (worker!, most));
    }
}
