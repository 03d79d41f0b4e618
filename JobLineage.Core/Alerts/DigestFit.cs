namespace JobLineage.Core.Alerts;

/// <summary>Makes a digest fit where it goes, by listing less; what is left out is counted. Pure.</summary>
internal static class DigestFit
{
    /// <summary>The same digest with as many jobs as fit.</summary>
    /// <param name="digest">What there is to tell.</param>
    /// <param name="limit">What the form may cost.</param>
    /// <param name="cost">What the form of a digest costs; more where more is listed.</param>
    public static DigestContent Within(DigestContent digest, int limit, Func<DigestContent, int> cost)
    {
        if (cost(digest) <= limit)
            return digest;
        // Notes take half of the room at most: what failed comes first.
        var few = Listing(digest, 1);
        if (cost(few) > limit / 2)
            digest = Noting(digest, Most(1, DigestNotes.Count(digest) - 1, n => cost(Noting(few, n)) <= limit / 2));
        return Listing(digest, Most(1, digest.Runs.Sum(r => r.Groups.Sum(g => g.Jobs.Count)) - 1, n => cost(Listing(digest, n)) <= limit));
    }

    /// <summary>The greatest number that fits, of <paramref name="low"/> and up; <paramref name="low"/> where none does.</summary>
    private static int Most(int low, int high, Func<int, bool> fits)
    {
        var most = low;
        for (low++; low <= high;)
        {
            var middle = (low + high) / 2;
            if (fits(middle))
                (most, low) = (middle, middle + 1);
            else
                high = middle - 1;
        }

        return most;
    }

    /// <summary>The same digest with so many notes at most; each kind has some before one has more.</summary>
    internal static DigestContent Noting(DigestContent digest, int notes)
    {
        if (DigestNotes.Count(digest) <= notes)
            return digest;
        var rooms = DigestShares.Of([digest.Unread.Count, digest.PutAside.Count, digest.Overdue.Count, digest.Muted.Count], notes);
        return digest with
        {
            Unread = [.. digest.Unread.Take(rooms[0])],
            PutAside = [.. digest.PutAside.Take(rooms[1])],
            Overdue = [.. digest.Overdue.Take(rooms[2])],
            Muted = [.. digest.Muted.Take(rooms[3])],
            MoreNotes = digest.MoreNotes + DigestNotes.Count(digest) - rooms.Sum(),
            MoreSources = digest.MoreSources + digest.Unread.Count + digest.PutAside.Count - rooms[0] - rooms[1],
        };
    }

    /// <summary>The same digest with so many jobs at most. Each group that is listed lists one; each run has its largest group before others have more.</summary>
    internal static DigestContent Listing(DigestContent digest, int jobs)
    {
        var groups = digest.Runs
            .SelectMany((run, r) => run.Groups.Select((group, g) => (Run: r, Place: g, Group: group)))
            .OrderBy(g => g.Place > 0).ThenByDescending(g => g.Group.Failures).ThenBy(g => g.Run).ThenBy(g => g.Place)
            .ToList();
        // The order of runs is kept: a group may be larger than the first of a run before it.
        var rooms = DigestShares.Of([.. groups.Select(g => Math.Max(1, g.Group.Jobs.Count))], jobs);
        var listed = groups.Zip(rooms).Where(g => g.Second > 0).ToDictionary(g => (g.First.Run, g.First.Place), g => g.Second);
        var runs = new List<DigestRun>();
        for (var r = 0; r < digest.Runs.Count; r++)
        {
            var run = digest.Runs[r];
            var kept = run.Groups
                .Select((g, place) => listed.TryGetValue((r, place), out var room) ? g with { Jobs = [.. g.Jobs.Take(room)] } : null)
                .OfType<DigestGroup>().ToList();
            if (kept.Count == 0)
                continue;
            runs.Add(run with
            {
                Groups = kept,
                MoreGroups = run.MoreGroups + run.Groups.Count - kept.Count,
                MoreFailures = run.Failures - kept.Sum(g => g.Failures),
            });
        }

        return digest with
        {
            Runs = runs,
            MoreRuns = digest.MoreRuns + digest.Runs.Count - runs.Count,
            MoreFailures = digest.Failures - runs.Sum(r => r.Failures),
        };
    }
}
