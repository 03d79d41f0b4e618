using JobLineage.Core.Model;

namespace JobLineage.Tests.Filters;

/// <summary>Filters by chance: of any texts at all, or of what a run has.</summary>
internal sealed class RandomFilters(Random random)
{
    private static readonly string[] Pieces =
    [
        "a", "Job", "state", ":", "\"", "\\", " ", "\t", ",", "#", "args.", ".", "%", "_", "'", "é", "ß", "🤖", "\u202e", "\u0001", "13", "null", "true",
        "older:5m", "id:", "error:#7", "error:", "args.x:1", "args.\"a b\":", "state:completed", "--", "$1", "<", "(", "\n", "\u00a0", "0",
    ];

    /// <summary>Any text without what no database holds.</summary>
    public string Text(int most = 8) => string.Concat(Enumerable.Range(0, random.Next(most)).Select(_ => Pick(Pieces)));

    /// <summary>Any filter that can be written.</summary>
    public JobFilter Any() => new()
    {
        States = [.. Some(3, () => Pick(JobStates.All))],
        Stage = Maybe(Filled),
        Worker = Maybe(Filled),
        Queue = Maybe(() => Text()),
        Below = Maybe(Filled),
        Ids = [.. Some(4, Filled)],
        Args = [.. Some(3, () => new JobArgument([.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Filled())], Text())).DistinctBy(argument => string.Join('\u0002', argument.Path))],
        Error = Chance() ? random.Next(1, 100) : null,
        ErrorTexts = [.. Some(3, Filled)],
        Older = Chance() ? TimeSpan.FromSeconds(random.Next(1, 1_000)) : null,
        Newer = Chance() ? TimeSpan.FromSeconds(random.Next(1_001, 10_000_000)) : null,
        Texts = [.. Some(3, () => Text())],
    };

    /// <summary>A filter that some of these jobs may meet: few conditions, with values that there are.</summary>
    /// <param name="jobs">Jobs of one run, with their stages.</param>
    /// <param name="args">Arguments that there are.</param>
    /// <param name="spans">Spans at whose ends nothing happened.</param>
    public JobFilter Of(IReadOnlyList<(Job Job, string Stage)> jobs, IReadOnlyList<JobArgument> args, IReadOnlyList<TimeSpan> spans)
    {
        var filter = JobFilter.All;
        for (var conditions = random.Next(1, 4); conditions > 0; conditions--)
        {
            var (job, stage) = Pick(jobs);
            filter = random.Next(12) switch
            {
                0 => filter with { States = [job.State, Pick(JobStates.All)] },
                1 => filter with { Stage = stage },
                2 => filter with { Worker = Pick([job.Worker, Workers.ShortName(job.Worker), "Nobody"]) },
                3 => filter with { Queue = Pick([job.Queue, job.Queue, "none such", ""]) },
                4 => filter with { Below = Pick([job.Id, job.ParentId ?? job.Id]) },
                5 => filter with { Ids = [.. Some(5, () => Pick(jobs).Job.Id), job.Id, "x'; --"] },
                6 or 7 when args.Count > 0 => filter with { Args = [Pick(args)] },
                8 when job.Errors.Count > 0 => filter with { ErrorTexts = [Part(job.Errors[^1].FirstLine)] },
                9 when spans.Count > 0 => filter with { Older = Pick(spans), Newer = null },
                10 when spans.Count > 0 => filter with { Newer = Pick(spans), Older = null },
                _ => filter with { Texts = [Part(job.Args ?? "x")] },
            };
        }

        return filter;
    }

    public T Pick<T>(IReadOnlyList<T> list) => list[random.Next(list.Count)];

    private string Part(string text)
    {
        if (text.Length < 2)
            return "x";
        var start = random.Next(text.Length - 1);
        var part = text.Substring(start, random.Next(1, Math.Min(12, text.Length - start)));
        return part.Any(char.IsSurrogate) ? "x" : random.Next(2) == 0 ? part : part.ToUpperInvariant();
    }

    private bool Chance() => random.Next(3) == 0;

    private string? Maybe(Func<string> make) => Chance() ? make() : null;

    private string Filled() => Text() is { Length: > 0 } text ? text : "x";

    private IEnumerable<T> Some<T>(int most, Func<T> make) => Enumerable.Range(0, Chance() ? random.Next(most) : 0).Select(_ => make());
}
