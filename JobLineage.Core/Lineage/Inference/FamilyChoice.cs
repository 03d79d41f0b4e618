namespace JobLineage.Core.Lineage.Inference;

/// <summary>Chooses who belongs to a root, and as whose child. Pure.</summary>
/// <param name="model">The shares.</param>
/// <param name="jobs">All jobs in the order of insertion.</param>
/// <param name="root">The root.</param>
/// <param name="key">The key that holds the run together; null for none.</param>
/// <param name="value">The root's value of it.</param>
internal sealed class FamilyChoice(ParentModel model, IReadOnlyList<InferenceJob> jobs, InferenceJob root, string? key, string? value)
{
    // Below it a job is more probably somebody else's: those that are as probably another twin's are still shown.
    private const double Least = 0.4;
    private const double ByKeyAlone = 0.45;
    private const double SureFrom = 0.97;
    private const double LikelyFrom = 0.75;

    // The model takes for independent what is not, and so is too sure of itself: its odds are taken to this power, which is
    // what makes its confidences come true on runs whose links are known.
    private const double Temper = 0.8;

    /// <summary>The members, the root first, parents before children.</summary>
    public IReadOnlyList<ChosenLink> Choose()
    {
        var membership = new double[jobs.Count];
        membership[root.Order] = 1;
        var chosen = new List<ChosenLink> { new(root, null, null, 1, 1, Certainty.Sure, false, []) };
        foreach (var job in jobs.Skip(root.Order + 1))
        {
            var candidates = model.ParentsOf(job);
            var own = key is null ? null : job.ValueAt(key);
            if (!job.IsRecorded && own is not null && value is not null && own != value)
                continue;
            var member = candidates.Sum(c => c.Share * membership[c.Parent.Order]);
            var others = candidates.Sum(c => c.Share) - member;
            // Another root has the key too, and is no child for that.
            var isTwin = job.Worker == root.Worker && !job.IsRecorded;
            var byKey = !job.IsRecorded && !isTwin && own is not null && own == value && member < ByKeyAlone && others < 0.5;
            if (byKey)
                member = ByKeyAlone;
            membership[job.Order] = Math.Min(member, 1);
            if (member < (isTwin ? LikelyFrom : Least))
            {
                membership[job.Order] = 0;
                continue;
            }

            chosen.Add(Link(job, candidates, membership, byKey));
        }

        return chosen;
    }

    private ChosenLink Link(InferenceJob job, IReadOnlyList<Candidate> candidates, double[] membership, bool byKey)
    {
        var member = membership[job.Order];
        var best = candidates.Where(c => membership[c.Parent.Order] >= Least).MaxBy(c => c.Share * membership[c.Parent.Order]);
        if (best is null)
            return new(job, root, null, byKey ? 0.3 : 0.1, member, Certainty.Unsure, false, Rivals(candidates, null));
        if (job.IsRecorded)
            return new(job, best.Parent, best, 1, member, Certainty.Sure, true, []);
        var confidence = Math.Min(Tempered(best.Share), best.Timing switch
        {
            TimingKind.WhileRunning => 1,
            TimingKind.EarlierAttempt => 0.98,
            TimingKind.NearRun => 0.9,
            TimingKind.Unknown => 0.8,
            _ => 0.6,
        });
        var certainty = confidence >= SureFrom && member >= LikelyFrom && model.Coarse < TimeSpan.FromSeconds(1) && best.Timing is TimingKind.WhileRunning or TimingKind.EarlierAttempt
            && IsBacked(best, candidates)
            ? Certainty.Sure
            : confidence >= LikelyFrom && member > Least ? Certainty.Likely : Certainty.Unsure;
        return new(job, best.Parent, best, confidence, member, certainty, false, Rivals(candidates, best));
    }

    /// <summary>
    /// Whether more than a rate speaks for it: a value that sets it apart, that there is no other, or that it is the only one
    /// of a worker whose jobs spawn all these. However improbable another is by time: if it may say the same, it is not sure.
    /// </summary>
    private static bool IsBacked(Candidate best, IReadOnlyList<Candidate> candidates) =>
        candidates.All(c => c == best || c.Timing == TimingKind.Late || !IsAsGood(c, best))
        && (ValueLinks.IsTelling(best) || best.Pair.Recorded > 0 || best.Pair.Habit >= SureFrom
            || candidates.All(c => c == best || c.Timing is TimingKind.Late or TimingKind.NearRun));

    /// <summary>Whether another says the same for itself: a value as telling, or without one that its worker is the same.</summary>
    private static bool IsAsGood(Candidate other, Candidate best) =>
        ValueLinks.IsTelling(other) || !ValueLinks.IsTelling(best) && other.Pair == best.Pair;

    private static double Tempered(double share)
    {
        if (share is <= 0 or >= 1)
            return share;
        var odds = Math.Pow(share / (1 - share), Temper);
        return odds / (1 + odds);
    }

    private static IReadOnlyList<Candidate> Rivals(IReadOnlyList<Candidate> candidates, Candidate? best) =>
        [.. candidates.Where(c => c != best && c.Share >= 0.02).OrderByDescending(c => c.Share).Take(3)];
}

/// <summary>A job that was chosen, with its link.</summary>
internal sealed record ChosenLink(
    InferenceJob Job, InferenceJob? Parent, Candidate? By, double Confidence, double Membership, Certainty Certainty, bool IsRecorded,
    IReadOnlyList<Candidate> Rivals);
