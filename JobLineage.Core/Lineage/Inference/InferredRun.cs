using JobLineage.Core.Model;

namespace JobLineage.Core.Lineage.Inference;

/// <summary>How sure an inferred link is.</summary>
public enum Certainty
{
    /// <summary>The parent is the only one that fits, by time and by what both jobs say.</summary>
    Sure,

    /// <summary>The parent fits better than all others.</summary>
    Likely,

    /// <summary>Others fit as well, or nothing fits well.</summary>
    Unsure,
}

/// <summary>What the descendants of a root were inferred to be. Nothing in it was recorded by the queue unless it says so.</summary>
public sealed record InferredRun
{
    /// <summary>The stages and counts of what was inferred; it has no findings.</summary>
    public required RunSnapshot Run { get; init; }

    /// <summary>The key of the arguments that holds the run together, as <see cref="ArgsPath"/> writes it; null where none fits.</summary>
    public string? Key { get; init; }

    /// <summary>The root's value of it.</summary>
    public string? KeyValue { get; init; }

    /// <summary>Whether the key was chosen here, not by whoever asked.</summary>
    public bool KeyIsSuggested { get; init; }

    /// <summary>The keys that may hold the run together, best first.</summary>
    public required IReadOnlyList<KeySuggestion> Keys { get; init; }

    /// <summary>The jobs that were looked at.</summary>
    public required InferenceWindow Window { get; init; }

    /// <summary>The stages in the order of the run's.</summary>
    public required IReadOnlyList<InferredStage> Stages { get; init; }

    /// <summary>The jobs, the root first, level by level.</summary>
    public required IReadOnlyList<InferredLink> Jobs { get; init; }

    /// <summary>What to know before believing it, a sentence each.</summary>
    public required IReadOnlyList<string> Notes { get; init; }
}

/// <summary>What was looked at.</summary>
/// <param name="From">When the root was inserted, in UTC; null when unknown.</param>
/// <param name="Until">The end, in UTC; null when times are unknown.</param>
/// <param name="NextRoot">The job of the root's worker at which it ends; null when it ends by itself.</param>
/// <param name="Examined">How many jobs were looked at.</param>
/// <param name="IsCut">Whether there are more jobs in it.</param>
public sealed record InferenceWindow(DateTimeOffset? From, DateTimeOffset? Until, string? NextRoot, int Examined, bool IsCut);

/// <summary>A key of the root's arguments that may hold its run together.</summary>
/// <param name="Key">As <see cref="ArgsPath"/> writes it.</param>
/// <param name="Value">The root's value.</param>
/// <param name="Score">How well it fits, 0 to 1.</param>
/// <param name="Jobs">Jobs of the window that have the value.</param>
/// <param name="Outside">Jobs right before the root that have it too.</param>
/// <param name="Separates">Whether all other roots of this worker that were met have another value; null when none was met.</param>
public sealed record KeySuggestion(string Key, string Value, double Score, int Jobs, int Outside, bool? Separates);

/// <summary>A stage of an inferred run.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Confidence">The mean confidence of its jobs' links, 0 to 1; 1 for the root's.</param>
/// <param name="Sure">Jobs whose link is sure.</param>
/// <param name="Likely">Jobs whose link is likely.</param>
/// <param name="Unsure">Jobs whose link is unsure.</param>
/// <param name="Recorded">Jobs whose link the queue recorded; they are counted as sure as well.</param>
/// <param name="Why">What speaks for them, a phrase each, most frequent first.</param>
public sealed record InferredStage(string Path, double Confidence, int Sure, int Likely, int Unsure, int Recorded, IReadOnlyList<string> Why)
{
    /// <summary>The stage in one word: as sure as nine of ten of its jobs.</summary>
    public Certainty Certainty =>
        Unsure * 10 > Sure + Likely + Unsure ? Certainty.Unsure : (Unsure + Likely) * 10 > Sure + Likely + Unsure ? Certainty.Likely : Certainty.Sure;
}

/// <summary>A job of an inferred run, with the link that was inferred.</summary>
/// <param name="Job">The job; its own <see cref="Job.ParentId"/> is what was recorded, which is mostly null.</param>
/// <param name="ParentId">The inferred parent; null for the root.</param>
/// <param name="Stage">The path of its stage.</param>
/// <param name="Depth">1 for the root.</param>
/// <param name="Confidence">How likely the link is right, 0 to 1, as it was measured on runs whose links are known.</param>
/// <param name="Membership">How likely the job belongs to the run at all, 0 to 1.</param>
/// <param name="Certainty">The confidence in a word.</param>
/// <param name="IsRecorded">The queue itself says so.</param>
/// <param name="Evidence">What speaks for the link, a phrase each; of foreign text, cleaned by nobody.</param>
/// <param name="Rivals">Other jobs that may be the parent, likeliest first.</param>
public sealed record InferredLink(
    Job Job, string? ParentId, string Stage, int Depth, double Confidence, double Membership, Certainty Certainty, bool IsRecorded,
    IReadOnlyList<string> Evidence, IReadOnlyList<RivalParent> Rivals);

/// <summary>Another job that may be the parent.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Worker">Its worker's short name.</param>
/// <param name="Confidence">How likely it is, 0 to 1.</param>
public sealed record RivalParent(string Id, string Worker, double Confidence);

/// <summary>How often jobs of one worker were recorded as children of another's.</summary>
/// <param name="Parent">The parent's full worker name.</param>
/// <param name="Child">The child's full worker name.</param>
/// <param name="Links">How many links.</param>
/// <param name="Parents">How many different parents.</param>
public sealed record KnownSpawn(string Parent, string Child, long Links, long Parents);
