namespace JobLineage.Core.Graph;

/// <summary>Upright parts of lines in one gap: those whose heights overlap stand beside each other.</summary>
internal static class GraphTracks
{
    private const double Apart = 4;

    /// <summary>The track of each, counted from 0.</summary>
    /// <param name="uprights">From the top on.</param>
    public static IEnumerable<int> Of(IEnumerable<(double Top, double Bottom)> uprights)
    {
        var ends = new List<double>();
        foreach (var (top, bottom) in uprights)
        {
            var track = ends.FindIndex(end => end + Apart < top);
            if (track < 0)
            {
                track = ends.Count;
                ends.Add(bottom);
            }

            ends[track] = bottom;
            yield return track;
        }
    }
}
