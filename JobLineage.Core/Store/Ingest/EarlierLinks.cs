namespace JobLineage.Core.Store.Ingest;

/// <summary>Links that jobs were read with before their source's mapping had keys of runs.</summary>
internal static class EarlierLinks
{
    /// <summary>
    /// Takes back both ends of each, whichever of them is read first, for the other one won't know where this one was. A mere name that nobody names
    /// any more is in no run.
    /// </summary>
    /// <param name="loader">Reads for the same batch.</param>
    /// <param name="nodes">By key, as stored; changed accordingly.</param>
    /// <param name="affected">Those whose place is worked out anew.</param>
    /// <param name="cancellation">Stops.</param>
    public static async Task TakeBackAsync(BatchLoader loader, Dictionary<string, Node> nodes, IReadOnlyCollection<Node> affected, CancellationToken cancellation)
    {
        await loader.JobsAsync(nodes, [.. affected.Select(n => n.OldFollowed).OfType<string>().Where(parent => !nodes.ContainsKey(parent)).Distinct(StringComparer.Ordinal)], cancellation);
        await loader.ChildrenAsync(nodes, [.. affected.Where(n => n.Old.Children > 0).Select(n => n.Id)], static _ => { }, cancellation);
        foreach (var node in nodes.Values)
        {
            if (node.IsAffected)
            {
                node.New.Flags &= ~JobFlags.CycleCut;
                node.New.ParentId = null;
            }

            if (node.OldFollowed is not { } before || !nodes.TryGetValue(before, out var parent) || !(node.IsAffected || parent.IsAffected))
                continue;
            node.New.ParentId = null;
            parent.New.Children--;
            if (parent is { WasRead: false, IsAffected: false, New.Children: 0 } && !parent.Has(JobFlags.Blind))
                (parent.New.RunId, parent.New.StageId) = (null, null);
        }
    }
}
