namespace JobLineage.Core.Alerts;

/// <summary>Shares out what a message may list. Pure.</summary>
internal static class DigestShares
{
    /// <summary>
    /// How many jobs each group lists: each some before the largest shows all, a job at a time. Where there is less room than there
    /// are groups, the last go without.
    /// </summary>
    /// <param name="groups">How many jobs each could list, the most important first.</param>
    /// <param name="most">How many are listed together.</param>
    public static int[] Of(IReadOnlyList<int> groups, int most)
    {
        var rooms = new int[groups.Count];
        var left = most;
        for (var (round, given) = (1, true); given && left > 0; round++)
        {
            given = false;
            for (var i = 0; i < rooms.Length && left > 0; i++)
            {
                if (groups[i] < round)
                    continue;
                (rooms[i], left, given) = (round, left - 1, true);
            }
        }

        return rooms;
    }
}
