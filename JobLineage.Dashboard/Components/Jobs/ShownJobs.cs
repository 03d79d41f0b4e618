using JobLineage.Core.Model;

namespace JobLineage.Dashboard.Components.Jobs;

/// <summary>
/// The jobs of a list that somebody reads: they change where they stand and never move. What has come since stands aside
/// as a number until it is asked for.
/// </summary>
public sealed class ShownJobs
{
    private readonly List<JobLine> _jobs = [];
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);

    /// <summary>The jobs in the order in which they were first shown.</summary>
    public IReadOnlyList<JobLine> Jobs => _jobs;

    /// <summary>How many of them are the first page.</summary>
    public int FirstPage { get; private set; }

    /// <summary>Where the list goes on; null at its end.</summary>
    public JobsCursor? Next { get; private set; }

    /// <summary>How many jobs of the first page are not shown.</summary>
    public int Newer { get; private set; }

    /// <summary>Whether looking for jobs was given up at the end of what is shown: reading on may take long and find nothing.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>Shows a page and nothing else.</summary>
    public void Show(JobsPage page)
    {
        _jobs.Clear();
        _places.Clear();
        (Newer, Next, IsStopped) = (0, page.Next, page.Stopped);
        Add(page.Jobs);
        FirstPage = _jobs.Count;
    }

    /// <summary>Takes a new reading of the first page: the jobs that are shown change in place, the others are counted.</summary>
    /// <returns>The ids of the jobs of the shown first page that are no longer in it, and have to be read by themselves.</returns>
    public IReadOnlyList<string> Merge(JobsPage page)
    {
        // Nothing was there to be moved.
        if (_jobs.Count == 0)
        {
            Show(page);
            return [];
        }

        // While nothing was found by looking, the next reading may have looked further.
        IsStopped = page.Stopped;
        Update(page.Jobs);
        Newer = page.Jobs.Count(job => !_places.ContainsKey(job.Id));
        var present = page.Jobs.Select(job => job.Id).ToHashSet(StringComparer.Ordinal);
        return [.. _jobs.Take(FirstPage).Select(job => job.Id).Where(id => !present.Contains(id))];
    }

    /// <summary>Shows what follows.</summary>
    public void Append(JobsPage page)
    {
        Add(page.Jobs);
        (Next, IsStopped) = (page.Next, page.Stopped);
    }

    /// <summary>Changes jobs where they stand.</summary>
    public void Update(IEnumerable<JobLine> jobs)
    {
        foreach (var job in jobs)
        {
            if (_places.TryGetValue(job.Id, out var place))
                _jobs[place] = job;
        }
    }

    // A job that has moved down while the list was read is shown once.
    private void Add(IReadOnlyList<JobLine> jobs)
    {
        foreach (var job in jobs.Where(job => _places.TryAdd(job.Id, _jobs.Count)))
            _jobs.Add(job);
    }
}
