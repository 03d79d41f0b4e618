using JobLineage.Bench.Lineage;

namespace JobLineage.Bench.Latency;

/// <summary>Which jobs of a data set are worked on, and which is the marked one: all by arithmetic, as the data set was made.</summary>
/// <param name="Shape">The data set.</param>
/// <param name="Count">How many runs go on at a time; fewer than a page of the list holds.</param>
internal sealed record ActiveRuns(LineageShape Shape, int Count)
{
    /// <summary>The stage whose failed jobs the probe counts.</summary>
    public const string Stage = "SyncJob/MoviePageJob/ShowtimeProcessJob";

    /// <summary>The root of the run that is looked at.</summary>
    public long WatchedRoot => Shape.MiddleRoot;

    /// <summary>The job that the probe changes; nothing else changes it, nor any other failed job of this run.</summary>
    public long MarkedJob => Jobs(Shape.Runs / 2).First(job => Place(job) > Shape.Pages + Shape.Details && Place(job) % 4 != 0);

    /// <summary>The jobs that begin and end all the time, so mixed that neighbours belong to different runs.</summary>
    public IReadOnlyList<long> Working
    {
        get
        {
            var first = (Shape.Runs / 2) - (Count / 2);
            var runs = Enumerable.Range(first, Count).Select(run => Jobs(run).Where(IsCompleted).ToArray()).ToArray();
            return [.. Enumerable.Range(0, runs[0].Length).SelectMany(place => runs.Select(run => run[place]))];
        }
    }

    private IEnumerable<long> Jobs(int run) => Enumerable.Range(1, Shape.JobsPerRun - 1).Select(place => Shape.Root(run) + place);

    private long Place(long job) => (job - 1) % Shape.JobsPerRun;

    // See LineageDataset: details at even places are available, showtimes at three places of four discarded.
    private bool IsCompleted(long job) => Place(job) switch
    {
        var place when place <= Shape.Pages => true,
        var place when place <= Shape.Pages + Shape.Details => place % 2 != 0,
        var place => place % 4 == 0,
    };
}
