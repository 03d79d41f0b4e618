using System.Globalization;
using System.Text.Json;
using JobLineage.Core.Lineage;
using JobLineage.Core.Lineage.Inference;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;

namespace JobLineage.Tests.Lineage.Inference;

/// <summary>How a simulated worker spawns.</summary>
/// <param name="Name">The worker.</param>
/// <param name="Seconds">How long its jobs run on average.</param>
/// <param name="Slots">How many run at a time.</param>
/// <param name="Args">The arguments, by those of the parent and the job's number among its siblings.</param>
/// <param name="Children">What it spawns, and how many of each at most.</param>
internal sealed record SimulatedWorker(
    string Name, double Seconds, int Slots, Func<IReadOnlyDictionary<string, object>, int, Random, Dictionary<string, object>> Args,
    params (SimulatedWorker Worker, int Most)[] Children)
{
    /// <summary>Whether its children are inserted by one statement.</summary>
    public bool InBulk { get; init; }
}

/// <summary>Jobs of runs that went on beside each other, with who spawned whom.</summary>
internal sealed class SimulatedQueue(Random random)
{
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly List<Simulated> jobs = [];
    private readonly PriorityQueue<Simulated, DateTimeOffset> ready = new();
    private readonly Dictionary<string, DateTimeOffset[]> slots = [];

    /// <summary>How often an attempt fails and is made again, 0 to 1.</summary>
    public double Failing { get; init; }

    /// <summary>What a job's insertion is cut to; null for none.</summary>
    public TimeSpan? Resolution { get; init; }

    public Simulated Insert(SimulatedWorker worker, double atSecond, Dictionary<string, object> args) =>
        Insert(worker, Start.AddSeconds(atSecond), null, args);

    /// <summary>Lets everything run to its end.</summary>
    /// <returns>The jobs in the order of their ids.</returns>
    public IReadOnlyList<Simulated> Run()
    {
        while (ready.TryDequeue(out var job, out var at))
            Execute(job, at);
        jobs.Sort((a, b) => a.TrulyInsertedAt.CompareTo(b.TrulyInsertedAt));
        for (var id = 0; id < jobs.Count; id++)
            jobs[id].Id = (id + 1).ToString(CultureInfo.InvariantCulture);
        return jobs;
    }

    /// <summary>What inference reads of them.</summary>
    public static InferenceInput Input(IReadOnlyList<Simulated> jobs, string root, Func<LineageRow, LineageRow>? change = null) => new()
    {
        Source = new(Presets.Oban("sim"), JobIdKind.BigInt, "bigint", null, true),
        RootId = root,
        Rows = [.. jobs.Select(j => ((change ?? (r => r))(j.Row()), (string?)JsonSerializer.Serialize(j.Args)))],
        Window = TimeSpan.FromHours(2),
        AsOf = Start.AddHours(5),
    };

    private Simulated Insert(SimulatedWorker worker, DateTimeOffset at, Simulated? parent, Dictionary<string, object> args)
    {
        var noted = Resolution is { } coarse ? new(at.Ticks - at.Ticks % coarse.Ticks, TimeSpan.Zero) : at;
        var job = new Simulated { Worker = worker, TrulyInsertedAt = at, InsertedAt = noted, Parent = parent, Args = args };
        jobs.Add(job);
        ready.Enqueue(job, at.AddMilliseconds(random.Next(5, 40)));
        return job;
    }

    private void Execute(Simulated job, DateTimeOffset at)
    {
        if (!slots.TryGetValue(job.Worker.Name, out var free))
            slots.Add(job.Worker.Name, free = new DateTimeOffset[job.Worker.Slots]);
        var slot = Array.IndexOf(free, free.Min());
        var began = free[slot] > at ? free[slot] : at;
        var ended = began.AddSeconds(job.Worker.Seconds * (0.3 + 1.4 * random.NextDouble()));
        free[slot] = ended;
        job.Attempt++;
        (job.AttemptedAt, job.FinishedAt) = (began, ended);
        if (job.Attempt == 1)
        {
            foreach (var (worker, most) in job.Worker.Children)
            {
                var bulk = Between(began, ended);
                for (var n = random.Next(1, most + 1); n > 0; n--)
                    Insert(worker, job.Worker.InBulk ? bulk : Between(began, ended), job, worker.Args(job.Args, n, random));
            }
        }

        // It fails after it has spawned, and spawns nothing when it is made again.
        if (job.Attempt < 3 && random.NextDouble() < Failing)
            ready.Enqueue(job, ended.AddSeconds(1 + random.Next(5)));
    }

    private DateTimeOffset Between(DateTimeOffset from, DateTimeOffset until)
    {
        var at = from + (until - from) * (0.05 + 0.9 * random.NextDouble());
        // Whole microseconds, as Postgres keeps them.
        return new(at.Ticks - at.Ticks % TimeSpan.TicksPerMicrosecond, TimeSpan.Zero);
    }
}

/// <summary>A simulated job.</summary>
internal sealed class Simulated
{
    public string Id { get; set; } = "";

    public required SimulatedWorker Worker { get; init; }

    /// <summary>By the clock that gives ids.</summary>
    public required DateTimeOffset TrulyInsertedAt { get; init; }

    public required DateTimeOffset InsertedAt { get; init; }

    public required Simulated? Parent { get; init; }

    public required Dictionary<string, object> Args { get; init; }

    public DateTimeOffset AttemptedAt { get; set; }

    public DateTimeOffset FinishedAt { get; set; }

    public int Attempt { get; set; }

    public Simulated Root => Parent?.Root ?? this;

    public LineageRow Row() => new()
    {
        Id = Id,
        StateWord = "completed",
        Worker = Worker.Name,
        InsertedAt = InsertedAt,
        ScheduledAt = InsertedAt,
        AttemptedAt = AttemptedAt,
        FinishedAt = FinishedAt,
        Attempt = Attempt,
        MaxAttempts = 20,
    };
}
