using JobLineage.Core.Model;

namespace JobLineage.Core.Store.Ingest;

/// <summary>What becomes of jobs that the source was asked for and does not have, or can't show. Pure.</summary>
internal static class Absences
{
    /// <summary>
    /// A finished job that is gone was pruned and stays as it was; one that had not finished is no longer counted. A row that could not be
    /// read at the end is as it was last read.
    /// </summary>
    public static void Lose(Dictionary<string, Node> nodes, IEnumerable<string> absent, List<string> changed)
    {
        foreach (var id in absent)
        {
            if (!nodes.TryGetValue(id, out var node) || node.Incoming is not null
                || !node.WasRead || (node.Old.Flags & (JobFlags.Gone | JobFlags.Vanished)) != 0)
                continue;
            node.New.Flags &= ~(JobFlags.Missing | JobFlags.Blind);
            node.New.Flags |= node.Old.State.IsFinished() ? JobFlags.Gone : JobFlags.Gone | JobFlags.Vanished;
            changed.Add(id);
        }
    }

    /// <summary>A row whose state is not known keeps no old one: it stands where it stood and is counted nowhere.</summary>
    public static void Blind(Dictionary<string, Node> nodes, IEnumerable<string> keys, List<string> changed)
    {
        foreach (var key in keys)
        {
            if (!nodes.TryGetValue(key, out var node) || node.Incoming is not null || (node.Old.Flags & JobFlags.Missing) != 0)
                continue;
            node.New.Flags = (node.Old.Flags & JobFlags.CycleCut) | JobFlags.Missing | JobFlags.Blind;
            changed.Add(key);
        }
    }
}
