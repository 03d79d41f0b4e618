using JobLineage.Core.Model;
using JobLineage.Core.Sources;

namespace JobLineage.Core.Feed;

/// <summary>
/// Decides which jobs to read after a look over the source. Pure; one for each feed. It remembers the version of every
/// row that is not finished and of the newest finished ones, and how far back the next look must begin: ids do not
/// commit in order, so a row below the highest id may appear as long as a transaction runs that could have drawn it.
/// </summary>
/// <param name="kind">How ids are ordered.</param>
public sealed class PollTracker(JobIdKind kind)
{
    /// <summary>Ids below the highest that are always looked at: sequences may hand out ids in blocks.</summary>
    public const long MinimumLookBack = 1_000;

    /// <summary>
    /// Ids that are looked at again at most: a transaction that is open for hours must not make every look a long one.
    /// What is missed then is found by reconciliation.
    /// </summary>
    public const long MaximumLookBack = 50_000;

    /// <summary>
    /// A transaction draws an id a moment before it gets a number of its own; marks are believed only when they are this old.
    /// </summary>
    public static readonly TimeSpan Settled = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, long> versions = new(StringComparer.Ordinal);
    private readonly HashSet<string> unfinished = new(StringComparer.Ordinal);
    private readonly Queue<Mark> marks = new();
    private long high;
    private long settled;

    /// <summary>Rows that the store takes for unfinished.</summary>
    public int UnfinishedCount => unfinished.Count;

    /// <summary>The id above which the next look begins; null when ids are not numbers.</summary>
    public string? LookAbove => kind == JobIdKind.BigInt
        ? Math.Max(Math.Min(settled, high - MinimumLookBack), high - MaximumLookBack).ToString(System.Globalization.CultureInfo.InvariantCulture)
        : null;

    /// <summary>The highest id known; null when ids are not numbers.</summary>
    public string? HighId => kind == JobIdKind.BigInt ? high.ToString(System.Globalization.CultureInfo.InvariantCulture) : null;

    /// <summary>Begins with what the store knows: everything unfinished is read once.</summary>
    public void Start(IEnumerable<string> unfinishedInStore, string? highId)
    {
        unfinished.UnionWith(unfinishedInStore);
        high = settled = highId is not null && kind == JobIdKind.BigInt ? long.Parse(highId, System.Globalization.CultureInfo.InvariantCulture) : 0;
    }

    /// <summary>Unfinished rows that the source's own conditions did not find at the last look: they are followed by id.</summary>
    public IReadOnlyCollection<string> Followed { get; private set; } = [];

    /// <summary>The ids to read: new rows, rows whose version changed, and unfinished rows that were not found.</summary>
    public IReadOnlyList<string> Decide(SourceScan scan)
    {
        var dirty = new List<string>();
        foreach (var (id, mark) in scan.Rows)
        {
            if (!versions.TryGetValue(id, out var known) || known != mark.Version)
                dirty.Add(id);
        }

        dirty.AddRange(unfinished.Where(id => !scan.Rows.ContainsKey(id)));
        dirty.Sort((a, b) => JobIds.Compare(kind, a, b));
        return dirty;
    }

    /// <summary>Remembers a look once the store has what it brought.</summary>
    /// <param name="scan">The look.</param>
    /// <param name="read">The jobs that were read because of it.</param>
    /// <param name="at">When it began, by a clock that nobody sets: only differences count.</param>
    /// <param name="putAside">Rows that could not be read: they are followed, whatever their state, until they can be.</param>
    public void Commit(SourceScan scan, IEnumerable<Job> read, DateTimeOffset at, IEnumerable<string>? putAside = null)
    {
        versions.Clear();
        foreach (var (id, mark) in scan.Rows)
            versions[id] = mark.Version;
        // What neither the conditions found nor the store takes for unfinished is settled.
        unfinished.RemoveWhere(id => !scan.Rows.ContainsKey(id));
        foreach (var (id, mark) in scan.Rows)
        {
            if (mark.IsUnfinished)
                unfinished.Add(id);
        }

        foreach (var job in read)
        {
            if (job.State.IsFinished())
                unfinished.Remove(job.Id);
            else
                unfinished.Add(job.Id);
        }

        // Rows without an id have one entry, and nothing to follow them by: comparisons ask for them.
        unfinished.UnionWith((putAside ?? []).Where(id => id.Length > 0));
        Followed = [.. unfinished.Where(id => !scan.Rows.TryGetValue(id, out var mark) || !mark.IsUnfinished)];
        Advance(scan, at);
    }

    /// <summary>
    /// Whether ids of the table began anew: a sequence was restarted, a table truncated with it, a dump restored. That the highest
    /// id went back alone says nothing, for the newest rows may have been deleted; but what is new below it came from a sequence
    /// that had been there before.
    /// </summary>
    /// <param name="scan">The look.</param>
    /// <param name="refreshed">What it brought.</param>
    /// <param name="hasTimes">Whether the source says when its rows were inserted: where it doesn't, an id that came back is not told from a job that changed.</param>
    public bool BeganAnew(SourceScan scan, Refreshed refreshed, bool hasTimes)
    {
        if (refreshed.Returned > 0)
            return true;
        if (kind != JobIdKind.BigInt || !IsBack(scan))
            return false;
        return refreshed.Added.Any(id => JobIds.Compare(kind, id, HighId!) <= 0)
            || (!hasTimes && scan.HighId is { } top && refreshed.ChangedIds.Contains(top));
    }

    /// <summary>Goes on from the highest id that there is now, which is lower than the highest known.</summary>
    public void GoBack(SourceScan scan)
    {
        if (kind != JobIdKind.BigInt || !IsBack(scan))
            return;
        high = scan.HighId is null ? 0 : Number(scan.HighId);
        settled = Math.Min(settled, high);
        marks.Clear();
    }

    private bool IsBack(SourceScan scan) => scan.HighId is null ? high > 0 : Number(scan.HighId) < high;

    private static long Number(string id) => long.Parse(id, System.Globalization.CultureInfo.InvariantCulture);

    private void Advance(SourceScan scan, DateTimeOffset at)
    {
        if (kind != JobIdKind.BigInt)
            return;
        if (scan.HighId is not null)
            high = Math.Max(high, long.Parse(scan.HighId, System.Globalization.CultureInfo.InvariantCulture));
        marks.Enqueue(new(high, scan.NextTransaction, at));
        // Whatever ran when the mark was made has ended: nothing at or below it can still appear.
        while (marks.TryPeek(out var mark) && mark.NextTransaction <= scan.OldestRunning && at - mark.At >= Settled)
        {
            settled = Math.Max(settled, mark.High);
            marks.Dequeue();
        }
    }

    private readonly record struct Mark(long High, long NextTransaction, DateTimeOffset At);
}
