namespace JobLineage.Core.Lineage.Inference;

/// <summary>
/// What the arguments of two jobs say about one being the parent of the other. A value that few jobs have says much, and a
/// way in which a parent's values are always handed down says as much by its breach. Pure.
/// </summary>
internal sealed class ValueLinks
{
    private const double Most = 12;
    private const double Least = -10;
    // Values go together (an id, its slug, its title): further ones add less than the first.
    private const double Further = 0.3;
    private const double Mostly = 0.8;

    // One job of ten.
    private const double LogFew = -2.3;

    private readonly Dictionary<string, int> jobsWith = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<InferenceJob>> rare = new(StringComparer.Ordinal);
    private readonly double jobs;

    public ValueLinks(IReadOnlyList<InferenceJob> all)
    {
        jobs = all.Count;
        foreach (var job in all)
        {
            foreach (var text in job.Values.Select(v => v.Text).Distinct())
                jobsWith[text] = jobsWith.GetValueOrDefault(text) + 1;
        }

        foreach (var job in all)
        {
            foreach (var text in job.Values.Select(v => v.Text).Distinct().Where(IsRare))
            {
                if (!rare.TryGetValue(text, out var having))
                    rare.Add(text, having = []);
                having.Add(job);
            }
        }
    }

    /// <summary>The share of all jobs that have a value.</summary>
    public double RarityOf(string value) => (jobsWith.GetValueOrDefault(value) + 1) / (jobs + 2);

    /// <summary>How many jobs have a value.</summary>
    public int JobsWith(string value) => jobsWith.GetValueOrDefault(value);

    /// <summary>Jobs that share a rare value with one, itself among them.</summary>
    public IEnumerable<InferenceJob> Relatives(InferenceJob job) =>
        job.Values.Select(v => v.Text).Distinct().Where(rare.ContainsKey).OrderBy(JobsWith).Take(4).SelectMany(text => rare[text]).Distinct();

    /// <summary>Notes where the values of a pair agree.</summary>
    public void Compare(Candidate candidate, InferenceJob child)
    {
        var pair = candidate.Pair;
        Dictionary<int, double> rarity = [];
        foreach (var got in child.Values)
        {
            foreach (var from in candidate.Parent.PathsOf[got.Text])
            {
                // Short numbers agree by chance; under the same name they may mean something.
                if (from != got.Path && got.Text.Length < 3)
                    continue;
                var way = pair.WayOf(from, got.Path);
                if (way < 0)
                    continue;
                candidate.Agree |= 1u << way;
                rarity[way] = Math.Min(rarity.GetValueOrDefault(way, 1), RarityOf(got.Text));
            }
        }

        if (rarity.Count > 0)
            candidate.LogRarity = [.. rarity.OrderBy(r => r.Key).Select(r => Math.Log(r.Value))];
    }

    /// <summary>Notes for which ways both have a value; when all candidates of all jobs were compared.</summary>
    public static void FindPresent(Candidate candidate, InferenceJob child)
    {
        for (var way = 0; way < candidate.Pair.Ways.Count; way++)
        {
            if (candidate.Parent.Paths.Contains(candidate.Pair.Ways[way].From) && child.Paths.Contains(candidate.Pair.Ways[way].To))
                candidate.Present |= 1u << way;
        }
    }

    /// <summary>The logarithm of the odds, by what is learnt so far.</summary>
    public static double Weigh(Candidate candidate)
    {
        double best = 0, good = 0, worst = 0, bad = 0;
        var rarity = 0;
        for (var way = 0; way < candidate.Pair.Ways.Count; way++)
        {
            var bit = 1u << way;
            if ((candidate.Agree & bit) != 0)
            {
                var odds = Math.Max(0, candidate.Pair.Ways[way].LogAgree - candidate.LogRarity[rarity++]);
                good += odds;
                best = Math.Max(best, odds);
            }
            else if ((candidate.Present & bit) != 0)
            {
                var odds = candidate.Pair.Ways[way].LogDiffer;
                bad += odds;
                worst = Math.Min(worst, odds);
            }
        }

        return Math.Clamp(best + Further * (good - best) + worst + Further * (bad - worst), Least, Most);
    }

    /// <summary>Whether a value that few jobs have was handed down in a way in which values mostly are.</summary>
    public static bool IsTelling(Candidate candidate)
    {
        var rarity = 0;
        for (var way = 0; way < candidate.Pair.Ways.Count; way++)
        {
            if ((candidate.Agree & (1u << way)) != 0 && candidate.LogRarity[rarity++] < LogFew && candidate.Pair.Ways[way].Agreement > Mostly)
                return true;
        }

        return false;
    }

    /// <summary>The agreeing value that is rarest: where it stands in the child, and what it is; null without one.</summary>
    public (string Path, string Text, int Jobs)? Telling(Candidate candidate, InferenceJob child)
    {
        (string Path, string Text, int Jobs)? best = null;
        for (var way = 0; way < candidate.Pair.Ways.Count; way++)
        {
            if ((candidate.Agree & (1u << way)) == 0)
                continue;
            var (from, to) = (candidate.Pair.Ways[way].From, candidate.Pair.Ways[way].To);
            foreach (var got in child.Values.Where(v => v.Path == to && candidate.Parent.PathsOf[v.Text].Contains(from)))
            {
                if (best is null || JobsWith(got.Text) < best.Value.Jobs)
                    best = (to, got.Text, JobsWith(got.Text));
            }
        }

        return best;
    }

    private bool IsRare(string value) => jobsWith[value] is > 1 and <= 200;
}
