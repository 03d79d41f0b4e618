using JobLineage.Core.Model;

namespace JobLineage.Core.Alerts;

/// <summary>A run, or the singles of a source, as it is read for a digest.</summary>
/// <param name="Source">The source's number.</param>
/// <param name="SourceName">Its name.</param>
/// <param name="Run">The run's number; 0: singles.</param>
/// <param name="RootId">The run's root; null: singles.</param>
/// <param name="Worker">The root's worker, in full; empty for singles.</param>
/// <param name="Failures">How many.</param>
internal sealed record DigestHead(short Source, string SourceName, long Run, string? RootId, string Worker, long Failures);

/// <summary>Failures of one stage with one kind of error, as they are read for a digest.</summary>
/// <param name="Source">The source's number.</param>
/// <param name="Run">The run's number; 0: singles.</param>
/// <param name="Stage">The stage's number; 0: singles.</param>
/// <param name="Worker">The number of the worker's label.</param>
/// <param name="Fingerprint">The number of the kind of error; 0: none.</param>
/// <param name="Failures">How many.</param>
/// <param name="First">When the first failed.</param>
/// <param name="Last">When the last failed.</param>
/// <param name="Groups">How many such groups the run has.</param>
/// <param name="WorkerName">The worker, in full.</param>
/// <param name="Error">The kind of error; null: none.</param>
internal sealed record DigestKind(
    short Source, long Run, long Stage, int Worker, int Fingerprint, long Failures, DateTimeOffset First, DateTimeOffset Last,
    long Groups, string WorkerName, string? Error);

/// <summary>A failure as it is read for a digest.</summary>
/// <param name="Id">The job.</param>
/// <param name="Target">What it worked on.</param>
/// <param name="Attempt">The attempt that failed.</param>
/// <param name="MaxAttempts">Attempts allowed; 0 when not known.</param>
/// <param name="At">When it failed.</param>
/// <param name="Message">Its most recent error.</param>
/// <param name="Args">Its arguments as the store has them: redacted.</param>
internal sealed record DigestSample(string Id, string? Target, int Attempt, int MaxAttempts, DateTimeOffset At, string? Message, string? Args);

/// <summary>Puts together what was read: names, ways, and what tells jobs apart. Pure.</summary>
/// <param name="heads">The runs that are listed.</param>
/// <param name="groups">Their groups, the most important first.</param>
/// <param name="paths">The paths of their stages.</param>
/// <param name="samples">The failures that are listed of each group.</param>
internal sealed class DigestSections(
    IReadOnlyList<DigestHead> heads, IReadOnlyList<DigestKind> groups, IReadOnlyDictionary<long, string> paths, ILookup<int, DigestSample> samples)
{
    private readonly DigestNames names = new([.. heads.Where(h => h.Worker.Length > 0).Select(h => h.Worker), .. groups.Select(g => g.WorkerName)]);

    /// <summary>The runs with their groups, each with its jobs.</summary>
    public IReadOnlyList<DigestRun> Runs()
    {
        var jobs = Jobs();
        var own = Enumerable.Range(0, groups.Count).ToLookup(n => (groups[n].Source, groups[n].Run));
        return [.. heads.Select(h => Run(h, [.. own[(h.Source, h.Run)].OrderByDescending(n => groups[n].Failures)], jobs))];
    }

    // Every run of the list has its largest group in the list of groups.
    private DigestRun Run(DigestHead head, int[] own, Dictionary<int, IReadOnlyList<DigestJob>> jobs) => new(
        head.SourceName, head.RootId, head.Run == 0 ? "" : names.Of(head.Worker), head.Failures,
        [.. own.Select(n => Group(head, groups[n], samples[n].FirstOrDefault()?.Message, jobs[n]))],
        groups[own[0]].Groups - own.Length, head.Failures - own.Sum(n => groups[n].Failures));

    private DigestGroup Group(DigestHead head, DigestKind group, string? message, IReadOnlyList<DigestJob> jobs) => new(
        head.Run == 0 ? names.Of(group.WorkerName) : paths.GetValueOrDefault(group.Stage, Workers.Unknown),
        group.Fingerprint == 0 ? null : group.Fingerprint,
        group.Error is { } error ? ErrorWords.Telling(error) : "no error was recorded",
        group.Failures, group.First, group.Last, message is null ? null : ErrorWords.Telling(message.TrimStart()), jobs)
    {
        Worker = names.Of(group.WorkerName),
    };

    /// <summary>The jobs of each group. What tells them apart is looked for among all of one type that stand in one section.</summary>
    private Dictionary<int, IReadOnlyList<DigestJob>> Jobs()
    {
        var jobs = Enumerable.Range(0, groups.Count).ToDictionary(n => n, _ => (IReadOnlyList<DigestJob>)[]);
        foreach (var type in Enumerable.Range(0, groups.Count).GroupBy(n => (groups[n].Source, groups[n].Run, groups[n].Worker)))
        {
            var all = type.SelectMany(n => samples[n].Select(s => (Group: n, Sample: s))).ToList();
            var arguments = DigestArguments.Of([.. all.Select(s => (s.Sample.Args, s.Sample.Target))]);
            foreach (var group in all.Zip(arguments).GroupBy(j => j.First.Group))
                jobs[group.Key] = [.. group.Select(j => Job(groups[group.Key], j.First.Sample, j.Second))];
        }

        return jobs;
    }

    private DigestJob Job(DigestKind group, DigestSample sample, string? arguments) =>
        new(sample.Id, names.Of(group.WorkerName), sample.Target, sample.Attempt, sample.MaxAttempts, sample.At)
        {
            Error = sample.Message is { } message ? DigestText.FirstLine(ErrorWords.Telling(message.TrimStart())) : null,
            Arguments = arguments,
        };
}
