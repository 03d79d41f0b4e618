using JobLineage.Core.Model;

namespace JobLineage.Core.Store;

/// <summary>
/// Conditions on a stored job, as SQL: the one place beside the migrations where the numbers of <see cref="JobState"/> and
/// <see cref="JobFlags"/> become text. Partial indexes serve only statements that repeat their predicates, so these are those.
/// All take what the row is called in the statement; nothing where its columns stand alone.
/// </summary>
internal static class JobIs
{
    /// <summary>It is in the counts: it was seen, and did not leave before it was seen to finish.</summary>
    public static string Counted(string job = "j") => Without(JobFlags.Missing | JobFlags.Vanished, job);

    /// <summary>It is in the count of a state.</summary>
    public static string Counted(JobState state, string job = "j") => $"{In(state, job)} and {Counted(job)}";

    /// <summary>It is in no count.</summary>
    public static string Uncounted(string job = "j") => With(JobFlags.Missing | JobFlags.Vanished, job);

    /// <summary>It is more than a name that others call their parent.</summary>
    public static string Seen(string job = "j") => Without(JobFlags.Missing, job);

    /// <summary>The source has the row, as far as the store knows.</summary>
    public static string Present(string job = "j") => Without(JobFlags.Missing | JobFlags.Gone, job);

    /// <summary>Its row was read before, and can't be read any more or is in a state that nobody knows; the source has it, as far as the store knows.</summary>
    public static string Blind(string job = "j") => With(JobFlags.Blind, job);

    /// <summary>The source no longer has the row.</summary>
    public static string Gone(string job = "j") => With(JobFlags.Gone, job);

    /// <summary>Its parent link, if it has one, is followed.</summary>
    public static string Linked(string job = "j") => Without(JobFlags.CycleCut, job);

    /// <summary>Its parent link is not followed, as it would close a circle.</summary>
    public static string Unlinked(string job = "j") => With(JobFlags.CycleCut, job);

    /// <summary>Its args or meta are cut.</summary>
    public static string Cut(string job = "j") => With(JobFlags.Cut, job);

    /// <summary>It has not come to rest, and can: the source has it.</summary>
    public static string Unfinished(string job = "j") =>
        $"{Column("state", job)} < {(short)JobState.Completed} and {Without(JobFlags.Missing | JobFlags.Gone | JobFlags.Vanished, job)}";

    /// <summary>It is in a state.</summary>
    public static string In(JobState state, string job = "j") => $"{Column("state", job)} = {(short)state}";

    /// <summary>It is in one of some states.</summary>
    public static string In(IEnumerable<JobState> states, string job = "j") =>
        $"{Column("state", job)} in ({string.Join(", ", states.Select(state => (short)state))})";

    /// <summary>States as rows for <c>values</c>.</summary>
    public static string Rows(IEnumerable<JobState> states) => string.Join(", ", states.Select(state => $"({(short)state})"));

    private static string Without(JobFlags flags, string job) => $"{Column("flags", job)} & {(short)flags} = 0";

    private static string With(JobFlags flags, string job) => $"{Column("flags", job)} & {(short)flags} <> 0";

    private static string Column(string name, string job) => job.Length == 0 ? name : $"{job}.{name}";
}
